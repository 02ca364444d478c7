package dev.mote.bench;

import dev.mote.Ending;
import dev.mote.FileTree;
import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Statistics;
import dev.mote.Streams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The runtime of a language as this host has it, from the making of its sandbox to its end, beside
/// the same command natively. It prints a word. The host's files are the sandbox's root, a tree
/// that all rounds share, as the sandboxes of a server would.
final class StartFigure implements Figure {
  private static final String WORD = "hello";

  private final String name;
  private final String executable;
  private final int rounds;
  private final int warmUp;

  private StartFigure(String name, String executable, int rounds, int warmUp) {
    this.name = name;
    this.executable = executable;
    this.rounds = rounds;
    this.warmUp = warmUp;
  }

  static StartFigure python() {
    return new StartFigure("start-python", "/usr/bin/python3", 31, 40);
  }

  static StartFigure node() {
    return new StartFigure("start-node", "/usr/bin/node", 15, 10);
  }

  static StartFigure java() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new StartFigure("start-java", java, 15, 10);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    if (!Files.isExecutable(Path.of(executable))) {
      System.err.println("# " + name + ": this host has no " + executable);
      return new Result(0, "ms", 0, 0, 0, "none", true);
    }
    List<String> arguments = arguments(settings);
    var program = Program.inTree(executable, arguments);
    List<String> command = new ArrayList<>(List.of(executable));
    command.addAll(arguments);
    try (var root = FileTree.ofDirectory(Path.of("/"));
        var floor = new Floor(settings.floor())) {
      for (int i = 0; i < warmUp; i++) {
        inSandbox(program, root);
        natively(command);
      }
      Statistics statistics = run(program, root);
      var result = Rounds.inTurns(rounds, () -> inSandbox(program, root), () -> natively(command));
      System.err.printf(
          Locale.ROOT,
          "# %s: %d exits, each at least %.1f us; %s%n",
          name,
          statistics.exits(),
          floor.measure("exit 2000"),
          statistics.peakMemory());
      return Result.unbounded(result, "ms");
    }
  }

  private List<String> arguments(Settings settings) {
    return switch (name) {
      case "start-python" -> List.of("-c", "print('" + WORD + "')");
      case "start-node" -> List.of("-e", "console.log('" + WORD + "')");
      default -> List.of("-cp", settings.program("").toAbsolutePath().toString(), "Hello");
    };
  }

  private static double inSandbox(Program program, FileTree root) {
    long start = System.nanoTime();
    run(program, root);
    return (System.nanoTime() - start) / 1e6;
  }

  private static Statistics run(Program program, FileTree root) {
    var streams = Streams.capture();
    try (var sandbox =
        Sandbox.builder(program)
            .root(root)
            .memory(MemorySize.ofMebibytes(1024))
            .timeout(Duration.ofMinutes(1))
            .build()) {
      Ending ending = sandbox.run(streams);
      if (!ending.equals(new Ending.Exited(0)) || !streams.outputText().strip().equals(WORD)) {
        throw new IllegalStateException(
            program + " ended otherwise: " + ending + ": " + streams.errorText());
      }
      return sandbox.statistics();
    }
  }

  private static double natively(List<String> command) throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).directory(new java.io.File("/"));
    builder.environment().clear();
    long start = System.nanoTime();
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    double took = (System.nanoTime() - start) / 1e6;
    if (status != 0 || !output.strip().equals(WORD)) {
      throw new IllegalStateException(command + " ended with " + status + ": " + output);
    }
    return took;
  }
}
