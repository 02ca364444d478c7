package dev.mote.server;

import dev.mote.MemorySize;
import dev.mote.SandboxPool;
import dev.mote.cli.ExitStatus;
import dev.mote.cli.Options;
import dev.mote.cli.UsageException;
import dev.mote.functions.FunctionException;
import dev.mote.functions.FunctionFolder;
import dev.mote.functions.FunctionLog;
import dev.mote.functions.FunctionSettings;
import dev.mote.functions.Functions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// `mote up [DIR...]`: a server of functions, until it is told to end.
final class UpCommand {
  private static final int USUAL_PORT = 8080;
  private static final Duration DRAIN = Duration.ofSeconds(30);

  /// Kept, so that its level is.
  private static final Logger QUIET = Logger.getLogger("io.helidon");

  private final PrintStream out;
  private final PrintStream err;
  private final Options options = new Options();
  private int port = USUAL_PORT;
  private String host = "127.0.0.1";
  private final List<String> allowedHosts = new ArrayList<>();
  private String domain = Hosts.USUAL_DOMAIN;
  private @Nullable String accessLog;
  private @Nullable Path store;
  private boolean watches = true;
  private boolean tellsStacks;
  private int machines = 2 * Runtime.getRuntime().availableProcessors();
  private MemorySize machineMemory = MemorySize.ofGibibytes(1);
  private MemorySize snapshotMemory = Functions.usualSnapshotMemory();

  UpCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
    options
        .value("--port", "N", "where it listens; 0 for any that is free; 8080", t -> port = port(t))
        .value(
            "--host",
            "ADDRESS",
            "the address that it listens at; 127.0.0.1, which only this machine reaches",
            text -> host = text)
        .value(
            "--allowed-host",
            "NAME",
            "answer to this name too; may be repeated. By default a server that only this machine"
                + " reaches answers to this machine's names, another one to every name",
            allowedHosts::add)
        .value(
            "--domain",
            "NAME",
            "functions have hosts of their own under this name, FUNCTION.NAME; localhost",
            text -> domain = text)
        .value(
            "--access-log",
            "FILE",
            "append a line of JSON for each request; - for standard output",
            text -> accessLog = text)
        .value(
            "--store",
            "DIR",
            "where deployed functions are kept; with folders given, else nowhere for good",
            text -> store = Path.of(text))
        .flag("--watch", "deploy a folder again when it changes; the default", () -> watches = true)
        .flag("--no-watch", "do not", () -> watches = false)
        .flag("--stacks", "tell clients where in a function it failed", () -> tellsStacks = true)
        .value(
            "--machines",
            "N",
            "most micro-VMs, which is how many requests run at one time; two for each processor",
            text -> machines = machines(text))
        .value(
            "--machine-memory",
            "SIZE",
            "memory that the functions in one micro-VM may use together; 1GiB",
            text -> machineMemory = MemorySize.parse(text))
        .value(
            "--snapshot-memory",
            "SIZE",
            "memory that the snapshots of all functions may take together; a quarter of this machine's",
            text -> snapshotMemory = MemorySize.parse(text));
  }

  private static int port(String text) {
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65535) {
      throw new IllegalArgumentException("must be a number from 0 to 65535");
    }
    return Integer.parseInt(text);
  }

  private static int machines(String text) {
    if (!text.matches("[1-9][0-9]{0,3}")) {
      throw new IllegalArgumentException("must be a number from 1 to 9999");
    }
    return Integer.parseInt(text);
  }

  int execute(List<String> arguments) {
    QUIET.setLevel(Level.WARNING); // it tells of its start, as we do
    List<String> words = options.parseAnywhere(arguments);
    if (options.helpWanted()) {
      out.print(
          """
          usage: mote up [OPTIONS] [DIR...]

          Serves functions by HTTP, each request in a micro-VM of its own, as the function was when it had
          started. Each folder is a function of the folder's name; one that is changed is live a moment
          later, and one that is broken leaves the version before serving. Functions at /fn/NAME, a page that
          shows them at /. More can be deployed by `mote deploy`; with no folders given, those that the
          store has are served.

          """);
      out.print(options.describe());
      return ExitStatus.OK;
    }
    try {
      return serve(words.stream().map(word -> new FunctionFolder(Path.of(word))).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int serve(List<FunctionFolder> folders) throws IOException {
    InetSocketAddress address = address(); // before anything is made
    spareCarriers(machines);
    Path kept = store;
    boolean isTemporary = kept == null && !folders.isEmpty();
    Path place =
        kept != null ? kept : isTemporary ? Files.createTempDirectory("mote-store-") : usualStore();
    SandboxPool pool =
        SandboxPool.builder().machines(machines).machineMemory(machineMemory).build();
    // A folder's owner sees where it fails; of others' functions only the log tells it.
    boolean stacks = tellsStacks || isTemporary;
    var done = new CountDownLatch(1);
    try (var functions =
            new Functions(
                place,
                runtimes(),
                pool,
                FunctionSettings.DEFAULT,
                snapshotMemory,
                line -> err.println("mote: " + line));
        AccessLog log = openAccessLog();
        var server =
            new FunctionServer(
                address,
                functions,
                stacks,
                new Hosts(address.getAddress().isLoopbackAddress(), allowedHosts, domain),
                log)) {
      out.printf("mote: serving at http://%s:%d/%n", shown(), server.port());
      var local = local(folders, functions);
      for (LocalFunction function : local) {
        out.printf(
            "%s: http://%s:%d/fn/%s%n", function.name(), shown(), server.port(), function.name());
      }
      out.flush();
      awaitEnd(done);
      server.stop(DRAIN);
      return ExitStatus.OK;
    } finally {
      if (isTemporary) {
        deleteAll(place);
      }
      done.countDown();
    }
  }

  /// A guest that runs blocks the carrier of the virtual thread that serves its request. With as
  /// many carriers more as there are guests, none is handed over to another thread. Before the
  /// first virtual thread begins, when the JDK looks.
  private static void spareCarriers(int guests) {
    String property = "jdk.virtualThreadScheduler.parallelism";
    if (System.getProperty(property) == null) {
      int carriers = Runtime.getRuntime().availableProcessors() + guests;
      System.setProperty(property, Integer.toString(carriers));
    }
  }

  /// Null if none is wanted.
  private @Nullable AccessLog openAccessLog() throws IOException {
    String file = accessLog;
    if (file == null) {
      return null;
    }
    return new AccessLog(
        file.equals("-")
            ? new FileOutputStream(FileDescriptor.out) {
              @Override
              public void close() {} // others have something to say there too
            }
            : new FileOutputStream(file, true));
  }

  private List<LocalFunction> local(List<FunctionFolder> folders, Functions functions) {
    var all = new ArrayList<LocalFunction>();
    for (FunctionFolder folder : folders) {
      String name = folder.functionName();
      if (all.stream().anyMatch(other -> other.name().equals(name))) {
        throw new UsageException("two folders are called " + name);
      }
      var function =
          new LocalFunction(
              folder, name, functions, text -> text.lines().forEach(line -> say(name, line)));
      all.add(function);
      FolderWatch watch = watches ? new FolderWatch(folder) : null;
      try {
        function.deploy();
      } catch (FunctionException e) {
        if (watch == null) {
          throw new FunctionException(name + ": " + e.getMessage(), e);
        }
        String.valueOf(e.getMessage()).lines().forEach(line -> say(name, line));
        say(name, "it does not serve until that is mended");
      }
      if (watch != null) {
        Thread.ofPlatform().daemon().name("watch-" + name).start(() -> function.follow(watch));
      }
      Thread.ofVirtual().name("log-" + name).start(() -> printLog(functions, name));
    }
    return all;
  }

  private void say(String name, String line) {
    err.println("mote: " + name + ": " + line);
  }

  /// What a function writes, behind its name.
  private void printLog(Functions functions, String name) {
    long last = 0;
    try {
      while (true) {
        var function = functions.find(name);
        if (function == null) {
          Thread.sleep(200);
          continue;
        }
        for (FunctionLog.Line line : function.log().linesAfter(last, Integer.MAX_VALUE)) {
          last = line.number();
          if (!line.invocation().isEmpty()) {
            err.println(name + " | " + line.text());
          }
        }
        function.log().await(last, 1000);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Where to listen, if nobody else does: Helidon would tell that by a stack trace.
  private InetSocketAddress address() {
    try (var probe = new ServerSocket()) {
      var address = new InetSocketAddress(InetAddress.getByName(host), port);
      probe.setReuseAddress(true);
      probe.bind(address);
      return address;
    } catch (UnknownHostException e) {
      throw new UsageException("--host " + host + ": there is no such address");
    } catch (IOException e) {
      throw new UsageException(
          "port %d of %s cannot be used: %s; choose another by --port"
              .formatted(port, host, e.getMessage()));
    }
  }

  private String shown() {
    return host.equals("127.0.0.1") ? "localhost" : host.contains(":") ? "[" + host + "]" : host;
  }

  /// Until SIGTERM or Ctrl-C; what runs then is finished. The process ends when whoever called this
  /// has said that it is done.
  private static void awaitEnd(CountDownLatch done) {
    var asked = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  asked.countDown();
                  awaitQuietly(done);
                },
                "stop"));
    awaitQuietly(asked);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Where the programs for JavaScript and WebAssembly are, as `./mote` says.
  private static Path runtimes() {
    return Path.of(Objects.requireNonNullElse(System.getProperty("mote.runtimes"), "guest"));
  }

  private static Path usualStore() {
    String data = System.getenv("XDG_DATA_HOME");
    return data == null || data.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".local", "share", "mote")
        : Path.of(data, "mote");
  }

  private static void deleteAll(Path place) throws IOException {
    try (Stream<Path> all = Files.walk(place)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
