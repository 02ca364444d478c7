package dev.mote.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Memory of the host for the pages of snapshots, outside the Java heap: blocks of one page, cut
/// out of large pieces, so that a hundred thousand instances of a few pages each cost hardly more
/// than those pages.
///
/// The addresses of a piece stay with the process once it was needed, and its memory unless it is
/// [discarded][#discard]; what is freed is used again. Thread-safe.
final class PageBlocks {
  private static final int PIECE_SHIFT = 14; // 64 MiB
  private static final long PIECE_SIZE = (long) GuestMemory.PAGE_SIZE << PIECE_SHIFT;

  private static volatile MemorySegment[] pieces = new MemorySegment[0];
  private static int
      unused; // the first block that was never taken; this and the rest under the class
  private static int[] free = new int[1024];
  private static int freeCount;

  private PageBlocks() {}

  /// Takes blocks; what is in them is left over from earlier.
  static synchronized int[] take(int count) {
    int[] taken = new int[count];
    for (int i = 0; i < count; i++) {
      if (freeCount > 0) {
        taken[i] = free[--freeCount];
      } else {
        if (unused == pieces.length << PIECE_SHIFT) {
          addPiece();
        }
        taken[i] = unused++;
      }
    }
    return taken;
  }

  @SuppressWarnings("restricted") // the length is what mmap was asked for
  private static void addPiece() {
    long address =
        MachineException.check(
            Libc.mmap(
                PIECE_SIZE,
                Libc.PROT_READ | Libc.PROT_WRITE,
                Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE,
                -1),
            "mmap of memory for snapshots");
    MemorySegment[] more = Arrays.copyOf(pieces, pieces.length + 1);
    more[pieces.length] =
        MemorySegment.ofAddress(address).reinterpret(PIECE_SIZE, Arena.global(), null);
    pieces = more;
  }

  static synchronized void free(int[] blocks) {
    if (freeCount + blocks.length > free.length) {
      free = Arrays.copyOf(free, Math.max(2 * free.length, freeCount + blocks.length));
    }
    System.arraycopy(blocks, 0, free, freeCount, blocks.length);
    freeCount += blocks.length;
  }

  /// Gives the memory of blocks back to the host, by whom they are taken; what is in them then is
  /// zeros.
  static void discard(int[] blocks) {
    for (int block : blocks) {
      Libc.madvise(
          piece(block).address() + offset(block), GuestMemory.PAGE_SIZE, Libc.MADV_DONTNEED);
    }
  }

  /// How many blocks are in use.
  static synchronized int inUse() {
    return unused - freeCount;
  }

  /// The memory that a block lies in.
  static MemorySegment piece(int block) {
    return pieces[block >>> PIECE_SHIFT];
  }

  /// Where in it.
  static long offset(int block) {
    return (long) (block & (1 << PIECE_SHIFT) - 1) << GuestMemory.PAGE_SHIFT;
  }
}
