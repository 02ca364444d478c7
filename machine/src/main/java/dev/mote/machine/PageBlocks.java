package dev.mote.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Memory of the host for pages that no guest has bound, outside the Java heap: those of snapshots
/// and of files in memory. It is given out in blocks of one page, cut out of large pieces, so that
/// a hundred thousand instances of a few pages each cost hardly more than those pages.
///
/// A block has one owner when it is taken, and may have more: the last one to give it up frees it.
/// It is written to only while it has one. A piece stays with the process once it was needed; what
/// is freed is used again, and the operating system gets back what is freed in long rows, or
/// [discarded][#discard].
///
/// Thread-safe, but for the bytes of the blocks.
public final class PageBlocks {
  public static final int BLOCK = GuestMemory.PAGE_SIZE;

  private static final int PIECE_SHIFT = 14; // 64 MiB
  private static final int PER_PIECE = 1 << PIECE_SHIFT;
  private static final long PIECE_SIZE = (long) BLOCK << PIECE_SHIFT;

  /// So many blocks freed at once are worth a look for runs among them.
  private static final int MANY = 64;

  /// So many blocks in a row are worth a call of the operating system.
  private static final int RUN = 32;

  private static volatile Piece[] pieces = new Piece[0];
  private static int
      unused; // the first block that was never taken; this and the rest under the class
  private static int[] free = new int[1024];
  private static int freeCount;

  /// @param owners how many each block has
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  private record Piece(MemorySegment memory, ByteBuffer bytes, int[] owners) {}

  private PageBlocks() {}

  /// Takes blocks; what is in them is left over from earlier.
  ///
  /// @throws MachineException if the host has no memory
  static synchronized int[] take(int count) {
    int[] taken = new int[count];
    for (int i = 0; i < count; i++) {
      taken[i] = take();
    }
    return taken;
  }

  /// Takes one.
  ///
  /// @throws MachineException if the host has no memory
  public static synchronized int take() {
    int block;
    if (freeCount > 0) {
      block = free[--freeCount];
    } else {
      if (unused == pieces.length << PIECE_SHIFT) {
        addPiece();
      }
      block = unused++;
    }
    pieces[block >>> PIECE_SHIFT].owners[block & PER_PIECE - 1] = 1;
    return block;
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
            "mmap of memory for snapshots and files");
    MemorySegment memory =
        MemorySegment.ofAddress(address).reinterpret(PIECE_SIZE, Arena.global(), null);
    Piece[] more = Arrays.copyOf(pieces, pieces.length + 1);
    more[pieces.length] = new Piece(memory, memory.asByteBuffer(), new int[PER_PIECE]);
    pieces = more;
  }

  /// Gives a block, which has an owner, one more.
  public static synchronized void retain(int block) {
    pieces[block >>> PIECE_SHIFT].owners[block & PER_PIECE - 1]++;
  }

  /// Whether others than the caller own a block.
  public static synchronized boolean isShared(int block) {
    return pieces[block >>> PIECE_SHIFT].owners[block & PER_PIECE - 1] > 1;
  }

  /// An owner gives blocks up.
  public static void free(int[] blocks) {
    int[] gone = disown(blocks);
    if (gone.length >= MANY) {
      giveBack(gone);
    }
    keep(gone);
  }

  /// Takes an owner away from each.
  ///
  /// @return those that have none any more
  private static synchronized int[] disown(int[] blocks) {
    int[] gone = new int[blocks.length];
    int count = 0;
    for (int block : blocks) {
      if (--pieces[block >>> PIECE_SHIFT].owners[block & PER_PIECE - 1] == 0) {
        gone[count++] = block;
      }
    }
    return count == gone.length ? gone : Arrays.copyOf(gone, count);
  }

  /// Gives the operating system the memory of blocks that lie in a row. They are nobody's now.
  private static void giveBack(int[] blocks) {
    Arrays.sort(blocks);
    for (int first = 0, next; first < blocks.length; first = next) {
      next = first + 1;
      while (next < blocks.length
          && blocks[next] == blocks[next - 1] + 1
          && (blocks[next] & PER_PIECE - 1) != 0) {
        next++;
      }
      if (next - first >= RUN) {
        long address = piece(blocks[first]).address() + offset(blocks[first]);
        Libc.madvise(address, (long) (next - first) * BLOCK, Libc.MADV_DONTNEED);
      }
    }
  }

  private static synchronized void keep(int[] blocks) {
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
  public static synchronized int inUse() {
    return unused - freeCount;
  }

  /// The memory that a block lies in.
  static MemorySegment piece(int block) {
    return pieces[block >>> PIECE_SHIFT].memory;
  }

  /// Where in it.
  static long offset(int block) {
    return (long) (block & PER_PIECE - 1) << GuestMemory.PAGE_SHIFT;
  }

  /// Puts bytes of a block, from `at` on, into a buffer.
  public static void read(int block, int at, ByteBuffer target, int count) {
    ByteBuffer from = pieces[block >>> PIECE_SHIFT].bytes;
    target.put(target.position(), from, (int) offset(block) + at, count);
    target.position(target.position() + count);
  }

  /// Puts bytes into a block, from `at` on.
  public static void write(int block, int at, byte[] source, int offset, int count) {
    MemorySegment.copy(
        source, offset, piece(block), ValueLayout.JAVA_BYTE, offset(block) + at, count);
  }

  /// Fills a part of a block with zeros.
  public static void zero(int block, int from, int to) {
    piece(block).asSlice(offset(block) + from, to - from).fill((byte) 0);
  }

  /// Makes a block have what another one has.
  public static void copy(int from, int to) {
    MemorySegment.copy(piece(from), offset(from), piece(to), offset(to), BLOCK);
  }
}
