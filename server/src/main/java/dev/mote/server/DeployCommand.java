package dev.mote.server;

import dev.mote.cli.ExitStatus;
import dev.mote.cli.Options;
import dev.mote.cli.UsageException;
import dev.mote.functions.FunctionFolder;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `mote deploy [DIR]`: builds a function here and has a running server serve it.
final class DeployCommand {
  private final PrintStream out;
  private final PrintStream err;
  private final ApiClient client = new ApiClient();
  private final Options options = new Options();
  private @Nullable String name;

  DeployCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
    options.value("--name", "NAME", "the function's name; else that of the folder", t -> name = t);
    client.addTo(options);
  }

  int execute(List<String> arguments) {
    List<String> words = options.parseAnywhere(arguments);
    if (options.helpWanted()) {
      out.print(
          """
          usage: mote deploy [OPTIONS] [DIR]

          Builds the function in a folder, the present one if none is given, and deploys it to a running
          server. It serves once it has started; until then, and if it does not start, the version before
          goes on serving.

          """);
      out.print(options.describe());
      return ExitStatus.OK;
    }
    if (words.size() > 1) {
      throw new UsageException("mote deploy takes one folder");
    }
    var folder = new FunctionFolder(Path.of(words.isEmpty() ? "." : words.getFirst()));
    String called = name == null ? folder.functionName() : name;
    folder.build(line -> err.println("mote: " + called + ": " + line));
    Map<?, ?> state = deploy(folder, called);
    out.printf(
        "%s version %s: %s%s%n", called, state.get("version"), client.server(), state.get("path"));
    return ExitStatus.OK;
  }

  private Map<?, ?> deploy(FunctionFolder folder, String called) {
    try {
      Path archive = Files.createTempFile("mote-", ".tar");
      try {
        try (var to = Files.newOutputStream(archive)) {
          folder.archive(to);
        }
        return client.put(ApiRoute.PREFIX + "/" + called, BodyPublishers.ofFile(archive));
      } catch (FileNotFoundException e) {
        throw new UncheckedIOException(e);
      } finally {
        Files.deleteIfExists(archive);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
