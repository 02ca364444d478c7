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

  private static FunctionStore.Entry entry(String name, long version, String digest) {
    return new FunctionStore.Entry(name, version, digest, null);
  }

  @Test
  void whatIsCurrentIsThereAgain() throws IOException {
    var store = new FunctionStore(folder);
    String first = store.keep(archive("one"), 10);
    store.put(entry("hello", 1, first));
    store.release(first);
    String second = store.keep(archive("two"), 10);
    assertThat(archives()).isEqualTo(2); // the new one is not current, and not forgotten
    var about =
        new FunctionStore.About(
            new FunctionFiles(Language.PYTHON, "main.py"), "JSON: handle(event)");
    var current = new FunctionStore.Entry("hello", 2, second, about);
    store.put(current);
    store.release(second);
    assertThat(archives()).isEqualTo(1);
    var again = new FunctionStore(folder);
    assertThat(again.list()).containsExactly(current);
    assertThat(again.find("hello")).isEqualTo(current);
    assertThat(Files.readString(again.archive(second))).isEqualTo("two");
    again.remove("hello");
    assertThat(again.list()).isEmpty();
    assertThat(archives()).isZero();
  }

  @Test
  void whatIsHeldStays() throws IOException {
    var store = new FunctionStore(folder);
    String digest = store.keep(archive("one"), 10);
    store.put(entry("hello", 1, digest));
    store.put(entry("other", 1, digest));
    store.release(digest);
    store.remove("hello");
    assertThat(archives()).isEqualTo(1);
    store.hold(digest);
    store.remove("other");
    assertThat(archives()).isEqualTo(1);
    store.release(digest);
    assertThat(archives()).isZero();
  }

  /// Between the archive and what says that it is current the process was killed.
  @Test
  void anArchiveThatDidNotBecomeCurrentGoes() throws IOException {
    var killed = new FunctionStore(folder);
    String digest = killed.keep(archive("one"), 10);
    killed.put(entry("hello", 1, digest));
    killed.keep(archive("two"), 10);
    assertThat(archives()).isEqualTo(2);
    assertThat(new FunctionStore(folder).list()).hasSize(1);
    assertThat(archives()).isEqualTo(1);
    assertThat(killed.archive(digest)).exists();
  }

  /// Of a later version of Mote, say.
  @Test
  void anUnknownLanguageIsNoFault() throws IOException {
    var store = new FunctionStore(folder);
    String digest = store.keep(archive("one"), 10);
    Files.writeString(
        folder.resolve("functions/hello.json"),
        "{\"version\": 1, \"digest\": \"%s\", \"language\": \"cobol\", \"main\": \"a\", \"calls\": \"b\"}"
            .formatted(digest));
    assertThat(new FunctionStore(folder).list()).containsExactly(entry("hello", 1, digest));
  }

  /// A function may offer any number of functions, with long names.
  @Test
  void aLongDescriptionIsNotWrittenDown() throws IOException {
    var store = new FunctionStore(folder);
    String digest = store.keep(archive("one"), 10);
    var about =
        new FunctionStore.About(
            new FunctionFiles(Language.PROGRAM, "program"), "typed functions: ".repeat(10_000));
    store.put(new FunctionStore.Entry("hello", 1, digest, about));
    assertThat(new FunctionStore(folder).list()).containsExactly(entry("hello", 1, digest));
  }

  @Test
  void whatWasNotDeployedIsForgotten() throws IOException {
    var store = new FunctionStore(folder);
    store.release(store.keep(archive("x"), 10));
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
    Path file = Files.createDirectories(folder.resolve("functions")).resolve("hello.json");
    for (String text :
        new String[] {
          "", "[]", "{\"version\": 1}", "{\"version\": 1, \"digest\": \"../../etc/passwd\"}"
        }) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> new FunctionStore(folder))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("hello.json");
    }
  }
}
