package dev.mote.server;

import dev.mote.cli.ExitStatus;
import dev.mote.cli.Options;
import dev.mote.cli.UsageException;
import java.io.PrintStream;
import java.util.List;

/// `mote rm NAME...`: takes functions away from a running server.
final class RemoveCommand {
  private final PrintStream out;
  private final ApiClient client = new ApiClient();
  private final Options options = new Options();

  RemoveCommand(PrintStream out) {
    this.out = out;
    client.addTo(options);
  }

  int execute(List<String> arguments) {
    List<String> words = options.parseAnywhere(arguments);
    if (options.helpWanted()) {
      out.print(
          "usage: mote rm [OPTIONS] NAME...\n\nTakes functions away from a running server.\n\n");
      out.print(options.describe());
      return ExitStatus.OK;
    }
    if (words.isEmpty()) {
      throw new UsageException("mote rm takes names of functions");
    }
    for (String name : words) {
      client.delete(ApiRoute.PREFIX + "/" + Names.check(name));
      out.println(name + " is removed");
    }
    return ExitStatus.OK;
  }
}
