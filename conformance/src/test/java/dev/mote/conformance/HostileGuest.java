package dev.mote.conformance;

import dev.mote.Ending;
import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.Streams;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

/// Runs the programs of `programs/hostile` by the public API.
final class HostileGuest {
  private HostileGuest() {}

  /// How a run ended and what it wrote.
  record Run(Ending outcome, String output, String error) {}

  static Program program(String name, String... arguments) {
    return Program.of(Corpus.programs().resolve("hostile-" + name), arguments);
  }

  static SandboxBuilder builder(String name, String... arguments) {
    return Sandbox.builder(program(name, arguments))
        .memory(MemorySize.ofMebibytes(64))
        .timeout(Duration.ofMinutes(1));
  }

  static Run run(String name, String... arguments) {
    return run(UnaryOperator.identity(), name, arguments);
  }

  static Run run(UnaryOperator<SandboxBuilder> limits, String name, String... arguments) {
    var streams = Streams.capture();
    try (var sandbox = limits.apply(builder(name, arguments)).build()) {
      Ending outcome = sandbox.run(streams);
      return new Run(outcome, streams.outputText(), streams.errorText());
    }
  }

  /// Streams with an input that never ends and never comes.
  ///
  /// @param output what the program writes
  static Streams endless(OutputStream output) {
    return Streams.of(new NeverInput(), output, OutputStream.nullOutputStream());
  }

  private static final class NeverInput extends InputStream {
    private final CountDownLatch never = new CountDownLatch(1);

    @Override
    public int read() {
      try {
        never.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // the reading thread is told to stop
      }
      return -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      return read();
    }
  }
}
