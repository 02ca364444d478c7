package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.MemorySize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Hostile guests of a host with a small Java heap: whatever kind of thing they make as many of as
/// they can, they come to a limit of theirs, and never to an end of the heap.
class SmallHeapTest {
  private static final String HEAP = "-Xmx64m";

  /// What `exhaust` can take of the host.
  private static final List<String> KINDS =
      List.of(
          "file-content",
          "scattered-content",
          "file-count",
          "long-names",
          "names",
          "descriptors",
          "held-files",
          "held-texts",
          "locks",
          "signals",
          "mappings",
          "threads",
          "timers",
          "epoll-watches",
          "inotify-watches",
          "full-sockets",
          "datagrams",
          "descriptors-in-flight",
          "unaccepted",
          "abstract-names");

  /// Runs every kind of guest, one after another; what each says goes to the output.
  static final class Host {
    private Host() {}

    public static void main(String[] arguments) {
      for (String kind : KINDS) {
        HostileGuest.Run run =
            HostileGuest.run(
                b ->
                    b.timeout(Duration.ofMinutes(5))
                        .memory(MemorySize.ofMebibytes(256))
                        .fileLimit(MemorySize.ofMebibytes(600))
                        .openFiles(4096),
                "exhaust",
                kind);
        System.out.println(kind + ": " + run.outcome());
        System.out.print(run.output());
        System.out.print(run.error());
      }
    }
  }

  @Test
  void noKindOfThingExhaustsTheHeap() throws IOException, InterruptedException {
    Process host =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Host.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(host.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(host.waitFor()).as(said).isZero();
    for (String kind : KINDS) {
      assertThat(said).contains(kind + ": Exited[status=0]");
    }
    assertThat(said).doesNotContain("OutOfMemoryError");
  }
}
