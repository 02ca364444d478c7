package dev.mote;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A call that waited for a machine of a pool, as Java Flight Recorder shows it.
@Name("dev.mote.PoolWait")
@Label("Wait for a Machine")
@Category("Mote")
@StackTrace(false)
final class PoolWaitEvent extends Event {
  @Label("Tenant")
  String tenant = "";
}
