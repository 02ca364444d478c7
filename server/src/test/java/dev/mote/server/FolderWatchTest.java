package dev.mote.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.functions.FunctionFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What counts as a change of a function's folder.
class FolderWatchTest {
  @TempDir Path folder;

  @Test
  void whatMoteAndToolsMakeIsNoChange() throws Exception {
    Files.createDirectories(folder.resolve(".git/objects"));
    Files.createDirectories(folder.resolve("src"));
    var changed = new CountDownLatch(1);
    try (var watch = new FolderWatch(new FunctionFolder(folder))) {
      Thread.ofVirtual().start(() -> count(watch, changed));
      Files.createDirectories(folder.resolve(".mote/node"));
      Files.createDirectories(folder.resolve("target"));
      for (String made : new String[] {".mote/node/a", ".mote/b", ".git/objects/c", "target/d"}) {
        Files.writeString(folder.resolve(made), "");
      }
      assertThat(changed.await(Duration.ofMillis(500).toMillis(), TimeUnit.MILLISECONDS)).isFalse();
      Files.writeString(folder.resolve("src/main.py"), "");
      assertThat(changed.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static void count(FolderWatch watch, CountDownLatch changed) {
    try {
      if (watch.await()) {
        changed.countDown();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
