package dev.mote.server;

import dev.mote.cli.ExitStatus;
import dev.mote.cli.Options;
import dev.mote.cli.UsageException;
import dev.mote.functions.FunctionTemplate;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;

/// `mote new LANGUAGE NAME`: a folder with a function to begin with.
final class NewCommand {
  private final PrintStream out;
  private final Options options = new Options();

  NewCommand(PrintStream out) {
    this.out = out;
  }

  int execute(List<String> arguments) {
    List<String> words = options.parseAnywhere(arguments);
    if (options.helpWanted()) {
      out.print(
          """
          usage: mote new LANGUAGE NAME

          Makes a folder of that name with a small function, to be served by `mote up NAME`. Languages:

          """);
      for (FunctionTemplate template : FunctionTemplate.all()) {
        out.printf("  %-12s  %s%n", template.name(), template.description());
      }
      out.println();
      out.print(options.describe());
      return ExitStatus.OK;
    }
    if (words.size() != 2) {
      throw new UsageException("mote new takes a language and a name: mote new python hello");
    }
    Path folder = Path.of(words.get(1));
    String name = Names.check(String.valueOf(folder.getFileName()));
    try {
      template(words.getFirst()).write(folder, name);
    } catch (FileAlreadyExistsException e) {
      throw new UsageException(words.get(1) + " is there already");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.printf("%s is a function now. Serve it: mote up %s%n", words.get(1), words.get(1));
    return ExitStatus.OK;
  }

  private static FunctionTemplate template(String language) {
    for (FunctionTemplate template : FunctionTemplate.all()) {
      if (template.name().equals(language)) {
        return template;
      }
    }
    throw new UsageException(
        "there is no template for %s, only for %s"
            .formatted(
                language,
                String.join(
                    ", ", FunctionTemplate.all().stream().map(FunctionTemplate::name).toList())));
  }
}
