package dev.mote;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A guest ended in a call, by a fault, a limit, or its own doing, as Java Flight Recorder shows
/// it.
@Name("dev.mote.GuestEnded")
@Label("Guest Ended")
@Category("Mote")
@StackTrace(false)
final class GuestEndedEvent extends Event {
  @Label("Tenant")
  String tenant = "";

  @Label("Call Id")
  long callId;

  @Label("Ending")
  String ending = "";
}
