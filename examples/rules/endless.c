/* A rule that never decides. */
#include <mote.h>

static void decide(mote_call *call) {
  for (;;)
    mote_log(MOTE_DEBUG, "thinking about %s", mote_name(call));
}
MOTE_FUNCTION(decide, "(order: {customer: string, total: f64}) -> {discount: f64, reason: string}")

int main(void) { return mote_serve(); }
