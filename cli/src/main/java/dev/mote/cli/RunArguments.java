package dev.mote.cli;

import java.util.List;

/// What the command line of `mote run` asks for.
final class RunArguments {
  final SandboxOptions sandbox = new SandboxOptions();

  /// The program and its arguments.
  List<String> program = List.of();

  private final Options options = new Options();

  private RunArguments() {
    sandbox.addTo(options);
  }

  /// @throws UsageException if the command line is not one of `mote run`
  static RunArguments parse(List<String> arguments) {
    var parsed = new RunArguments();
    parsed.program = List.copyOf(parsed.options.parse(arguments));
    boolean needsProgram = parsed.sandbox.image == null; // else the image has one
    if (needsProgram && parsed.program.isEmpty() && !parsed.helpWanted()) {
      throw new UsageException("no program given: mote run [OPTIONS] PROGRAM [ARGUMENTS]");
    }
    return parsed;
  }

  boolean helpWanted() {
    return options.helpWanted();
  }

  String describeOptions() {
    return options.describe();
  }
}
