package dev.mote.linux;

import dev.mote.machine.Fault;
import dev.mote.machine.GuestMemory;
import dev.mote.machine.GuestMemoryExhaustedException;
import dev.mote.machine.PageTables;

/// Stops a program at its entry: where a dynamic loader hands over to it, with its libraries loaded
/// and their initialisers run; a static program before its first instruction.
///
/// It is an INT3 in place of the first byte there, which comes back when the program has arrived or
/// is to be saved elsewhere. The page is the guest's own copy. A program whose entry is nowhere is
/// not stopped: it cannot get there.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class EntryStop {
  private static final byte INT3 = (byte) 0xcc;

  private final LinuxProcess process;
  private long entry; // of the program that was loaded last; 0 for none
  private boolean wanted;
  private boolean isSet;
  private byte replaced;

  EntryStop(LinuxProcess process) {
    this.process = process;
  }

  /// A program has taken the place of whatever there was.
  void loaded(long itsEntry) {
    entry = itsEntry;
    isSet = false;
    if (wanted) {
      want();
    }
  }

  /// The program is to stop, or the one that takes its place before it has come so far.
  void want() {
    wanted = true;
    if (!isSet && entry != 0 && isMapped()) {
      replaced = memory().getByte(process.space().tables().gpa(entry));
      write(INT3);
      isSet = true;
    }
  }

  private boolean isMapped() {
    try {
      return process.space().touch(entry, PageTables.EXECUTE) == AddressSpace.Touch.BOUND;
    } catch (ErrnoException | GuestMemoryExhaustedException _) {
      return false;
    }
  }

  /// Whether an exception of the thread that runs is the stop. The thread is at the entry then.
  boolean isHit(Fault fault) {
    var registers = process.vm().registers();
    if (!isSet || fault.vector() != Fault.BREAKPOINT || registers.rip() != entry + 1) {
      return false;
    }
    registers.rip(entry);
    return true;
  }

  /// The program is not to stop any more.
  void lift() {
    wanted = false;
    PageTables tables = process.space().tables();
    if (isSet && tables.isBound(entry) && memory().getByte(tables.gpa(entry)) == INT3) {
      write(replaced);
    }
    isSet = false;
  }

  private void write(byte value) {
    memory().setByte(process.space().tables().gpaToWrite(entry), value);
  }

  private GuestMemory memory() {
    return process.vm().memory();
  }
}
