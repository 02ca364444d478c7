package dev.mote.linux;

import static dev.mote.linux.ArgumentKind.Plain.ADDRESS;
import static dev.mote.linux.ArgumentKind.Plain.CLONE_FLAGS;
import static dev.mote.linux.ArgumentKind.Plain.HEX;
import static dev.mote.linux.ArgumentKind.Plain.INT;
import static dev.mote.linux.ArgumentKind.Plain.INT_POINTER;
import static dev.mote.linux.ArgumentKind.Plain.STRING;
import static dev.mote.linux.ArgumentKind.Plain.TERMIOS;
import static dev.mote.linux.ArgumentKind.Plain.TIMESPEC;
import static dev.mote.linux.ArgumentKind.Plain.UINT;
import static dev.mote.linux.ArgumentKind.Plain.WINDOW_SIZE;

import dev.mote.linux.ArgumentKind.At;
import dev.mote.linux.ArgumentKind.Out;
import dev.mote.linux.ArgumentKind.Value;
import java.util.ArrayList;
import java.util.List;

/// The arguments of calls whose number or meaning depends on another argument: a command, or flags.
final class CommandArguments {
  private CommandArguments() {}

  private static final int O_CREAT = 0x40;
  private static final int O_TMPFILE = 0x41_0000;
  private static final int MREMAP_FIXED_OR_DONTUNMAP = 6;
  private static final int CLONE_PIDFD_OR_PARENT_SETTID = 0x10_1000;
  private static final int CLONE_SETTLS = 0x8_0000;
  private static final int CLONE_CHILD_TID = 0x120_0000;
  private static final int FUTEX_COMMAND = 0x7f;

  private static final ArgumentKind BITSET =
      new Value(NamedValues.of("FUTEX_BITSET_", "FUTEX_BITSET_MATCH_ANY=-1"));

  /// The kinds of the arguments that this very call has.
  static List<ArgumentKind> of(SystemCall call, SystemCallArguments arguments) {
    List<ArgumentKind> all = call.arguments();
    return switch (call.name()) {
      case "open" -> createsFile(arguments.b()) ? all : all.subList(0, 2);
      case "openat" -> createsFile(arguments.c()) ? all : all.subList(0, 3);
      case "mremap" -> (arguments.d() & MREMAP_FIXED_OR_DONTUNMAP) != 0 ? all : all.subList(0, 4);
      case "fcntl" -> fcntl(all, (int) arguments.b());
      case "ioctl" -> ioctl(all, (int) arguments.b());
      case "prctl" -> prctl(all, (int) arguments.a());
      case "futex" -> futex(all, (int) arguments.b());
      case "clone" -> clone(arguments.a());
      default -> all;
    };
  }

  private static boolean createsFile(long flags) {
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  }

  private static List<ArgumentKind> fcntl(List<ArgumentKind> all, int command) {
    return switch (command) {
      // F_GETFD, F_GETFL, F_GETOWN, F_GETSIG, F_GETLEASE, F_GETPIPE_SZ, F_GET_SEALS
      case 1, 3, 9, 11, 1025, 1032, 1034 -> all.subList(0, 2);
      case 2 -> with(all.subList(0, 2), FlagNames.CLOSE_ON_EXEC); // F_SETFD
      case 4 -> with(all.subList(0, 2), FlagNames.OPEN); // F_SETFL
      case 0, 8, 10, 1030, 1031 -> with(all.subList(0, 2), INT); // F_DUPFD…, F_SETPIPE_SZ
      default -> all;
    };
  }

  private static List<ArgumentKind> ioctl(List<ArgumentKind> all, int command) {
    List<ArgumentKind> common = all.subList(0, 2);
    return switch (command) {
      case 0x5401 -> with(common, new Out(TERMIOS)); // TCGETS
      case 0x5402, 0x5403, 0x5404 -> with(common, TERMIOS); // TCSETS…
      case 0x5413 -> with(common, new Out(WINDOW_SIZE)); // TIOCGWINSZ
      case 0x5414 -> with(common, WINDOW_SIZE); // TIOCSWINSZ
      case 0x540f, 0x541b, 0x5429 -> with(common, new Out(INT_POINTER)); // TIOCGPGRP, FIONREAD
      case 0x5410, 0x5421, 0x5452 -> with(common, INT_POINTER); // TIOCSPGRP, FIONBIO, FIOASYNC
      case 0x5450, 0x5451, 0x540c, 0x540d, 0x5422 -> common; // FIONCLEX, FIOCLEX, TIOCEXCL…
      default -> all;
    };
  }

  private static List<ArgumentKind> prctl(List<ArgumentKind> all, int option) {
    List<ArgumentKind> common = all.subList(0, 1);
    return switch (option) {
      case 15 -> with(common, STRING); // PR_SET_NAME
      case 16 -> with(common, new Out(STRING)); // PR_GET_NAME
      case 3, 7, 21, 27, 30 -> common; // PR_GET_DUMPABLE, …_KEEPCAPS, …_SECCOMP, …
      case 4, 8, 29, 36 -> with(common, INT); // PR_SET_DUMPABLE, …_KEEPCAPS, …
      default -> all;
    };
  }

  private static List<ArgumentKind> futex(List<ArgumentKind> all, int operation) {
    List<ArgumentKind> common = all.subList(0, 3);
    return switch (operation & FUTEX_COMMAND) {
      case 0 -> with(common, TIMESPEC); // FUTEX_WAIT
      case 1 -> common; // FUTEX_WAKE
      case 9 -> with(with(common, TIMESPEC), new At("", 5, BITSET)); // FUTEX_WAIT_BITSET
      case 10 -> with(common, new At("", 5, BITSET)); // FUTEX_WAKE_BITSET
      case 3 -> with(with(common, new At("", 3, UINT)), ADDRESS); // FUTEX_REQUEUE
      case 4 -> // FUTEX_CMP_REQUEUE
          with(with(with(common, new At("", 3, UINT)), ADDRESS), UINT);
      case 6, 13 -> List.of(ADDRESS, all.get(1), new At("", 3, TIMESPEC)); // FUTEX_LOCK_PI…
      case 7, 8 -> all.subList(0, 2); // FUTEX_UNLOCK_PI, FUTEX_TRYLOCK_PI
      default -> all;
    };
  }

  private static List<ArgumentKind> clone(long flags) {
    List<ArgumentKind> shown =
        List.of(new At("child_stack=", 1, ADDRESS), new At("flags=", 0, CLONE_FLAGS));
    if ((flags & CLONE_PIDFD_OR_PARENT_SETTID) != 0) {
      shown = with(shown, new At("parent_tid=", 2, new Out(INT_POINTER)));
    }
    if ((flags & CLONE_SETTLS) != 0) {
      shown = with(shown, new At("tls=", 4, HEX));
    }
    if ((flags & CLONE_CHILD_TID) != 0) {
      shown = with(shown, new At("child_tidptr=", 3, ADDRESS));
    }
    return shown;
  }

  private static List<ArgumentKind> with(List<ArgumentKind> kinds, ArgumentKind more) {
    var all = new ArrayList<>(kinds);
    all.add(more);
    return all;
  }
}
