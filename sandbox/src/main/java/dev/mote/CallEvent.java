package dev.mote;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A call of a guest function, as Java Flight Recorder shows it.
@Name("dev.mote.Call")
@Label("Guest Function Call")
@Category("Mote")
@StackTrace(false)
final class CallEvent extends Event {
  @Label("Function")
  String function = "";

  @Label("Tenant")
  String tenant = "";

  @Label("Call Id")
  long callId;

  @Label("Depth of Nesting")
  int depth;

  @Label("Answer")
  String answer = "";
}
