package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.cli.ExitStatus;
import dev.mote.cli.Options;
import dev.mote.cli.UsageException;
import dev.mote.json.JsonValues;
import dev.mote.values.Type;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/// `mote logs NAME`: what a function has written, and what was written about it.
final class LogsCommand {
  private final PrintStream out;
  private final ApiClient client = new ApiClient();
  private final Options options = new Options();
  private boolean follow;
  private int last = 100;

  LogsCommand(PrintStream out) {
    this.out = out;
    options
        .flag("--follow", "go on with what is written from now on; also -f", () -> follow = true)
        .value("--last", "N", "how many lines of before; 100", text -> last = number(text));
    client.addTo(options);
  }

  private static int number(String text) {
    if (!text.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException("must be a number up to 99999");
    }
    return Integer.parseInt(text);
  }

  int execute(List<String> arguments) {
    List<String> words =
        options.parseAnywhere(
            arguments.stream().map(a -> a.equals("-f") ? "--follow" : a).toList());
    if (options.helpWanted()) {
      out.print(
          """
          usage: mote logs [OPTIONS] NAME

          Prints a function's log: what it wrote to its standard output and standard error, and what went
          wrong in it. Each line is behind its time and the id of the request that it belongs to.

          """);
      out.print(options.describe());
      return ExitStatus.OK;
    }
    if (words.size() != 1) {
      throw new UsageException("mote logs takes the name of one function");
    }
    String path =
        "%s/%s/log?last=%d%s"
            .formatted(
                ApiRoute.PREFIX, Names.check(words.getFirst()), last, follow ? "&follow" : "");
    try (var lines = new BufferedReader(new InputStreamReader(client.stream(path), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isEmpty()) {
          print(line);
        }
      }
    } catch (IOException e) {
      throw new ApiException(client.server() + ": " + e, e);
    }
    return ExitStatus.OK;
  }

  private void print(String json) {
    if (JsonValues.read(json, Type.Plain.ANY) instanceof Map<?, ?> line) {
      String invocation = String.valueOf(line.get("invocation"));
      out.printf(
          "%s %s %s%n",
          String.valueOf(line.get("time")).replaceAll("\\.[0-9]+", ""),
          invocation.isEmpty() ? "-" : invocation,
          line.get("text"));
      out.flush();
    }
  }
}
