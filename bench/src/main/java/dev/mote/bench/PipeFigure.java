package dev.mote.bench;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/// What a Java user has without Mote, beside `warm-call`: a child process that does the same work,
/// asked over a pipe. It is a process of the host's, with all that a process may do.
final class PipeFigure implements Figure {
  private static final int ROUNDS = 41;
  private static final int CALLS = 1000;

  @Override
  public String name() {
    return "pipe-call";
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    Process child = new ProcessBuilder(settings.program("pipe").toString()).start();
    try (var requests = child.getOutputStream();
        var answers = new DataInputStream(child.getInputStream());
        var floor = new Floor(settings.floor())) {
      repeat(requests, answers, 5000);
      var rounds =
          Rounds.inTurns(
              ROUNDS, () -> microseconds(requests, answers), () -> floor.measure("exit 1000"));
      return Result.unbounded(rounds, "us");
    } finally {
      child.destroy();
    }
  }

  private static double microseconds(OutputStream requests, DataInputStream answers)
      throws IOException {
    long start = System.nanoTime();
    repeat(requests, answers, CALLS);
    return (System.nanoTime() - start) / 1e3 / CALLS;
  }

  private static void repeat(OutputStream requests, DataInputStream answers, int count)
      throws IOException {
    var buffer = ByteBuffer.allocate(Long.BYTES);
    for (int i = 0; i < count; i++) {
      buffer.putLong(0, Long.reverseBytes(41));
      requests.write(buffer.array());
      requests.flush();
      answers.readFully(buffer.array());
      if (Long.reverseBytes(buffer.getLong(0)) != 42) {
        throw new IOException("the child cannot count");
      }
    }
  }
}
