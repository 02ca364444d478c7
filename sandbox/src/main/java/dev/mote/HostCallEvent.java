package dev.mote;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A call of a host function, as Java Flight Recorder shows it.
@Name("dev.mote.HostCall")
@Label("Host Function Call")
@Category("Mote")
@StackTrace(false)
final class HostCallEvent extends Event {
  @Label("Function")
  String function = "";

  @Label("Tenant")
  String tenant = "";

  @Label("Call Id")
  long callId;

  @Label("Request")
  @DataAmount
  int requestBytes;

  @Label("Answer")
  @DataAmount
  int answerBytes;

  @Label("Error")
  String error = "";
}
