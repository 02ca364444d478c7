package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `mote up` as a process: what it prints, what follows a change of a file, how it ends.
class UpCommandTest {
  private static final Pattern ADDRESS = Pattern.compile(".*(http://localhost:[0-9]+)/.*");

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private String address = "";

  private Process up(String... arguments) throws IOException {
    var line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.mote.server.Main",
                "up",
                "--port",
                "0"));
    line.addAll(List.of(arguments));
    var builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().put("XDG_DATA_HOME", folder.resolve("data").toString());
    Process process = builder.start();
    Thread.ofVirtual()
        .start(() -> {
          try (var reader = process.inputReader(UTF_8)) {
            reader.lines().forEach(lines::add);
          } catch (IOException e) {
            lines.add(e.toString());
          }
        });
    return process;
  }

  private String await(String part) throws InterruptedException {
    var seen = new ArrayList<String>();
    while (true) {
      String line = lines.poll(60, TimeUnit.SECONDS);
      assertThat(line).as("%s, after %s", part, seen).isNotNull();
      seen.add(line);
      Matcher found = ADDRESS.matcher(line);
      if (found.matches()) {
        address = found.group(1);
      }
      if (line.contains(part)) {
        return line;
      }
    }
  }

  private String ask(String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create(address + path))
                .timeout(Duration.ofSeconds(60))
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  private Path write(String text) throws IOException {
    Path function = Files.createDirectories(folder.resolve("My Function"));
    return Files.writeString(function.resolve("main.py"), text);
  }

  private static void end(Process process) throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whatIsChangedIsLiveAndWhatIsBrokenIsNot() throws Exception {
    write("def handle(event): print('hello log'); return 1\n");
    Process process = up(folder.resolve("My Function").toString());
    try {
      await("my-function: http://");
      assertThat(ask("/fn/my-function")).isEqualTo("1\n");
      await("my-function | hello log");
      write("def handle(event): return 2\n");
      await("version 2 is live");
      assertThat(ask("/fn/my-function")).isEqualTo("2\n");
      write("def handle(event) return 3\n");
      await("main.py");
      await("goes on serving");
      assertThat(ask("/fn/my-function")).isEqualTo("2\n");
      Files.writeString(
          Files.createDirectories(folder.resolve("My Function/more")).resolve("text"), "x");
      write("def handle(event): return open('more/text').read()\n");
      await("is live");
      assertThat(ask("/fn/my-function")).isEqualTo("\"x\"\n");
    } finally {
      end(process);
    }
  }

  @Test
  void whatIsBrokenAtFirstIsServedOnceItIsMended() throws Exception {
    write("syntax error\n");
    Process process = up(folder.resolve("My Function").toString());
    try {
      await("does not serve until that is mended");
      assertThat(ask("/v1/functions"))
          .containsPattern("\"broken\":\\{\"my-function\":\"[^}]*main.py[^}]*SyntaxError");
      assertThat(ask("/fn/my-function")).contains("could not be started").contains("main.py");
      write("def handle(event): return 1\n");
      await("version 1 is live");
      assertThat(ask("/fn/my-function")).isEqualTo("1\n");
      assertThat(ask("/v1/functions")).contains("\"broken\":{}");
    } finally {
      end(process);
    }
    try (Stream<Path> left = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(
              left.filter(
                  p -> p.getFileName().toString().startsWith("mote-store-") && !isOfOthers(p)))
          .isEmpty();
    }
  }

  /// Somebody else's server may be running.
  private static boolean isOfOthers(Path store) {
    try (Stream<Path> functions = Files.list(store.resolve("functions"))) {
      return functions.noneMatch(p -> p.getFileName().toString().equals("my-function.json"));
    } catch (IOException _) {
      return true;
    }
  }

  /// A request that runs is answered before the server ends.
  @Test
  void requestsThatRunAreFinished() throws Exception {
    write(
        "import time\ndef handle(event): print('begun', flush=True); time.sleep(2); return 'done'\n");
    Process process = up("--no-watch", folder.resolve("My Function").toString());
    await("my-function: http://");
    var answer =
        http.sendAsync(
            HttpRequest.newBuilder(URI.create(address + "/fn/my-function")).build(),
            BodyHandlers.ofString());
    await("begun");
    end(process);
    assertThat(answer.get(10, TimeUnit.SECONDS).body()).isEqualTo("\"done\"\n");
  }

  /// What was deployed is there after the server was killed.
  @Test
  void aStoreOutlivesItsServer() throws Exception {
    write("def handle(event): return 'kept'\n");
    Process first = up();
    await("serving at");
    var out = new java.io.ByteArrayOutputStream();
    var stream = new java.io.PrintStream(out, true, UTF_8);
    int status =
        new Main(stream, stream)
            .execute(
                List.of("deploy", "--server", address, folder.resolve("My Function").toString()));
    assertThat(status).as(out.toString(UTF_8)).isZero();
    first.destroyForcibly();
    first.waitFor();
    lines.clear();
    Process second = up();
    try {
      await("serving at");
      assertThat(ask("/fn/my-function")).isEqualTo("\"kept\"\n");
    } finally {
      end(second);
    }
  }
}
