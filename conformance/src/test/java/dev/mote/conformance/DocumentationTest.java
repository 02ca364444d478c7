package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every example in README.md and docs/ does what a reader would expect: it compiles, runs and
/// succeeds.
///
/// A `java` block is the body of a main method. Of an `sh` block each line is run that calls
/// `./mote`, by the classes that are tested here instead of the script, which would build them,
/// that makes a program by `cc`, or asks by `curl`; `./build` is what runs this test. `./mote up`
/// goes on for the lines behind it, at a port of its own.
class DocumentationTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern BLOCK =
      Pattern.compile("^```(java|sh)\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final String CLASS_PATH = System.getProperty("java.class.path");
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  private static final Pattern FUNCTIONS =
      Pattern.compile("\\./mote (new|up|deploy|list|inspect|invoke|logs|rm)\\b.*");
  private static final String USUAL_SERVER = "http://localhost:8080";

  @TempDir Path folder;
  private static @Nullable Process up;
  private static String server = USUAL_SERVER;

  @AfterAll
  static void stopServing() {
    if (up != null) {
      up.destroy();
    }
  }

  private record Ended(int status, String output) {}

  private Ended run(List<String> line, byte[] input) throws Exception {
    Path stdin = Files.write(folder.resolve("stdin"), input);
    Process process =
        new ProcessBuilder(line)
            .directory(ROOT.toFile())
            .redirectErrorStream(true)
            .redirectInput(stdin.toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
    return new Ended(process.exitValue(), output);
  }

  @TestFactory
  Stream<DynamicTest> examplesInTheTextsRun() throws IOException {
    var tests = new ArrayList<DynamicTest>();
    for (Path text : texts()) {
      var matcher = BLOCK.matcher(Files.readString(text));
      while (matcher.find()) {
        String code = matcher.group(2);
        String name = ROOT.relativize(text) + ": " + code.lines().findFirst().orElse("");
        if (matcher.group(1).equals("java")) {
          tests.add(DynamicTest.dynamicTest(name, () -> compileAndRun(code)));
        } else {
          code.lines()
              .flatMap(DocumentationTest::commands)
              .filter(line -> line.matches("(\\./mote|cc|mkdir -p|curl) .*"))
              .forEach(line -> tests.add(DynamicTest.dynamicTest(line, () -> runCommand(line))));
        }
      }
    }
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  private static List<Path> texts() throws IOException {
    var texts = new ArrayList<Path>();
    texts.add(ROOT.resolve("README.md"));
    try (var docs = Files.list(ROOT.resolve("docs"))) {
      docs.filter(path -> path.toString().endsWith(".md")).sorted().forEach(texts::add);
    }
    return texts;
  }

  private void compileAndRun(String code) throws Exception {
    String source =
        """
        import dev.mote.*;
        import dev.mote.trees.*;
        import java.nio.file.*;
        import java.time.*;
        import java.util.*;

        public class Example {
          public static void main(String[] arguments) throws Exception {
        %s
          }
        }
        """
            .formatted(code);
    Path file = Files.writeString(folder.resolve("Example.java"), source);
    Ended ended =
        run(List.of(JAVA, NATIVE_ACCESS, "-cp", CLASS_PATH, file.toString()), new byte[0]);
    assertThat(ended.status).as(ended.output).isZero();
    assertThat(ended.output).isNotBlank();
  }

  private void runCommand(String line) throws Exception {
    String mote =
        String.join(
            " ", "exec", quote(JAVA), NATIVE_ACCESS, "-cp", quote(CLASS_PATH), "dev.mote.cli.Main");
    if (FUNCTIONS.matcher(line).matches()) {
      mote = mote.replace("dev.mote.cli.Main", "dev.mote.server.Main");
    }
    Path script =
        Files.writeString(
            folder.resolve("mote"), "#!/bin/sh\nMOTE_SERVER=" + server + " " + mote + " \"$@\"\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    String command = line.replace("./mote", quote(script.toString())).replace(USUAL_SERVER, server);
    if (line.startsWith("./mote new ")) {
      delete(ROOT.resolve(line.substring(line.lastIndexOf(' ') + 1)));
    }
    if (line.startsWith("./mote up ")) {
      serve(command.replace(" up ", " up --port 0 "));
      return;
    }
    Ended ended = run(List.of("/bin/bash", "-c", command), new byte[0]);
    assertThat(ended.status).as(ended.output).isZero();
    assertThat(ended.output.isBlank()).isEqualTo(!line.matches("(\\./mote|curl) .*"));
  }

  /// The commands of a line; but for one that is about `./mote up`, that is one.
  private static Stream<String> commands(String line) {
    return line.contains("./mote up") ? Stream.of(line.split(" && ")) : Stream.of(line);
  }

  /// Starts a server, and waits until it has said where its function is.
  private static void serve(String command) throws Exception {
    stopServing();
    Process process =
        new ProcessBuilder("/bin/bash", "-c", "exec " + command)
            .directory(ROOT.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    up = process;
    var lines = process.inputReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      var address = Pattern.compile("[a-z]+: (http://[^/]*)/fn/.*").matcher(line);
      if (address.matches()) {
        server = address.group(1);
        return;
      }
    }
    throw new AssertionError("it ended: status " + process.waitFor());
  }

  private static void delete(Path place) throws IOException {
    if (Files.exists(place)) {
      try (Stream<Path> all = Files.walk(place)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static String quote(String text) {
    return "'" + text + "'";
  }

  @Test
  void theExampleThatRunsAnUntrustedProgramRuns() throws Exception {
    Path example = ROOT.resolve("examples/RunUntrusted.java");
    Ended ended =
        run(
            List.of(
                JAVA,
                NATIVE_ACCESS,
                "-cp",
                CLASS_PATH,
                example.toString(),
                "/bin/busybox",
                "wc",
                "-l"),
            "one\ntwo\n".getBytes(StandardCharsets.UTF_8));
    assertThat(ended.output).isEqualTo("2\nexited with 0\n");
    assertThat(ended.status).isZero();
  }

  @Test
  void theRuleEngineRunsRulesThatNobodyVouchesFor() throws Exception {
    var line = new ArrayList<>(List.of(JAVA, NATIVE_ACCESS, "-cp", CLASS_PATH));
    line.add(ROOT.resolve("examples/RuleEngine.java").toString());
    for (String rule : List.of("discount", "endless")) {
      line.add(Corpus.programs().resolve("functions-" + rule).toString());
    }
    line.add("/bin/busybox");
    assertThat(run(line, new byte[0]).output)
        .matches(
            """
            Decision\\[discount=20.0, reason=friend of the house]
            Decision\\[discount=100.0, reason=large order]
            no decision: .*
            not a rule: .*
            """);
  }
}
