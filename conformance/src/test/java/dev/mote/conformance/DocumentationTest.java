package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every example in README.md and docs/ does what a reader would expect: it compiles, runs and
/// succeeds.
///
/// A `java` block is the body of a main method. Of an `sh` block each line is run that calls
/// `./mote`, by the classes that are tested here instead of the script, which would build them, or
/// that makes a program by `cc`; `./build` is what runs this test.
class DocumentationTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern BLOCK =
      Pattern.compile("^```(java|sh)\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final String CLASS_PATH = System.getProperty("java.class.path");
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  @TempDir Path folder;

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
              .filter(line -> line.matches("(\\./mote|cc|mkdir -p) .*"))
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
    Path script = Files.writeString(folder.resolve("mote"), "#!/bin/sh\n" + mote + " \"$@\"\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    String command = line.replace("./mote", quote(script.toString()));
    Ended ended = run(List.of("/bin/bash", "-c", command), new byte[0]);
    assertThat(ended.status).as(ended.output).isZero();
    assertThat(ended.output.isBlank()).isEqualTo(!line.startsWith("./mote"));
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
