package dev.mote.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The program `floor.c`, which measures what KVM itself costs whenever it is asked.
final class Floor implements AutoCloseable {
  private final Process process;
  private final BufferedWriter requests;
  private final BufferedReader answers;

  Floor(Path program) throws IOException {
    process =
        new ProcessBuilder(program.toString(), "--serve")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    requests = process.outputWriter(StandardCharsets.US_ASCII);
    answers = process.inputReader(StandardCharsets.US_ASCII);
  }

  /// @param what one of the requests that `floor.c` describes
  /// @return microseconds
  double measure(String what) throws IOException {
    requests.write(what + "\n");
    requests.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the floor program ended; it was asked for `" + what + "`");
    }
    return Double.parseDouble(answer);
  }

  @Override
  public void close() throws IOException {
    requests.close(); // its end of input ends it
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
    }
  }
}
