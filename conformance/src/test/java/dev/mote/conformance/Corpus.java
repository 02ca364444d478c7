package dev.mote.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// Where the cases and the programs are, and which of them this run is about.
final class Corpus {
  /// `-Dcases=REGEX` runs only the cases whose whole name matches.
  private static final Pattern CHOSEN = Pattern.compile(System.getProperty("cases", ".*"));

  /// Tests run in the module's directory, and in the project's on the emulated machine.
  private static final Path MODULE = Path.of(Files.exists(Path.of("cases")) ? "" : "conformance");

  private static final Path PROGRAMS = MODULE.resolve("target/programs").toAbsolutePath();

  private Corpus() {}

  static List<ProgramCase> all() {
    try {
      return CaseReader.readAll(MODULE.resolve("cases"), PROGRAMS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<ProgramCase> chosen() {
    List<ProgramCase> chosen =
        all().stream().filter(c -> CHOSEN.matcher(c.name()).matches()).toList();
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException("no case is named " + CHOSEN);
    }
    return chosen;
  }

  /// Where the programs that were built are.
  static Path programs() {
    return PROGRAMS;
  }

  /// Where the system calls of a failed case go.
  static Path traceOf(ProgramCase programCase) throws IOException {
    Path directory = Files.createDirectories(MODULE.resolve("target/traces"));
    return directory.resolve(programCase.name() + ".trace");
  }
}
