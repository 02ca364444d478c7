package dev.mote.server;

import dev.mote.cli.ExitStatus;
import dev.mote.cli.Options;
import dev.mote.cli.UsageException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// `mote list`: the functions of a running server.
final class ListCommand {
  private final PrintStream out;
  private final ApiClient client = new ApiClient();
  private final Options options = new Options();

  ListCommand(PrintStream out) {
    this.out = out;
    client.addTo(options);
  }

  int execute(List<String> arguments) {
    List<String> words = options.parseAnywhere(arguments);
    if (options.helpWanted()) {
      out.print("usage: mote list [OPTIONS]\n\nLists the functions of a running server.\n\n");
      out.print(options.describe());
      return ExitStatus.OK;
    }
    if (!words.isEmpty()) {
      throw new UsageException("mote list takes no operands");
    }
    Map<?, ?> answer = client.get(ApiRoute.PREFIX);
    if (answer.get("functions") instanceof List<?> functions) {
      out.printf(
          "%-24s %7s  %-8s  %-10s %11s %7s%n",
          "NAME", "VERSION", "STATE", "LANGUAGE", "INVOCATIONS", "FAULTS");
      for (Object each : functions) {
        if (each instanceof Map<?, ?> function) {
          out.printf(
              "%-24s %7s  %-8s  %-10s %11s %7s%n",
              function.get("name"),
              function.get("version"),
              function.get("state"),
              Objects.requireNonNullElse(function.get("language"), "-"),
              function.get("invocations"),
              function.get("faults"));
        }
      }
    }
    if (answer.get("broken") instanceof Map<?, ?> broken) {
      broken.forEach((name, why) -> out.printf("%s does not start: %s%n", name, why));
    }
    return ExitStatus.OK;
  }
}
