/* A rule as a customer would upload it: five per cent off large orders, and ten for friends of the house. */
#include <mote.h>

static void decide(mote_call *call) {
  mote_value order = mote_argument(call, 0);
  mote_text customer = mote_get_text(mote_field(order, "customer"));
  double total = mote_get_double(mote_field(order, "total"));
  mote_host_call *friends = mote_host("isFriend", 1);
  mote_put_text(mote_arguments(friends), customer.data, customer.size);
  bool friend = mote_invoke(friends) && mote_get_bool(mote_reply(friends));
  mote_end(friends);
  mote_writer *out = mote_result(call);
  mote_put_map(out, 2);
  mote_put_string(out, "discount");
  mote_put_double(out, friend ? total * 0.10 : total > 1000 ? total * 0.05 : 0);
  mote_put_string(out, "reason");
  mote_put_string(out, friend ? "friend of the house" : total > 1000 ? "large order" : "none");
}
MOTE_FUNCTION(decide, "(order: {customer: string, total: f64}) -> {discount: f64, reason: string}")

int main(void) { return mote_serve(); }
