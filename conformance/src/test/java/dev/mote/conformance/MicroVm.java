package dev.mote.conformance;

import dev.mote.Ending;
import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Streams;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Runs a program in a sandbox.
final class MicroVm implements Side {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final String DIRECTORY = "/case";

  private final @Nullable Consumer<String> trace;

  MicroVm() {
    this.trace = null;
  }

  /// @param trace receives the system calls, one a line
  MicroVm(Consumer<String> trace) {
    this.trace = trace;
  }

  @Override
  public Observation run(ProgramCase programCase, CaseDirectory directory) {
    var builder =
        Sandbox.builder(Program.of(programCase.executable(), programCase.arguments()))
            .memory(MemorySize.ofMebibytes(programCase.memoryMebibytes()))
            .timeout(TIMEOUT)
            .mount(directory.path(), DIRECTORY)
            .workingDirectory(DIRECTORY);
    if (trace != null) {
      builder.trace(trace);
    }
    programCase.environment().forEach(builder::environment);
    var streams = Streams.capture(ProgramCase.bytes(programCase.input()));
    try (var sandbox = builder.build()) {
      Ending outcome = sandbox.run(streams);
      return Observation.of(ending(outcome), streams.output(), streams.error());
    }
  }

  private static String ending(Ending outcome) {
    return switch (outcome) {
      case Ending.Exited(int status) -> "status " + status;
      case Ending.Signaled(var report) -> "status " + (128 + report.signal());
      case Ending.TimedOut _,
          Ending.OutOfMemory _,
          Ending.LimitExceeded _,
          Ending.Cancelled _,
          Ending.Deadlocked _,
          Ending.Broken _,
          Ending.ProtocolViolation _ ->
          outcome.toString();
    };
  }
}
