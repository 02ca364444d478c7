package dev.mote.linux;

import dev.mote.machine.HostRandom;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/// Numbers by which a guest sees that it was restored: another one each time, never 0.
///
/// They are a counter behind a permutation of 64 bits with random keys, so that no two of one
/// process are the same, and a guest cannot tell from its own how many others were given away. A
/// new one costs no system call and no object.
///
/// Thread-safe.
final class RestoreId {
  private static final AtomicLong COUNTER = new AtomicLong();
  private static final long INNER;
  private static final long MIDDLE;
  private static final long OUTER;

  static {
    byte[] keys = new byte[3 * Long.BYTES];
    HostRandom.fill(keys); // the JDK's SecureRandom takes milliseconds of a start
    ByteBuffer random = ByteBuffer.wrap(keys);
    INNER = random.getLong();
    MIDDLE = random.getLong();
    OUTER = random.getLong();
  }

  private RestoreId() {}

  static long next() {
    long id;
    do {
      id = mix(mix(COUNTER.getAndIncrement() ^ INNER) ^ MIDDLE) ^ OUTER;
    } while (id == 0);
    return id;
  }

  /// The permutation of splitmix64.
  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
    return z ^ z >>> 31;
  }
}
