package dev.mote.functions;

import dev.mote.FileTree;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The programs that functions are run by, and the files of this host that they need. Each is
/// looked for when the first function needs it, and what was found stays.
///
/// Of the host a guest sees what is named here, to be read only: of an interpreter its standard
/// library and the distribution's shared libraries, for scripts and programs that are linked
/// dynamically the distribution's programs besides.
///
/// Thread-safe.
final class Runtimes implements AutoCloseable {
  /// Where a function's files are in its sandbox, which is also where it starts.
  static final String FOLDER = "/function";

  private static final String RUNNERS = "/mote";

  private static final List<String> NODE_RUNNER =
      List.of(
          "mote_function.mjs",
          "function.mjs",
          "protocol.mjs",
          "web.mjs",
          "listener.mjs",
          "body.mjs",
          "turn.mjs",
          "warm.mjs",
          "fresh.mjs",
          "errors.mjs",
          "openssl.cnf");

  /// A guest has one processor: what V8 would do beside costs switches of threads. Functions are
  /// compiled when they are loaded rather than in each request, and stay.
  private static final List<String> NODE_OPTIONS =
      List.of(
          "--single-threaded",
          "--no-lazy",
          "--no-flush-bytecode",
          "--no-extra-info-on-fatal-exception",
          "--openssl-config=" + RUNNERS + "/openssl.cnf");

  private static final long NODE_ITSELF = 96L << 20; // bytes that are no objects of JavaScript's

  private final Path home;
  private final Map<String, FileTree> trees = new LinkedHashMap<>(); // by path; guarded by this
  private final Consumer<String> progress;
  private final Set<String> lookedAt = new HashSet<>(); // programs; guarded by this
  private @Nullable Python python; // guarded by this
  private @Nullable Path node; // guarded by this

  /// @param home has the programs of Mote's own, `javascript/target/mote-js` and
  ///   `wasm/target/mote-wasm`, or what builds them
  /// @param progress receives lines for people
  Runtimes(Path home, Consumer<String> progress) {
    this.home = home;
    this.progress = progress;
  }

  /// The distribution's Python.
  private record Python(Path executable, String library) {}

  /// A sandbox for a function, without its limits.
  ///
  /// @throws FunctionException if this host lacks what it takes
  SandboxBuilder sandbox(FunctionFiles files, Bundle bundle) {
    String main = FOLDER + "/" + files.main();
    return switch (files.language()) {
      case PYTHON -> python(main, bundle);
      case NODE -> node(main, bundle);
      case JAVASCRIPT -> own("javascript", "mote-js", main, bundle);
      case WASM -> own("wasm", "mote-wasm", main, bundle);
      case PROGRAM -> program(main, bundle);
    };
  }

  private SandboxBuilder python(String main, Bundle bundle) {
    Python found = findPython();
    var parts = new LinkedHashMap<String, FileTree>();
    parts.put(found.library(), directory(Path.of(found.library())));
    addLibraries(parts);
    addIfThere(parts, "/usr/share/zoneinfo");
    parts.put(RUNNERS, runner("python", List.of("mote.py", "mote_function.py")));
    parts.put(FOLDER, bundle.tree());
    return Sandbox.builder(
            Program.of(found.executable(), "-s", RUNNERS + "/mote_function.py", main))
        .root(FileTree.of(parts))
        .environment("PATH", "/usr/bin")
        .environment("HOME", "/tmp")
        .environment("LANG", "C.UTF-8")
        .environment("PYTHONDONTWRITEBYTECODE", "1")
        .workingDirectory(FOLDER);
  }

  private synchronized Python findPython() {
    Python known = python;
    if (known != null) {
      return known;
    }
    try {
      Path executable = Path.of("/usr/bin/python3").toRealPath();
      Path library = Path.of("/usr/lib", executable.getFileName().toString());
      if (!Files.isDirectory(library)) {
        throw new FunctionException(
            library + " is missing: it should have the standard library of " + executable);
      }
      python = new Python(executable, library.toString());
      return python;
    } catch (IOException e) {
      throw new FunctionException(
          "/usr/bin/python3 is missing; on Debian: apt-get install python3", e);
    }
  }

