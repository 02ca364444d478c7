package dev.mote.bench;

import dev.mote.Ending;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Streams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// Programs that only compute, natively and in a sandbox. The figure is that of the program that
/// fares worst.
///
/// The programs take their own time, so that starting them does not count; and it is CPU time, so
/// that what others do on the machine counts little.
final class CpuBoundFigure implements Figure {
  private static final int ROUNDS = 9;

  /// @param rounds about half a second's worth of work
  private record Workload(String name, String rounds) {}

  private static final List<Workload> WORKLOADS =
      List.of(
          new Workload("sha256", "60"),
          new Workload("nbody", "1000"),
          new Workload("interpreter", "400"));

  @Override
  public String name() {
    return "cpu-bound";
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    Result worst = null;
    for (Workload workload : WORKLOADS) {
      Path executable = settings.program(workload.name);
      var program = Program.of(executable, workload.rounds);
      var rounds =
          Rounds.inTurns(
              ROUNDS,
              () -> milliseconds(runInSandbox(program)),
              () -> milliseconds(runNatively(executable, workload.rounds)));
      Result result = Result.speedAtLeast(0.98, rounds, "ms");
      System.err.printf(
          Locale.ROOT,
          "# %s: %.1f ms, natively %.1f ms, %.3f of native speed%n",
          workload.name,
          result.value(),
          result.floor(),
          result.ratio());
      if (worst == null || result.ratio() < worst.ratio()) {
        worst = result;
      }
    }
    if (worst == null) {
      throw new AssertionError("no workload");
    }
    return worst;
  }

  private static String runInSandbox(Program program) {
    try (var sandbox = Sandbox.builder(program).timeout(Duration.ofMinutes(5)).build()) {
      var streams = Streams.capture();
      Ending outcome = sandbox.run(streams);
      if (!outcome.equals(new Ending.Exited(0))) {
        throw new IllegalStateException(program + " ended otherwise: " + outcome);
      }
      return streams.outputText();
    }
  }

  private static String runNatively(Path executable, String rounds)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(executable.toString(), rounds).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(executable + " ended with " + process.exitValue());
    }
    return output;
  }

  /// A program prints its result and the nanoseconds that it took.
  private static double milliseconds(String output) {
    return Long.parseLong(output.strip().split(" ", -1)[1]) / 1e6;
  }
}
