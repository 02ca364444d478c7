package dev.mote.trees;

import java.util.Arrays;

/// Where the pieces of a sparse file lie. Immutable.
final class SparseMap {
  private static final int FIELDS = 3;

  /// Bytes of Java heap that a piece takes.
  static final int PIECE_BYTES = FIELDS * Long.BYTES;

  /// Position in the file, length, and place in the archive, of each piece that is not empty; in
  /// order and without overlaps.
  private final long[] extents;

  private final long size;
  private final long start;
  private final long stored;

  private SparseMap(long size, long[] extents, long start, long stored) {
    this.size = size;
    this.extents = extents;
    this.start = start;
    this.stored = stored;
  }

  /// @param pairs position and length of each piece, by turns
  /// @param count of the longs in `pairs` that matter
  /// @param start where the first one lies in the archive
  /// @param stored how many bytes the archive has for all
  /// @throws FormatException if they overlap, are out of order, exceed the size, or are not
  ///   `stored`
  static SparseMap of(long size, long[] pairs, int count, long start, long stored) {
    if (size < 0) {
      throw new FormatException("is sparse and has no size");
    }
    if (count % 2 != 0) {
      throw new FormatException("is sparse, with a position that has no length");
    }
    var extents = new long[count / 2 * FIELDS];
    int used = 0;
    long end = 0;
    long place = 0;
    for (int i = 0; i < count; i += 2) {
      long position = pairs[i];
      long length = pairs[i + 1];
      if (position < end || position > size) {
        throw new FormatException("is sparse, with pieces that overlap or lie outside of it");
      }
      if (length < 0 || length > size - position || length > stored - place) {
        throw new FormatException("is sparse, with a piece that is too long");
      }
      if (length > 0) {
        extents[used++] = position;
        extents[used++] = length;
        extents[used++] = start + place;
      }
      end = position + length;
      place += length;
    }
    if (place != stored) {
      throw new FormatException(
          "is sparse, with %d bytes of pieces where %d are stored".formatted(place, stored));
    }
    return new SparseMap(size, Arrays.copyOf(extents, used), start, stored);
  }

  /// Of the whole file, with its holes.
  long size() {
    return size;
  }

  /// Of the first piece in the archive.
  long start() {
    return start;
  }

  /// Bytes of all pieces.
  long stored() {
    return stored;
  }

  int pieces() {
    return extents.length / FIELDS;
  }

  long position(int piece) {
    return extents[piece * FIELDS];
  }

  long length(int piece) {
    return extents[piece * FIELDS + 1];
  }

  long place(int piece) {
    return extents[piece * FIELDS + 2];
  }

  /// The first piece that has a byte at a position or behind it; [#pieces] if none has.
  int firstEndingBehind(long at) {
    int low = 0;
    int high = pieces();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (position(middle) + length(middle) > at) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
