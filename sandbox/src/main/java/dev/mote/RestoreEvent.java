package dev.mote;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A guest that was put back to a snapshot, as Java Flight Recorder shows it.
@Name("dev.mote.Restore")
@Label("Restore")
@Category("Mote")
@StackTrace(false)
final class RestoreEvent extends Event {
  @Label("Tenant")
  String tenant = "";

  @Label("Pages Copied")
  long pages;
}
