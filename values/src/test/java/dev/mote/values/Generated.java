package dev.mote.values;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Values of all kinds, by a seed, with an eye to the edges.
final class Generated {
  private final SplittableRandom random;

  Generated(long seed) {
    random = new SplittableRandom(seed);
  }

  /// A value as [Decoder] reads `any` into [Object].
  @Nullable Object any(int depth) {
    return switch (random.nextInt(depth > 0 ? 10 : 8)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2, 3 -> integer();
      case 4 -> Float.intBitsToFloat(random.nextInt());
      case 5 -> Double.longBitsToDouble(random.nextLong());
      case 6 -> text();
      case 7 -> bytes();
      case 8 -> {
        var list = new ArrayList<@Nullable Object>();
        for (int i = random.nextInt(6); i > 0; i--) {
          list.add(any(depth - 1));
        }
        yield list;
      }
      default -> {
        var map = new LinkedHashMap<Object, @Nullable Object>();
        for (int i = random.nextInt(6); i > 0; i--) {
          map.put(random.nextInt(4) == 0 ? integer() : text(), any(depth - 1));
        }
        yield map;
      }
    };
  }

  private Object integer() {
    long edge = 1L << random.nextInt(64);
    return switch (random.nextInt(4)) {
      case 0 -> edge;
      case 1 -> edge - 1;
      case 2 -> -edge;
      default -> {
        BigInteger big = new BigInteger(Long.toUnsignedString(random.nextLong()));
        yield big.bitLength() < 64 ? (Object) big.longValue() : big;
      }
    };
  }

  private String text() {
    var text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      int limit = new int[] {0x80, 0x800, 0xd800, 0x11_0000}[random.nextInt(4)];
      int c = random.nextInt(limit);
      text.appendCodePoint(c >= 0xd800 && c < 0xe000 ? 'x' : c);
    }
    return text.toString();
  }

  private byte[] bytes() {
    var bytes = new byte[random.nextInt(40)];
    random.nextBytes(bytes);
    return bytes;
  }
}
