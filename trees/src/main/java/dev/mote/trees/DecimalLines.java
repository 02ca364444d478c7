package dev.mote.trees;

/// Lines of decimal numbers in an archive.
final class DecimalLines {
  private static final int LONGEST = 20;

  private final Content archive;
  private final long start;
  private final long size;
  private final byte[] piece = new byte[TarHeader.BLOCK];
  private long read;

  DecimalLines(Content archive, long start, long size) {
    this.archive = archive;
    this.start = start;
    this.size = size;
  }

  /// @throws FormatException if there is none
  long next() {
    var digits = new StringBuilder();
    for (char c = character(); c != '\n'; c = character()) {
      if (digits.append(c).length() > LONGEST) {
        throw new FormatException("is sparse, with a map that is damaged");
      }
    }
    return PaxFields.decimal(digits.toString(), Long.MAX_VALUE, "its sparse map");
  }

  private char character() {
    if (read == size) {
      throw new FormatException("is sparse, with a map that is cut short");
    }
    int inPiece = (int) (read % piece.length);
    if (inPiece == 0) {
      int count = (int) Math.min(piece.length, size - read);
      archive.copy(start + read, piece, 0, count);
    }
    read++;
    return (char) (piece[inPiece] & 0xff);
  }

  /// How many bytes all of them were so far.
  long read() {
    return read;
  }
}
