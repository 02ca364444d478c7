package dev.mote.conformance;

import dev.mote.Ending;
import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Streams;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Runs a program in a sandbox.
final class MicroVm implements Side {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final String DIRECTORY = "/case";

  /// What a case sees of this host that says `system`.
  private static final List<Path> SYSTEM =
      Stream.concat(
              Stream.of("/bin", "/etc", "/lib", "/lib64", "/usr").map(Path::of),
              Stream.of(Corpus.programs()))
          .toList();

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
        Sandbox.builder(program(programCase))
            .memory(MemorySize.ofMebibytes(programCase.memoryMebibytes()))
            .timeout(TIMEOUT)
            .mount(directory.path(), DIRECTORY)
            .workingDirectory(DIRECTORY);
    if (trace != null) {
      builder.trace(trace);
    }
    if (programCase.system()) {
      SYSTEM.forEach(folder -> builder.mount(folder, folder.toString()));
    }
    programCase.environment().forEach(builder::environment);
    var streams = Streams.capture(ProgramCase.bytes(programCase.input()));
    try (var sandbox = builder.build()) {
      Ending outcome = sandbox.run(streams);
      return Observation.of(ending(outcome), streams.output(), streams.error());
    }
  }

  private static Program program(ProgramCase programCase) {
    return programCase.system()
        ? Program.inTree(programCase.executable().toString(), programCase.arguments())
        : Program.of(programCase.executable(), programCase.arguments());
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
