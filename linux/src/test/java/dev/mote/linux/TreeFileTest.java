package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The bytes of a file of the tree that is written to, beside the same in an array.
class TreeFileTest {
  private static final int LONGEST = 6 * ChunkedBytes.CHUNK;

  private final Quota quota = new Quota(1 << 20);
  private final FileMemory memory = new FileMemory(quota);
  private byte[] model = new byte[0];

  private ChunkedBytes over(byte[] bytes) {
    model = bytes.clone();
    return new ChunkedBytes(memory, TreeBytes.of(TestTree.file(bytes, 1)));
  }

  @Test
  void whateverIsDoneToItItsBytesAreThoseOfAnArray() {
    for (long seed = 0; seed < 300; seed++) {
      var random = new SplittableRandom(seed);
      byte[] original = new byte[random.nextInt(LONGEST)];
      random.nextBytes(original);
      ChunkedBytes bytes = over(original);
      for (int step = 0; step < 30; step++) {
        change(bytes, random);
        assertSame(bytes, seed);
        if (random.nextInt(10) == 0) {
          bytes = again(bytes, original);
        }
      }
      bytes.clear();
      assertThat(quota.free()).as("seed %d", seed).isEqualTo(quota.limit());
    }
  }

  private void change(ChunkedBytes bytes, SplittableRandom random) {
    int at = random.nextInt(LONGEST);
    int length = random.nextInt(2 * ChunkedBytes.CHUNK);
    switch (random.nextInt(4)) {
      case 0 -> {
        bytes.truncate(at);
        model = Arrays.copyOf(model, at);
      }
      case 1 -> {
        int end = Math.min(at + length, model.length);
        if (at < end) {
          bytes.punch(at, end);
          Arrays.fill(model, at, end, (byte) 0);
        }
      }
      case 2 -> bytes.allocate(at, at + length + 1);
      default -> {
        byte[] some = new byte[length];
        random.nextBytes(some);
        bytes.write(at, some, 0, length);
        if (length > 0) {
          model = Arrays.copyOf(model, Math.max(model.length, at + length));
          System.arraycopy(some, 0, model, at, length);
        }
      }
    }
  }

  private void assertSame(ChunkedBytes bytes, long seed) {
    byte[] all = new byte[LONGEST * 2];
    assertThat(bytes.read(0, ByteBuffer.wrap(all))).isEqualTo(model.length);
    assertThat(Arrays.copyOf(all, model.length)).as("seed %d", seed).isEqualTo(model);
    for (long at = 0; at < model.length; ) {
      long hole = bytes.nextHole(at);
      long data = hole == at ? nextData(bytes, at) : hole;
      for (long i = hole; i < data; i++) {
        assertThat(model[(int) i]).as("in a hole").isZero();
      }
      assertThat(data).isGreaterThan(at);
      at = data;
    }
  }

  private long nextData(ChunkedBytes bytes, long at) {
    try {
      return bytes.nextData(at);
    } catch (ErrnoException e) {
      return model.length;
    }
  }

  private ChunkedBytes again(ChunkedBytes bytes, byte[] original) {
    var fresh = new ChunkedBytes(memory, TreeBytes.of(TestTree.file(original, 1)));
    fresh.below().cut(bytes.below().end());
    fresh.load(bytes.size(), bytes.save());
    bytes.clear();
    return fresh;
  }

  @Test
  void aHoleUpToTheEndTakesNoMemory() {
    ChunkedBytes bytes = over(new byte[100 * ChunkedBytes.CHUNK]);
    bytes.punch(ChunkedBytes.CHUNK, 100 * ChunkedBytes.CHUNK);
    assertThat(quota.free()).isEqualTo(quota.limit());
    assertThat(bytes.occupied()).isEqualTo(ChunkedBytes.CHUNK);
    assertThat(bytes.nextHole(0)).isEqualTo(ChunkedBytes.CHUNK);
  }

  @Test
  void whatIsReservedTakesNoMemoryOfTheHost() {
    var bytes = new ChunkedBytes(memory, TreeBytes.none());
    bytes.allocate(0, quota.limit());
    assertThat(quota.free()).isZero();
    assertThat(arrays(bytes)).isEqualTo(1);
    bytes.write(5 * ChunkedBytes.CHUNK - 1, new byte[] {1, 2}, 0, 2);
    assertThat(arrays(bytes)).isEqualTo(3);
    bytes.grow(7 * ChunkedBytes.CHUNK);
    byte[] all = new byte[7 * ChunkedBytes.CHUNK];
    assertThat(bytes.read(0, ByteBuffer.wrap(all))).isEqualTo(all.length);
    byte[] expected = new byte[all.length];
    expected[5 * ChunkedBytes.CHUNK - 1] = 1;
    expected[5 * ChunkedBytes.CHUNK] = 2;
    assertThat(all).isEqualTo(expected);
    bytes.clear();
    assertThat(quota.free()).isEqualTo(quota.limit());
  }

  /// How many arrays its pages are.
  private static int arrays(ChunkedBytes bytes) {
    Set<byte[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
    bytes.save().forEach(chunk -> arrays.add(chunk.bytes()));
    return arrays.size();
  }
}
