package dev.mote.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchPathTest {
  @TempDir Path folder;

  @Test
  void theFirstExecutableFileOfTheNameIsFound() throws IOException {
    Path second = Files.createDirectory(folder.resolve("second"));
    Path third = Files.createDirectory(folder.resolve("third"));
    Files.createDirectory(folder.resolve("tool"));
    Files.createFile(second.resolve("tool"));
    Path tool = Files.createFile(third.resolve("tool"));
    assertThat(tool.toFile().setExecutable(true)).isTrue();

    var path = new SearchPath("/nowhere::" + folder + ":" + second + ":" + third);

    assertThat(path.find("tool")).isEqualTo(tool);
  }

  @Test
  void aNameWithASlashIsNotLookedFor() {
    assertThat(new SearchPath("/bin").find("./sh")).isEqualTo(Path.of("./sh"));
  }

  @Test
  void aNameThatIsNowhereStaysAsItIs() {
    assertThat(new SearchPath(folder.toString()).find("tool")).isEqualTo(Path.of("tool"));
    assertThat(new SearchPath("").find("tool")).isEqualTo(Path.of("tool"));
  }

  @Test
  void aNameThatNoFileCanHaveIsRefused() {
    var path = new SearchPath("/bin");
    assertThatThrownBy(() -> path.find("")).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> path.find("a\0b")).isInstanceOf(UsageException.class);
  }
}
