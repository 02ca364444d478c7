package dev.mote.functions;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a tool of this machine is found.
class ToolTest {
  @TempDir Path root;

  @Test
  void theFirstThatCanBeRunIsFoundWithoutLinks() throws Exception {
    Path real = Files.createDirectories(root.resolve("real")).toRealPath();
    Files.writeString(real.resolve("node-20"), "");
    Path linked = Files.createDirectories(root.resolve("linked"));
    Files.createSymbolicLink(linked.resolve("node"), real.resolve("node-20"));
    Path folder = Files.createDirectories(root.resolve("folder"));
    Files.createDirectories(folder.resolve("node"));
    String path = "::" + root.resolve("none") + ":" + folder + ":" + linked;
    assertThat(Tool.find("node", path)).isEmpty(); // it cannot be run
    assertThat(real.resolve("node-20").toFile().setExecutable(true)).isTrue();
    assertThat(Tool.find("node", path)).contains(real.resolve("node-20"));
    assertThat(Tool.find("node", "")).isEmpty();
  }
}
