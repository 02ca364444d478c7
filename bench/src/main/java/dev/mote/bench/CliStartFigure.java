package dev.mote.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// `./mote run hello`, from the start of the process to its end, beside `java Hello`.
final class CliStartFigure implements Figure {
  private static final int ROUNDS = 31;
  private static final int WARM_UP = 3;

  @Override
  public String name() {
    return "cli-start";
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    var mote = List.of(settings.mote().toString(), "run", settings.program("hello").toString());
    var java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            settings.program(".").toString(),
            "Hello");
    for (int i = 0; i < WARM_UP; i++) {
      milliseconds(mote);
      milliseconds(java);
    }
    var rounds = Rounds.inTurns(ROUNDS, () -> milliseconds(mote), () -> milliseconds(java));
    return Result.atMost(2.5, rounds, "ms");
  }

  private static double milliseconds(List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("mote-bench", ".out");
    try {
      long start = System.nanoTime();
      int status =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start()
              .waitFor();
      double took = (System.nanoTime() - start) / 1e6;
      String text = Files.readString(output, StandardCharsets.UTF_8);
      if (status != 0 || !text.equals("hello\n")) {
        throw new IllegalStateException(command + " ended with " + status + ": " + text);
      }
      return took;
    } finally {
      Files.delete(output);
    }
  }
}
