package dev.mote.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.MemorySize;
import dev.mote.SandboxPool;
import dev.mote.functions.FunctionSettings;
import dev.mote.functions.Functions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/// A server with a store of its own, and what a client of it needs.
final class TestServer implements AutoCloseable {
  static {
    // A client keeps connections that nobody uses for so many seconds: tests count descriptors.
    System.setProperty("jdk.httpclient.keepalive.timeout", "2");
  }

  final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(20))
          .executor(Executors.newVirtualThreadPerTaskExecutor()) // tests count threads too
          .build();
  private final Semaphore turns = new Semaphore(5000);
  final Functions functions;
  final FunctionServer server;
  private final Path folder;

  TestServer(Path folder) {
    this(folder, 0);
  }

  TestServer(Path folder, int port) {
    this(folder, port, usualPool());
  }

  /// One that waits for its clients as long as that.
  TestServer(Path folder, Patience patience) {
    this(folder, 0, usualPool(), Functions.usualSnapshotMemory(), patience);
  }

  TestServer(Path folder, int port, SandboxPool.Builder pool) {
    this(folder, port, pool, Functions.usualSnapshotMemory());
  }

  TestServer(Path folder, int port, SandboxPool.Builder pool, MemorySize snapshotMemory) {
    this(folder, port, pool, snapshotMemory, Patience.USUAL);
  }

  private static SandboxPool.Builder usualPool() {
    return SandboxPool.builder()
        .machines(3)
        .machineMemory(MemorySize.ofGibibytes(1))
        .waitTime(Duration.ofSeconds(60));
  }

  private TestServer(
      Path folder,
      int port,
      SandboxPool.Builder pool,
      MemorySize snapshotMemory,
      Patience patience) {
    this.folder = folder;
    functions =
        new Functions(
            folder.resolve("store"),
            Path.of("../guest").toAbsolutePath(),
            pool.build(),
            FunctionSettings.DEFAULT,
            snapshotMemory,
            _ -> {});
    server =
        new FunctionServer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            functions,
            true,
            new Hosts(true, List.of(), Hosts.USUAL_DOMAIN),
            null,
            patience);
  }

  URI uri(String path) {
    return URI.create("http://localhost:" + server.port() + path);
  }

  /// A folder with files, as an archive that tar(1) makes.
  byte[] archive(Map<String, String> files) throws IOException {
    Path source = Files.createTempDirectory(folder, "source");
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = source.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
      if (file.getValue().startsWith("#!")) {
        path.toFile().setExecutable(true);
      }
    }
    Process tar = new ProcessBuilder("tar", "cf", "-", "-C", source.toString(), ".").start();
    return tar.getInputStream().readAllBytes();
  }

  HttpResponse<String> deploy(String name, Map<String, String> files) throws Exception {
    return put(name, archive(files));
  }

  HttpResponse<String> deploy(String name, String python) throws Exception {
    return deploy(name, Map.of("main.py", python));
  }

  HttpResponse<String> put(String name, byte[] archive) throws Exception {
    return send(
        HttpRequest.newBuilder(uri("/v1/functions/" + name))
            .PUT(BodyPublishers.ofByteArray(archive)));
  }

  HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(uri(path)).GET());
  }

  HttpResponse<String> post(String path, String json) throws Exception {
    return send(
        HttpRequest.newBuilder(uri(path))
            .POST(BodyPublishers.ofString(json))
            .header("content-type", "application/json"));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.timeout(Duration.ofMinutes(2)).build(), BodyHandlers.ofString(UTF_8));
  }

  /// Asks something when no more than some thousand others ask: both ends of each connection are
  /// descriptors of this process, which may have 20,000.
  <T> T inTurn(Callable<T> ask) throws Exception {
    turns.acquire();
    try {
      return ask.call();
    } finally {
      turns.release();
    }
  }

  /// Sends bytes as they are, and reads until the connection is closed.
  String raw(String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  /// Whether no request runs in a VM.
  boolean isIdle() {
    return functions.machines().busy() == 0;
  }

  /// What a function has logged.
  String log(String name) throws Exception {
    return get("/v1/functions/" + name + "/log?last=10000").body();
  }

  /// Waits until something is so.
  static void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(50);
    }
  }

  @Override
  public void close() {
    server.stop(Duration.ofSeconds(10));
    http.close();
  }
}
