package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Ending;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.Snapshot;
import dev.mote.SnapshotPoint;
import dev.mote.Streams;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Snapshots of programs out of a file tree, before and after they replace themselves.
class ExecSnapshotsTest {
  private static final int RUNS = 20;

  private static SandboxBuilder shell(String script) {
    var builder =
        Sandbox.builder(Program.inTree("bash", List.of("-c", script)))
            .timeout(Duration.ofSeconds(20))
            .environment("PATH", "/nowhere:/bin");
    for (String folder : List.of("/bin", "/etc", "/lib", "/lib64", "/usr")) {
      builder.mount(Path.of(folder), folder);
    }
    return builder;
  }

  private static String run(Sandbox sandbox, String input) {
    var streams = Streams.capture(input);
    Ending ending = sandbox.run(streams);
    assertThat(ending).as(streams.errorText()).isEqualTo(new Ending.Exited(0));
    return streams.outputText();
  }

  private static void assertRuns(Snapshot snapshot, String expected) {
    try (var sandbox = Sandbox.builder(snapshot).build()) {
      for (int i = 0; i < RUNS; i++) {
        assertThat(run(sandbox, "line " + i + "\n")).isEqualTo(expected.formatted(i));
        sandbox.restore(snapshot);
      }
    }
    try (var another = Sandbox.builder(snapshot).build()) {
      assertThat(run(another, "line 0\n")).isEqualTo(expected.formatted(0));
    }
  }

  @Test
  void aProgramThatReplacesItselfAfterEachRestore() {
    assertRuns(
        shell("read x; exec /bin/echo got $x").snapshot(SnapshotPoint.INPUT), "got line %d\n");
  }

  @Test
  void aProgramThatHasReplacedItselfBefore() {
    String second =
        "read x; IFS= read -r -d '' first < /proc/self/cmdline; read name < /proc/self/comm; "
            + "echo $x $first $name $kept; exec readlink /proc/self/exe";
    Snapshot snapshot =
        shell(
                "export kept=1 second=\"%s\"; exec -a other bash -c \"$second\""
                    .formatted(second.replace("$", "\\$").replace("\"", "\\\"")))
            .snapshot(SnapshotPoint.INPUT);

    assertRuns(snapshot, "line %d other bash 1\n/bin/readlink\n");
  }
}
