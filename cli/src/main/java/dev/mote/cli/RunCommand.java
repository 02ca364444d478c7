package dev.mote.cli;

import dev.mote.MemorySize;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.Streams;
import java.io.PrintStream;
import java.util.List;

/// `mote run`: one program in one micro-VM, its streams and its exit status passed through.
final class RunCommand {
  /// For output that passes through: there is nothing to fill.
  static final MemorySize NO_LIMIT = MemorySize.ofBytes(Long.MAX_VALUE);

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
    try (wanted.sandbox;
        Sandbox sandbox = build(wanted)) {
      int status = EndingReport.print(sandbox.run(Streams.inherit()), err);
      if (wanted.sandbox.statistics) {
        err.println(sandbox.statistics());
      }
      return status;
    }
  }

  private Sandbox build(RunArguments wanted) {
    List<String> line = wanted.program;
    SandboxBuilder builder = wanted.sandbox.builder(line, err);
    // The streams pass through, so there is nothing to fill; and whoever waits can end the wait.
    builder.outputLimit(NO_LIMIT);
    if (wanted.sandbox.timeout == null) {
      builder.withoutTimeout();
    }
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private void printHelp(RunArguments wanted) {
    out.print(
        """
        usage: mote run [OPTIONS] PROGRAM [ARGUMENTS]
               mote run [OPTIONS] --image PATH[:TAG] [ARGUMENTS]

        Runs a Linux program in its own micro-VM. It sees nothing of this machine but what --root and
        --mount show it, and its standard streams are mote's. A PROGRAM without a slash is looked for in
        PATH. With --root, PROGRAM is a path in that root, and the PATH is the program's own. One that is
        dynamically linked needs its loader and its libraries there, such as with --root /. Options after
        PROGRAM are the program's. An image says what runs, in which environment and directory, and as
        whom; ARGUMENTS replace its command, behind its entrypoint.

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
