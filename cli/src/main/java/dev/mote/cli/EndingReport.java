package dev.mote.cli;

import dev.mote.Durations;
import dev.mote.Ending;
import java.io.PrintStream;

/// Tells how a program ended.
final class EndingReport {
  private EndingReport() {}

  /// Says why the program did not end by itself.
  ///
  /// @return the exit status for it
  static int print(Ending ending, PrintStream err) {
    if (ending instanceof Ending.Exited(int status)) {
      return status; // the ordinary end needs no pattern switch, whose first use takes milliseconds
    }
    return switch (ending) {
      case Ending.Exited exited -> exited.status();
      case Ending.Signaled(var fault) -> {
        err.println("mote: " + fault);
        yield ExitStatus.signal(fault.signal());
      }
      case Ending.TimedOut timedOut -> {
        String time = Durations.describe(timedOut.limit());
        err.println(
            switch (timedOut.kind()) {
              case WALL -> "mote: timed out after " + time;
              case CPU -> "mote: used up its CPU time of " + time;
            });
        yield ExitStatus.TIMED_OUT;
      }
      case Ending.OutOfMemory outOfMemory -> {
        err.println("mote: out of memory, the limit is " + outOfMemory.limit());
        yield ExitStatus.KILLED;
      }
      case Ending.LimitExceeded exceeded -> {
        err.println("mote: ended by its limit for " + exceeded.what() + ", " + exceeded.limit());
        yield ExitStatus.KILLED;
      }
      case Ending.Cancelled _ -> {
        err.println("mote: cancelled");
        yield ExitStatus.INTERRUPTED;
      }
      case Ending.Deadlocked(var threads) -> {
        err.println("mote: deadlock: each thread waits for another one");
        for (var thread : threads) {
          err.printf("  thread %d (%s) waits in %s%n", thread.id(), thread.name(), thread.call());
        }
        yield ExitStatus.KILLED;
      }
      case Ending.Broken(String text) -> {
        err.println("mote: " + text);
        yield ExitStatus.KILLED;
      }
      case Ending.ProtocolViolation(String text) -> {
        err.println("mote: the program broke the protocol: " + text);
        yield ExitStatus.KILLED;
      }
    };
  }
}
