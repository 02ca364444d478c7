package dev.mote;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever the parts of a snapshot are: it is refused with a reason, or it runs to some end within
/// its time.
///
/// In an ordinary build each seed is tried once. `JAZZER_FUZZ=1 ./build test -pl sandbox -am
/// -Dtest=SnapshotFuzzTest -Dsurefire.failIfNoSpecifiedTests=false` searches for a failure.
class SnapshotFuzzTest {
  private static final StoredParts GOOD = good();
  private static final Path FOLDER = folder();

  private static StoredParts good() {
    try {
      return StoredParts.of(StoredSnapshots.shell());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Path folder() {
    try {
      Path folder = Files.createTempDirectory("mote-fuzz");
      folder.toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// The first byte says which part the others are.
  static Stream<byte[]> seeds() {
    return Stream.of(
        seed(0, GOOD.description()),
        seed(1, GOOD.files()),
        seed(2, Arrays.copyOf(GOOD.pages().getFirst(), 3 << 12)),
        seed(3, GOOD.description()));
  }

  private static byte[] seed(int part, byte[] content) {
    byte[] seed = new byte[content.length + 1];
    seed[0] = (byte) part;
    System.arraycopy(content, 0, seed, 1, content.length);
    return seed;
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "3m")
  void parts(byte[] bytes) throws IOException {
    if (bytes.length == 0) {
      return;
    }
    byte[] part = Arrays.copyOfRange(bytes, 1, bytes.length);
    StoredParts parts =
        switch (bytes[0] & 3) {
          case 0 -> GOOD.withDescription(part);
          case 1 -> GOOD.withFiles(part);
          case 2 -> GOOD.withPages(part);
          default -> flipped(part);
        };
    try {
      Snapshot snapshot = parts.read(FOLDER);
      if (snapshot.offersFunctions()) {
        snapshot.start().close();
        return;
      }
      try (var sandbox = Sandbox.builder(snapshot).timeout(Duration.ofMillis(300)).build()) {
        assertThat(sandbox.run(Streams.capture("line\n"))).isNotNull();
      }
    } catch (SandboxException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  /// Good parts but for some bytes, whose places and values are what is given: so the fields are
  /// reached behind the whole shape of a tree.
  private static StoredParts flipped(byte[] given) {
    List<byte[]> all =
        List.of(GOOD.description().clone(), GOOD.files().clone(), GOOD.pages().getFirst().clone());
    for (int i = 0; i + 4 <= Math.min(given.length, 16); i += 4) {
      byte[] target = all.get((given[i] & 0xff) % 3);
      int place = (given[i + 1] & 0xff) << 8 | (given[i + 2] & 0xff);
      target[place % target.length] = given[i + 3];
    }
    return new StoredParts(all.get(0), GOOD.program(), all.get(1), List.of(all.get(2)));
  }
}
