package dev.mote.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The entry of the `mote` command.
@Command(name = "mote", description = "Runs Linux programs in micro-VMs.")
final class Main {
  private Main() {}

  /// Runs the command line and ends the process with its status.
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }
}
