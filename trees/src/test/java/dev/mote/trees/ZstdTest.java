package dev.mote.trees;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the `zstd` command compresses is what it was.
class ZstdTest {
  @TempDir Path directory;

  static byte[] decompress(byte[] compressed) throws IOException {
    try (var in = new ZstdInputStream(new ByteArrayInputStream(compressed))) {
      return in.readAllBytes();
    }
  }

  private byte[] compress(byte[] content, String options) throws IOException {
    Path file = directory.resolve("content");
    Files.write(file, content);
    Trees.shell(directory, "zstd -q -f " + options + " content -o compressed");
    return Files.readAllBytes(directory.resolve("compressed"));
  }

  /// Of all sorts: random, repeated, text-like, skewed bytes, long distances.
  static Stream<byte[]> contents() {
    var random = new Random(1);
    var noise = new byte[300_000];
    random.nextBytes(noise);
    var skewed = new byte[700_000];
    for (int i = 0; i < skewed.length; i++) {
      skewed[i] = (byte) Math.abs(random.nextGaussian() * 20);
    }
    var text = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      text.append("word").append(random.nextInt(500)).append(i % 11 == 0 ? "\n" : " ");
    }
    var distant = new ByteArrayOutputStream();
    for (int i = 0; i < 6; i++) {
      distant.writeBytes(noise);
      distant.writeBytes(new byte[i * 100_000]);
    }
    return Stream.of(
        new byte[0],
        new byte[] {7},
        "hello, hello, hello".getBytes(UTF_8),
        new byte[3_000_000],
        noise,
        skewed,
        text.toString().getBytes(UTF_8),
        distant.toByteArray());
  }

  @ParameterizedTest
  @MethodSource("contents")
  void readsWhatEveryLevelWrites(byte[] content) throws IOException {
    for (String options :
        new String[] {"--fast=5", "-1", "-3", "-7", "-13", "-19", "-22 --ultra"}) {
      assertThat(decompress(compress(content, options))).as(options).isEqualTo(content);
    }
    byte[] plain = compress(content, "-5 --no-check --no-content-size");
    assertThat(decompress(plain)).isEqualTo(content);
    byte[] wide = compress(content, "-9 --long=27");
    assertThat(decompress(wide)).isEqualTo(content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--long=24", "-T2 -B300KB"})
  void readsProgramsAndSeveralFrames(String options) throws IOException {
    byte[] program = Files.readAllBytes(Path.of("/bin/busybox"));
    byte[] frame = compress(program, options);
    var twice = new ByteArrayOutputStream();
    twice.writeBytes(frame);
    twice.writeBytes(new byte[] {0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3}); // skipped
    twice.writeBytes(frame);
    var expected = new ByteArrayOutputStream();
    expected.writeBytes(program);
    expected.writeBytes(program);
    assertThat(decompress(twice.toByteArray())).isEqualTo(expected.toByteArray());
  }

  @Test
  void noticesEveryBitThatIsWrong() throws IOException {
    byte[] content = "The quick brown fox. The lazy dog. ".repeat(40).getBytes(UTF_8);
    byte[] good = compress(content, "-19 --check");
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      byte[] read = null;
      try {
        read = decompress(bad);
      } catch (FormatException | IOException e) {
        continue;
      }
      // Reserved and unused bits of the header change nothing; and a skippable frame is skipped.
      assertThat(read).as("bit %d", bit).isIn(content, new byte[0]);
    }
  }

  @Test
  void noticesThatItIsCutShort() throws IOException {
    byte[] good = compress("abc ".repeat(1000).getBytes(UTF_8), "--check");
    for (int length = 1; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> decompress(cut)).isInstanceOf(FormatException.class);
    }
  }

  @Test
  void aWindowThatIsTooLargeIsRefusedBeforeItIsAllocated() {
    byte[] huge = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, (byte) 0xff, 0, 0, 0};
    assertThatThrownBy(() -> decompress(huge)).hasMessageContaining("a Zstandard window of more");
    byte[] single = {
      0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, (byte) 0xe0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0
    };
    assertThatThrownBy(() -> decompress(single)).hasMessageContaining("a Zstandard window of more");
    byte[] dictionary = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x21, 5, 0, 1, 0, 0};
    assertThatThrownBy(() -> decompress(dictionary)).hasMessageContaining("dictionary");
  }
}
