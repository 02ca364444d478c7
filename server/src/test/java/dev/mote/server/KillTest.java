package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server that is killed while it serves and functions are deployed, at any moment: what it had
/// said to be deployed is there when it is started again.
///
/// `-Dabuse.kills=20` kills it more often.
class KillTest {
  private static final int KILLS = Integer.getInteger("abuse.kills", 3);
  private static final List<String> NAMES = List.of("a", "b", "c");

  @TempDir private Path folder;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, Integer> asked = new ConcurrentHashMap<>(); // to deploy last
  private final Map<String, Integer> deployed = new ConcurrentHashMap<>(); // as the server said
  private volatile String address = "";

  private Process up() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.mote.server.Main",
                "up",
                "--port",
                "0",
                "--store",
                folder.resolve("store").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String line = process.inputReader(UTF_8).readLine();
    assertThat(line).contains("serving at ");
    address = line.substring(line.indexOf("http"), line.length() - 1);
    return process;
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.timeout(Duration.ofSeconds(60)).build(), BodyHandlers.ofString());
  }

  private int present(String name) throws Exception {
    HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(address + "/fn/" + name)));
    if (answer.statusCode() == 404) {
      return 0;
    }
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Integer.parseInt(answer.body().strip());
  }

  /// Until the server is gone.
  private void deployAll(String name) {
    try {
      while (true) {
        int next = asked.merge(name, 1, Integer::sum);
        HttpResponse<String> answer =
            send(
                HttpRequest.newBuilder(URI.create(address + "/v1/functions/" + name))
                    .PUT(BodyPublishers.ofByteArray(archive(next))));
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
        deployed.put(name, next);
      }
    } catch (IOException _) {
      return; // it was killed
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void askAll(String name) {
    try {
      while (true) {
        present(name);
      }
    } catch (IOException _) {
      return;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] archive(int number) throws IOException {
    byte[] text = "def handle(event): return %d\n".formatted(number).getBytes(UTF_8);
    var archive = new ByteArrayOutputStream();
    byte[] header = new byte[512];
    byte[] name = "main.py".getBytes(UTF_8);
    System.arraycopy(name, 0, header, 0, name.length);
    byte[] fields = "0000644\0000000000\0000000000\000".getBytes(UTF_8);
    System.arraycopy(fields, 0, header, 100, fields.length);
    byte[] size = "%011o\000%011o\000        0".formatted(text.length, 0).getBytes(UTF_8);
    System.arraycopy(size, 0, header, 124, size.length);
    System.arraycopy("ustar\00000".getBytes(UTF_8), 0, header, 257, 8);
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    System.arraycopy("%06o\000 ".formatted(sum).getBytes(UTF_8), 0, header, 148, 8);
    archive.writeBytes(header);
    archive.writeBytes(text);
    archive.writeBytes(new byte[512 - text.length % 512 + 1024]);
    return archive.toByteArray();
  }

  /// Until there is something to be lost.
  private void awaitDeployment(List<Integer> before) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (List.copyOf(deployed.values()).equals(before)) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(20);
    }
  }

  @Test
  void whatWasDeployedOutlivesTheServer() throws Exception {
    var random = new Random();
    for (int kill = 0; kill < KILLS; kill++) {
      Process process = up();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> work =
            List.of(
                threads.submit(() -> deployAll(NAMES.get(0))),
                threads.submit(() -> deployAll(NAMES.get(1))),
                threads.submit(() -> deployAll(NAMES.get(2))),
                threads.submit(() -> askAll(NAMES.get(0))),
                threads.submit(() -> askAll(NAMES.get(1))));
        awaitDeployment(List.copyOf(deployed.values()));
        Thread.sleep(random.nextInt(2000));
        process.destroyForcibly().waitFor();
        for (Future<?> each : work) {
          each.get(2, TimeUnit.MINUTES);
        }
      }
      Process next = up();
      try {
        for (String name : NAMES) {
          int number = present(name);
          assertThat(number)
              .as("%s after kill %d", name, kill)
              .isBetween(deployed.getOrDefault(name, 0), asked.getOrDefault(name, 0));
        }
      } finally {
        next.destroyForcibly().waitFor();
      }
    }
    assertThat(deployed).isNotEmpty();
  }
}
