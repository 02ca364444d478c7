package dev.mote.cli;

import dev.mote.Host;
import java.io.PrintStream;
import java.util.List;

/// `mote doctor`: what of this machine micro-VMs need, each point with its fix.
final class DoctorCommand {
  private final PrintStream out;

  DoctorCommand(PrintStream out) {
    this.out = out;
  }

  int execute(List<String> arguments) {
    var options = new Options();
    List<String> operands = options.parse(arguments);
    if (options.helpWanted()) {
      out.print(
          """
          usage: mote doctor

          Examines whether this machine can run micro-VMs. Each line is a point that was examined; below one
          that is not in order stands what to do. The exit status is 0 when micro-VMs can run, else 1.

          """);
      out.print(options.describe());
      return ExitStatus.OK;
    }
    if (!operands.isEmpty()) {
      throw new UsageException("mote doctor takes no arguments: " + operands.getFirst());
    }
    return report(Host.examine());
  }

  private int report(List<Host.Finding> findings) {
    int width = 0;
    for (Host.Finding finding : findings) {
      width = Math.max(width, finding.name().length());
    }
    int status = ExitStatus.OK;
    for (Host.Finding finding : findings) {
      String mark =
          switch (finding.state()) {
            case OK -> "ok      ";
            case WARNING -> "warning ";
            case FAILED -> "FAILED  ";
          };
      out.println(
          mark
              + finding.name()
              + " ".repeat(width - finding.name().length())
              + "  "
              + finding.text());
      if (!finding.fix().isEmpty()) {
        out.println("        -> " + finding.fix());
      }
      if (finding.state() == Host.State.FAILED) {
        status = ExitStatus.UNFIT_HOST;
      }
    }
    return status;
  }
}
