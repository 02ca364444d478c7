package dev.mote.linux;

import java.util.Arrays;

/// Which of 64 pages of a file there are, and where their bytes are.
final class PageStretch {
  static final int SHIFT = 6;
  static final int PAGES = 1 << SHIFT;

  /// As a block: there is no such page.
  static final int HOLE = -2;

  /// As a block: a page of zeros that has no memory.
  static final int RESERVED = -1;

  private long present; // a bit for each page
  private int[] blocks = new int[1]; // of the pages that there are, in order

  /// The block of a page, from 0 to 63; or HOLE, or RESERVED.
  int block(int page) {
    return (present >>> page & 1) == 0 ? HOLE : blocks[rank(page)];
  }

  private int rank(int page) {
    return Long.bitCount(present & (1L << page) - 1);
  }

  /// Gives a page a block.
  ///
  /// @return whether the page was a hole
  boolean put(int page, int block) {
    int at = rank(page);
    boolean added = (present >>> page & 1) == 0;
    if (added) {
      int count = count();
      if (count == blocks.length) {
        blocks = Arrays.copyOf(blocks, 2 * count);
      }
      System.arraycopy(blocks, at, blocks, at + 1, count - at);
      present |= 1L << page;
    }
    blocks[at] = block;
    return added;
  }

  /// Makes a hole of a page that is there.
  void remove(int page) {
    int at = rank(page);
    System.arraycopy(blocks, at + 1, blocks, at, count() - at - 1);
    present &= ~(1L << page);
  }

  int count() {
    return Long.bitCount(present);
  }

  /// The first page from this one on that is there; 64 if there is none.
  int next(int page) {
    return page >= PAGES ? PAGES : Long.numberOfTrailingZeros(present & -1L << page);
  }

  /// The first one from this on that is a hole; 64 if there is none.
  int nextHole(int page) {
    return page >= PAGES ? PAGES : Long.numberOfTrailingZeros(~present & -1L << page);
  }
}
