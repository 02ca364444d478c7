package dev.mote.bench;

import dev.mote.FileTree;
import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// A call of a Python function in a sandbox that is put back to its snapshot before, beside the
/// same call in one that is not. The snapshot is of this host's Python with some of its library
/// imported; a call reads and writes JSON and searches by a regular expression.
final class WarmPythonFigure implements Figure {
  private static final String PYTHON = "/usr/bin/python3";
  private static final int ROUNDS = 41;
  private static final int CALLS = 50;
  private static final int WARM_UP = 1000;
  private static final String DOCUMENT = "{\"text\": \"One fish, two fish, red fish, blue fish\"}";
  private static final String ANSWER =
      "{\"blue\": 1, \"fish\": 4, \"one\": 1, \"red\": 1, \"two\": 1}";

  /// What the guest offers, as `warm.py` does.
  interface Functions {
    String count(String document);
  }

  @Override
  public String name() {
    return "python-warm-snapshot";
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    if (!Files.isExecutable(Path.of(PYTHON))) {
      System.err.println("# " + name() + ": this host has no " + PYTHON);
      return new Result(0, "us", 0, 0, 0, "none", true);
    }
    Path home = settings.home().toAbsolutePath();
    var program =
        Program.inTree(PYTHON, List.of(home.resolve("bench/programs/warm.py").toString()));
    long start = System.nanoTime();
    try (var root = FileTree.ofDirectory(Path.of("/"));
        var sandbox =
            Sandbox.builder(program)
                .root(root)
                .environment("PYTHONPATH", home.resolve("guest/python").toString())
                .environment("PYTHONDONTWRITEBYTECODE", "1")
                .memory(MemorySize.ofMebibytes(256))
                .timeout(Duration.ofMinutes(1))
                .start()) {
      double cold = (System.nanoTime() - start) / 1e6;
      Functions functions = sandbox.as(Functions.class);
      warm(functions, 10);
      Snapshot snapshot = sandbox.snapshot();
      fresh(sandbox, snapshot, functions, WARM_UP);
      warm(functions, WARM_UP);
      var rounds =
          Rounds.inTurns(
              ROUNDS,
              () -> microseconds(() -> fresh(sandbox, snapshot, functions, CALLS)),
              () -> microseconds(() -> warm(functions, CALLS)));
      System.err.printf(
          Locale.ROOT, "# %s: started without a snapshot, once: %.0f ms%n", name(), cold);
      return Result.atMost(1.5, rounds, "us");
    }
  }

  private static void fresh(Sandbox sandbox, Snapshot snapshot, Functions functions, int calls) {
    for (int i = 0; i < calls; i++) {
      sandbox.restore(snapshot);
      call(functions);
    }
  }

  private static void warm(Functions functions, int calls) {
    for (int i = 0; i < calls; i++) {
      call(functions);
    }
  }

  private static void call(Functions functions) {
    String answer = functions.count(DOCUMENT);
    if (!answer.equals(ANSWER)) {
      throw new IllegalStateException("Python answered " + answer);
    }
  }

  private static double microseconds(Runnable calls) {
    long start = System.nanoTime();
    calls.run();
    return (System.nanoTime() - start) / 1e3 / CALLS;
  }
}
