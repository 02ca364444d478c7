package dev.mote.server;

import dev.mote.cli.ExitStatus;
import dev.mote.cli.Options;
import dev.mote.cli.UsageException;
import dev.mote.functions.FunctionFiles;
import dev.mote.functions.FunctionFolder;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `mote inspect`: everything that holds for a function, the defaults too: of a folder, or of a
/// function that a running server has.
final class InspectCommand {
  private final PrintStream out;
  private final ApiClient client = new ApiClient();
  private final Options options = new Options();

  InspectCommand(PrintStream out) {
    this.out = out;
    client.addTo(options);
  }

  int execute(List<String> arguments) {
    List<String> words = options.parseAnywhere(arguments);
    if (options.helpWanted()) {
      out.print(
          """
          usage: mote inspect [OPTIONS] [DIR|NAME]

          Prints what holds for a function: that in a folder, the present one if none is given, or one of a
          running server.

          """);
      out.print(options.describe());
      return ExitStatus.OK;
    }
    if (words.size() > 1) {
      throw new UsageException("mote inspect takes one folder or name");
    }
    String what = words.isEmpty() ? "." : words.getFirst();
    if (Files.isDirectory(Path.of(what))) {
      inspect(new FunctionFolder(Path.of(what)));
    } else {
      print(client.get(ApiRoute.PREFIX + "/" + Names.check(what)), "");
    }
    return ExitStatus.OK;
  }

  private void inspect(FunctionFolder folder) {
    FunctionFiles files = folder.files();
    out.println("language: " + files.language().word());
    out.println("main: " + files.main());
    String build = folder.settings().build();
    if (build != null) {
      out.println("build: " + build);
    }
    print(StateJson.settings(folder.settings()), "");
  }

  private void print(Map<?, ?> fields, String indent) {
    fields.forEach((name, value) -> print(String.valueOf(name), value, indent));
  }

  private void print(String name, @Nullable Object value, String indent) {
    if (value instanceof Map<?, ?> inner) {
      out.println(indent + name + ":");
      print(inner, indent + "  ");
    } else if (value instanceof List<?> list && list.stream().anyMatch(Map.class::isInstance)) {
      out.println(indent + name + ":");
      list.forEach(element -> out.println(indent + "  " + element));
    } else {
      out.println(indent + name + ": " + value);
    }
  }
}
