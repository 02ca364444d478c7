package dev.mote.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Copies of every length are exact, and nothing beside them is touched.
class GuestMemoryTest {
  private static final int LONGEST = 600;
  private static final int MARGIN = 16;

  @Test
  void copiesAreExact() {
    var random = new Random(1);
    try (var arena = Arena.ofConfined()) {
      var memory = new GuestMemory(2 * GuestMemory.PAGE_SIZE, arena);
      for (int length = 0; length <= LONGEST; length++) {
        byte[] source = bytes(random, length + 2 * MARGIN);
        byte[] before = bytes(random, length + 2 * MARGIN);
        int gpa = GuestMemory.PAGE_SIZE - random.nextInt(LONGEST);
        memory.write(gpa, before, 0, before.length);
        memory.write(gpa + MARGIN, source, 3, length);

        byte[] expected = before.clone();
        System.arraycopy(source, 3, expected, MARGIN, length);
        byte[] all = new byte[expected.length];
        for (int i = 0; i < all.length; i++) {
          all[i] = memory.getByte(gpa + i);
        }
        assertThat(all).isEqualTo(expected);

        byte[] target = bytes(random, length + 2 * MARGIN);
        byte[] wanted = target.clone();
        System.arraycopy(source, 3, wanted, 5, length);
        memory.read(gpa + MARGIN, target, 5, length);
        assertThat(target).isEqualTo(wanted);
      }
    }
  }

  @Test
  void copiesPastTheEndAreRefused() {
    try (var arena = Arena.ofConfined()) {
      var memory = new GuestMemory(GuestMemory.PAGE_SIZE, arena);
      byte[] bytes = new byte[LONGEST];
      for (int length : new int[] {1, 9, 100, 256, 257, LONGEST}) {
        long last = (long) GuestMemory.PAGE_SIZE - length;
        memory.write(last, bytes, 0, length);
        memory.read(last, bytes, 0, length);
        for (long gpa : new long[] {last + 1, GuestMemory.PAGE_SIZE, Long.MAX_VALUE - 3, -1}) {
          refused(() -> memory.write(gpa, bytes, 0, length));
          refused(() -> memory.read(gpa, bytes, 0, length));
        }
        refused(() -> memory.write(0, bytes, 0, -length));
        refused(() -> memory.read(0, bytes, 0, -length));
        refused(() -> memory.write(0, Arrays.copyOf(bytes, length), 1, length));
        refused(() -> memory.read(0, new byte[length], 1, length));
      }
    }
  }

  private static void refused(ThrowingCallable copy) {
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(copy);
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
