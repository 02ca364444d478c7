package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FunctionStoreTest {
  @TempDir private Path folder;

  private static InputStream archive(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  private long archives() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("archives"))) {
      return files.count();
    }
  }

  @Test
  void whatIsCurrentIsThereAgain() throws IOException {
    var store = new FunctionStore(folder);
    String first = store.keep(archive("one"), 10);
    store.put(new FunctionStore.Entry("hello", 1, first));
    String second = store.keep(archive("two"), 10);
    assertThat(archives()).isEqualTo(2); // the new one is not current, and not forgotten
    store.put(new FunctionStore.Entry("hello", 2, second));
    assertThat(archives()).isEqualTo(1);
    var again = new FunctionStore(folder);
    assertThat(again.list()).containsExactly(new FunctionStore.Entry("hello", 2, second));
    assertThat(Files.readString(again.archive(second))).isEqualTo("two");
    again.remove("hello");
    assertThat(again.list()).isEmpty();
    assertThat(archives()).isZero();
  }

  @Test
  void whatWasNotDeployedIsForgotten() throws IOException {
    var store = new FunctionStore(folder);
    store.drop(store.keep(archive("x"), 10));
    assertThat(archives()).isZero();
    assertThatThrownBy(() -> store.keep(archive("x".repeat(11)), 10))
        .isInstanceOf(FunctionException.class)
        .hasMessageContaining("larger than 10 bytes");
    assertThat(folder.resolve("incoming")).isEmptyDirectory();
    Files.writeString(folder.resolve("incoming/left"), "by a process that was killed");
    assertThat(new FunctionStore(folder).list()).isEmpty();
    assertThat(folder.resolve("incoming")).isEmptyDirectory();
  }

  @Test
  void filesThatAreNotItsOwnAreRefused() throws IOException {
    var store = new FunctionStore(folder);
    Path file = folder.resolve("functions/hello.json");
    for (String text :
        new String[] {
          "", "[]", "{\"version\": 1}", "{\"version\": 1, \"digest\": \"../../etc/passwd\"}"
        }) {
      Files.writeString(file, text);
      assertThatThrownBy(store::list)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("hello.json");
    }
  }
}
