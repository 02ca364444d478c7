package dev.mote.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Random bytes of the host's kernel. They are as good as those of `SecureRandom`, whose first use
/// costs a start of Mote a tenth of its time.
///
/// Thread-safe.
public final class HostRandom {
  /// A call for so many bytes is never cut short, see getrandom(2).
  private static final int CHUNK = 256;

  private HostRandom() {}

  /// Fills an array.
  public static void fill(byte[] target) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment chunk = arena.allocate(CHUNK);
      for (int at = 0; at < target.length; at += CHUNK) {
        int length = Math.min(CHUNK, target.length - at);
        MachineException.check(Libc.getrandom(chunk.asSlice(0, length)), "getrandom");
        MemorySegment.copy(chunk, ValueLayout.JAVA_BYTE, 0, target, at, length);
      }
    }
  }
}
