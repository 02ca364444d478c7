package dev.mote.linux;

import org.jspecify.annotations.Nullable;

/// What a call on files moves at once: no guest's number decides how much the host allocates.
///
/// It is made when the first call needs it, for a guest that serves one call may make none.
final class Piece {
  /// In bytes.
  static final int SIZE = 64 << 10;

  private byte @Nullable [] bytes;

  byte[] bytes() {
    byte[] known = bytes;
    if (known == null) {
      known = new byte[SIZE];
      bytes = known;
    }
    return known;
  }
}
