import dev.mote.Ending;
import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Streams;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Runs a program that nobody vouches for, on input that nobody vouches for, and says how it ended.
///
/// ```
/// java --enable-native-access=dev.mote.machine --module-path cli/target/mote/lib --add-modules dev.mote \
///     examples/RunUntrusted.java /bin/busybox wc -l < README.md
/// ```
public class RunUntrusted {
  public static void main(String[] arguments) throws Exception {
    List<String> line = List.of(arguments);
    var program = Program.of(Path.of(line.getFirst()), line.subList(1, line.size()));
    try (var sandbox =
        Sandbox.builder(program)
            .memory(MemorySize.ofMebibytes(64))
            .timeout(Duration.ofSeconds(5))
            .cpuTime(Duration.ofSeconds(1))
            .outputLimit(MemorySize.ofMebibytes(1))
            .build()) {
      var streams = Streams.capture(System.in.readAllBytes());
      Ending outcome = sandbox.run(streams);
      System.out.print(streams.outputText());
      System.out.println(
          switch (outcome) {
            case Ending.Exited(int status) -> "exited with " + status;
            case Ending.Signaled(var report) -> "killed: " + report;
            case Ending.TimedOut(var kind, var limit) -> "took more than " + limit + " " + kind;
            case Ending.OutOfMemory(var limit) -> "needed more than " + limit;
            case Ending.LimitExceeded(var what, var limit) -> "more than " + limit + " of " + what;
            case Ending.Cancelled() -> "cancelled";
            case Ending.Deadlocked(var threads) -> "deadlocked: " + threads;
            case Ending.Broken(var text) -> "broken: " + text;
            case Ending.ProtocolViolation(var text) -> "broke the protocol: " + text;
          });
    }
  }
}
