package dev.mote.trees;

import static java.lang.Long.rotateLeft;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The hash XXH64 with seed 0, by which a Zstandard frame is checked.
final class Xxh64 {
  private static final long P1 = 0x9e3779b185ebca87L;
  private static final long P2 = 0xc2b2ae3d27d4eb4fL;
  private static final long P3 = 0x165667b19e3779f9L;
  private static final long P4 = 0x85ebca77c2b2ae63L;
  private static final long P5 = 0x27d4eb2f165667c5L;
  private static final int STRIPE = 32;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private long a = 0x60ea27eeadc0b5d6L; // P1 + P2
  private long b = P2;
  private long c;
  private long d = -P1;
  private final byte[] rest = new byte[STRIPE];
  private int inRest;
  private long length;

  void update(byte[] bytes, int start, int count) {
    int position = start;
    int end = start + count;
    length += count;
    if (inRest > 0) {
      int taken = Math.min(STRIPE - inRest, count);
      System.arraycopy(bytes, position, rest, inRest, taken);
      inRest += taken;
      position += taken;
      if (inRest < STRIPE) {
        return;
      }
      stripe(rest, 0);
    }
    while (end - position >= STRIPE) {
      stripe(bytes, position);
      position += STRIPE;
    }
    inRest = end - position;
    System.arraycopy(bytes, position, rest, 0, inRest);
  }

  private void stripe(byte[] bytes, int at) {
    a = round(a, (long) LONG.get(bytes, at));
    b = round(b, (long) LONG.get(bytes, at + 8));
    c = round(c, (long) LONG.get(bytes, at + 16));
    d = round(d, (long) LONG.get(bytes, at + 24));
  }

  private static long round(long state, long input) {
    return rotateLeft(state + input * P2, 31) * P1;
  }

  private static long merge(long hash, long state) {
    return (hash ^ round(0, state)) * P1 + P4;
  }

  long digest() {
    long hash =
        length < STRIPE
            ? P5
            : merge(
                merge(
                    merge(
                        merge(
                            rotateLeft(a, 1)
                                + rotateLeft(b, 7)
                                + rotateLeft(c, 12)
                                + rotateLeft(d, 18),
                            a),
                        b),
                    c),
                d);
    hash += length;
    int i = 0;
    for (; i + 8 <= inRest; i += 8) {
      hash = rotateLeft(hash ^ round(0, (long) LONG.get(rest, i)), 27) * P1 + P4;
    }
    if (i + 4 <= inRest) {
      hash = rotateLeft(hash ^ ((int) INT.get(rest, i) & 0xffff_ffffL) * P1, 23) * P2 + P3;
      i += 4;
    }
    for (; i < inRest; i++) {
      hash = rotateLeft(hash ^ (rest[i] & 0xff) * P5, 11) * P1;
    }
    hash = (hash ^ hash >>> 33) * P2;
    hash = (hash ^ hash >>> 29) * P3;
    return hash ^ hash >>> 32;
  }
}
