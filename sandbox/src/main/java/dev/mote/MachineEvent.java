package dev.mote;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A virtual machine that was made for a pool, as Java Flight Recorder shows it.
@Name("dev.mote.Machine")
@Label("Machine Made")
@Category("Mote")
@StackTrace(false)
final class MachineEvent extends Event {}