  private SandboxBuilder node(String main, Bundle bundle) {
    var parts = new LinkedHashMap<String, FileTree>();
    addLibraries(parts);
    addIfThere(parts, "/usr/share/nodejs"); // Debian's has parts of itself there
    parts.put(RUNNERS, runner("node", NODE_RUNNER));
    parts.put(FOLDER, bundle.tree());
    var arguments = new ArrayList<>(NODE_OPTIONS);
    long objects = Math.max(bundle.settings().memory().bytes() - NODE_ITSELF, 32 << 20);
    arguments.add("--max-old-space-size=" + (objects >> 20));
    arguments.addAll(List.of(RUNNERS + "/mote_function.mjs", main));
    return Sandbox.builder(Program.of(findNode(), arguments.toArray(String[]::new)))
        .root(FileTree.of(parts))
        .environment("PATH", "/usr/bin")
        .environment("HOME", "/tmp")
        .environment("LANG", "C.UTF-8")
        .environment("NODE_ENV", "production")
        .workingDirectory(FOLDER);
  }

  private synchronized Path findNode() {
    if (node == null) {
      node =
          Tool.find("node")
              .orElseThrow(() ->
                  new FunctionException(
                      "Node.js is missing: there is no node in PATH; 20 or later is needed,"
                          + " on Debian 13: apt-get install nodejs npm"));
    }
    return node;
  }

  /// A runtime of Mote's own that an interpreter of this host runs.
  private synchronized FileTree runner(String language, List<String> files) {
    return trees.computeIfAbsent(
        language,
        _ ->
            FileTree.ofFiles(
                files.stream()
                    .collect(
                        Collectors.toMap(file -> file, file -> resource(language + "/" + file)))));
  }

  private static byte[] resource(String name) {
    try (InputStream in = Objects.requireNonNull(Runtimes.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A static program of Mote's own.
  private SandboxBuilder own(String folder, String name, String main, Bundle bundle) {
    return Sandbox.builder(Program.of(built(folder, name), main))
        .root(FileTree.of(Map.of(FOLDER, bundle.tree())))
        .environment("HOME", "/tmp")
        .workingDirectory(FOLDER);
  }

  /// Where the program is; in a source tree it is built if it is missing or older than its sources.
  private synchronized Path built(String folder, String name) {
    Path program = home.resolve(folder).resolve("target").resolve(name);
    Path build = home.resolve(folder).resolve("build");
    if (Files.isExecutable(build) && !lookedAt.contains(name)) {
      progress.accept(
          "building " + name + ", if it is not up to date (some minutes the first time)");
      Tool.run(home, List.of(build.toString()));
      lookedAt.add(name);
    }
    if (!Files.isRegularFile(program)) {
      throw new FunctionException(program + " is missing, which runs such functions");
    }
    return program;
  }

  private SandboxBuilder program(String main, Bundle bundle) {
    var parts = new LinkedHashMap<String, FileTree>();
    for (String place : List.of("/usr/bin", "/bin", "/usr/lib", "/lib", "/usr/share")) {
      addIfThere(parts, place);
    }
    addLibraries(parts);
    parts.put(FOLDER, bundle.tree());
    return Sandbox.builder(Program.inTree(main, bundle.settings().arguments()))
        .root(FileTree.of(parts))
        .environment("PATH", "/usr/bin:/bin")
        .environment("HOME", "/tmp")
        .environment("LANG", "C.UTF-8")
        .workingDirectory(FOLDER);
  }

  private void addLibraries(Map<String, FileTree> parts) {
    for (String place :
        List.of("/lib/x86_64-linux-gnu", "/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/lib64")) {
      addIfThere(parts, place);
    }
  }

  private void addIfThere(Map<String, FileTree> parts, String place) {
    Path path = Path.of(place);
    if (Files.isDirectory(path)) {
      parts.put(place, directory(path));
    }
  }

  private synchronized FileTree directory(Path path) {
    return trees.computeIfAbsent(path.toString(), _ -> FileTree.ofDirectory(path));
  }

  @Override
  public synchronized void close() {
    new ArrayList<>(trees.values()).forEach(FileTree::close);
    trees.clear();
  }
}
