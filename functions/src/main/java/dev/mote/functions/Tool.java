package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// A tool of this machine, run for the owner of a folder.
final class Tool {
  private static final int LONGEST_OUTPUT = 64 << 10;

  private Tool() {}

  /// Where a program is, by PATH and without links; empty if it is nowhere there.
  static Optional<Path> find(String name) {
    return find(name, Objects.requireNonNullElse(System.getenv("PATH"), "/usr/bin"));
  }

  static Optional<Path> find(String name, String path) {
    return Arrays.stream(path.split(File.pathSeparator))
        .filter(place -> !place.isEmpty())
        .map(place -> Path.of(place, name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst()
        .map(Tool::withoutLinks);
  }

  private static Path withoutLinks(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException e) {
      throw new FunctionException(file + " cannot be found: " + e.getMessage(), e);
    }
  }

  /// Runs it to its end.
  ///
  /// @return what it wrote to both of its outputs
  /// @throws FunctionException if it cannot be run, or fails; the message has the last of what it
  ///   wrote
  static String run(Path folder, List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
              .start();
      String output;
      try (var from = process.getInputStream()) {
        output = new String(from.readAllBytes(), UTF_8);
      }
      int status = process.waitFor();
      if (status != 0) {
        String end =
            output.substring(Math.max(0, output.length() - LONGEST_OUTPUT)).stripTrailing();
        throw new FunctionException(
            "%s: status %d%s"
                .formatted(String.join(" ", command), status, end.isEmpty() ? "" : "\n" + end));
      }
      return output;
    } catch (IOException e) {
      throw new FunctionException(
          "%s cannot be run: %s".formatted(command.getFirst(), e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FunctionException("interrupted", e);
    }
  }
}
