package dev.mote.cli;

import dev.mote.Ending;
import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.Streams;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/// `mote run`: one program in one micro-VM, its streams and its exit status passed through.
final class RunCommand {
  private static final MemorySize NO_LIMIT = MemorySize.ofBytes(Long.MAX_VALUE);

  private final PrintStream out;
  private final PrintStream err;

  RunCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  int execute(List<String> arguments) {
    RunArguments wanted = RunArguments.parse(arguments);
    if (wanted.helpWanted()) {
      printHelp(wanted);
      return ExitStatus.OK;
    }
    try (Sandbox sandbox = build(wanted)) {
      Ending outcome = sandbox.run(Streams.inherit());
      int status = report(outcome);
      if (wanted.statistics) {
        err.println(sandbox.statistics());
      }
      return status;
    }
  }

  private Sandbox build(RunArguments wanted) {
    List<String> line = wanted.program;
    Path executable = SearchPath.ofEnvironment().find(line.getFirst());
    Program program =
        Program.of(executable, line.subList(1, line.size()).toArray(new String[line.size() - 1]));
    // The streams pass through, so there is nothing to fill; and whoever waits can end the wait.
    SandboxBuilder builder = Sandbox.builder(program).outputLimit(NO_LIMIT).withoutTimeout();
    if (wanted.memory != null) {
      builder.memory(wanted.memory);
    }
    if (wanted.timeout != null) {
      builder.timeout(wanted.timeout);
    }
    if (wanted.cpuTime != null) {
      builder.cpuTime(wanted.cpuTime);
    }
    if (wanted.workingDirectory != null) {
      builder.workingDirectory(wanted.workingDirectory);
    }
    if (wanted.cpu != null) {
      builder.cpu(wanted.cpu);
    }
    if (wanted.trace) {
      builder.trace(err::println);
    }
    wanted.environment.forEach(builder::environment);
    for (RunArguments.Mount mount : wanted.mounts) {
      builder.mount(mount.host(), mount.guest());
    }
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /// Says on standard error why the program did not end by itself.
  ///
  /// @return the exit status for it
  private int report(Ending outcome) {
    if (outcome instanceof Ending.Exited(int status)) {
      return status; // the ordinary end needs no pattern switch, whose first use takes milliseconds
    }
    return switch (outcome) {
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
      case Ending.Broken(String text) -> {
        err.println("mote: " + text);
        yield ExitStatus.KILLED;
      }
    };
  }

  private void printHelp(RunArguments wanted) {
    out.print(
        """
        usage: mote run [OPTIONS] PROGRAM [ARGUMENTS]

        Runs a statically linked Linux program in its own micro-VM. It sees nothing of this machine but
        what --mount shows it, and its standard streams are mote's. A PROGRAM without a slash is looked
        for in PATH. Options after PROGRAM are the program's.

        """);
    out.print(wanted.describeOptions());
    out.print(
        """

        The exit status is the program's, or
          124    it was ended by --timeout or --cpu-time
          125    a fault of mote, its command line or its environment
          126    PROGRAM is not a program that can run
          127    PROGRAM was not found
          128+n  the program was ended by signal n; 137 also when it exceeded its memory or another limit
        """);
  }
}
