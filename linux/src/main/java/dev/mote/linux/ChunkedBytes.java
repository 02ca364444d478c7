package dev.mote.linux;

import dev.mote.machine.PageBlocks;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// The bytes of an in-memory file: pages of 4 KiB that exist only where something was written, each
/// charged to a quota. They lie outside the Java heap ([FileMemory]).
///
/// Invariant: bytes of a page past the size are zero, so growing a file never shows old content.
///
/// A file may lie over one of the tree below ([TreeBytes]): a page that does not exist then has the
/// bytes of that one, and becomes one of the file's own when it is written to.
///
/// A page that is also in a snapshot is copied before it is written to. One that is reserved only,
/// by `fallocate` or for a mapping that keeps its bytes in the guest's memory, is charged and takes
/// no memory of the host.
final class ChunkedBytes {
  static final int CHUNK = 4096;

  private static final long NONE = -1;

  private final TreeMap<Long, PageStretch> stretches = new TreeMap<>();
  private final FileMemory memory;
  private final TreeBytes below;
  private long size;
  private long count; // of pages

  ChunkedBytes(FileMemory memory, TreeBytes below) {
    this.memory = memory;
    this.below = below;
    this.size = below.end();
  }

  TreeBytes below() {
    return below;
  }

  long size() {
    return size;
  }

  /// How many bytes the pages have that are not holes.
  long occupied() {
    long inTree = pages(below.end());
    return (inTree + count - countBefore(inTree)) * CHUNK;
  }

  private long countBefore(long end) {
    long found = 0;
    for (long page = next(0); page != NONE && page < end; page = next(page + 1)) {
      found++;
    }
    return found;
  }

  private static long pages(long bytes) {
    return bytes / CHUNK + (bytes % CHUNK == 0 ? 0 : 1);
  }

  private int block(long page) {
    PageStretch stretch = stretches.get(page >> PageStretch.SHIFT);
    return stretch == null ? PageStretch.HOLE : stretch.block(within(page));
  }

  private static int within(long page) {
    return (int) page & PageStretch.PAGES - 1;
  }

  /// The first page of its own from this one on.
  private long next(long page) {
    long number = page >> PageStretch.SHIFT;
    PageStretch stretch = stretches.get(number);
    int found = stretch == null ? PageStretch.PAGES : stretch.next(within(page));
    if (found == PageStretch.PAGES) {
      Map.Entry<Long, PageStretch> higher = stretches.higherEntry(number);
      if (higher == null) {
        return NONE;
      }
      number = higher.getKey();
      found = higher.getValue().next(0);
    }
    return (number << PageStretch.SHIFT) + found;
  }

  /// Reads as much as the buffer has room for, less at the end only, and returns how much.
  int read(long position, ByteBuffer target) {
    if (position >= size) {
      return 0;
    }
    int length = (int) Math.min(target.remaining(), size - position);
    for (int done = 0; done < length; ) {
      int at = (int) ((position + done) % CHUNK);
      long page = (position + done) / CHUNK;
      int part = Math.min(length - done, CHUNK - at);
      int block = block(page);
      if (block >= 0) {
        PageBlocks.read(block, at, target, part);
      } else if (block == PageStretch.RESERVED) {
        TreeBytes.putZeros(target, part);
      } else {
        long next = next(page + 1);
        part =
            (int) Math.min(length - done, next == NONE ? length : next * CHUNK - position - done);
        below.read(position + done, target, part);
      }
      done += part;
    }
    return length;
  }

  /// Writes as much as the quota allows and returns how much that was.
  ///
  /// @throws ErrnoException EFBIG when the position is the largest there is, ENOSPC when there is
  ///   no room for a single byte
  int write(long position, byte[] source, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (position == Long.MAX_VALUE) {
      throw Errno.EFBIG.exception();
    }
    int wanted = (int) Math.min(length, Long.MAX_VALUE - position);
    int done = 0;
    while (done < wanted) {
      int at = (int) ((position + done) % CHUNK);
      int part = Math.min(wanted - done, CHUNK - at);
      int block = blockForWriting((position + done) / CHUNK, part == CHUNK);
      if (block < 0) {
        break;
      }
      PageBlocks.write(block, at, source, offset + done, part);
      done += part;
      size = Math.max(size, position + done);
    }
    if (done == 0) {
      throw Errno.ENOSPC.exception();
    }
    return done;
  }

  /// The block of a page that nobody else has.
  ///
  /// @param whole whether all of it will be written, whatever it has now
  /// @return negative if there is no room for it
  private int blockForWriting(long page, boolean whole) {
    int block = block(page);
    if (block >= 0 && !PageBlocks.isShared(block)) {
      return block;
    }
    if (block == PageStretch.HOLE && !hasRoom(page)) {
      return PageStretch.HOLE;
    }
    int fresh;
    try {
      fresh = FileMemory.take();
    } catch (ErrnoException _) {
      return PageStretch.HOLE;
    }
    if (!whole) {
      fill(fresh, block, page);
    }
    put(page, fresh);
    if (block >= 0) {
      PageBlocks.free(new int[] {block});
    }
    return fresh;
  }

  private void fill(int fresh, int block, long page) {
    if (block >= 0) {
      PageBlocks.copy(block, fresh);
    } else if (block == PageStretch.HOLE && below.covers(page * CHUNK)) {
      byte[] bytes = new byte[CHUNK];
      try {
        below.read(page * CHUNK, ByteBuffer.wrap(bytes), CHUNK);
      } catch (ErrnoException e) {
        PageBlocks.free(new int[] {fresh});
        throw e;
      }
      PageBlocks.write(fresh, 0, bytes, 0, CHUNK);
    } else {
      PageBlocks.zero(fresh, 0, CHUNK);
    }
  }

  /// Whether a hole can become a page.
  private boolean hasRoom(long page) {
    return !memory.isClosed()
        && memory.bytes.free() >= CHUNK
        && (stretches.containsKey(page >> PageStretch.SHIFT) || memory.stretches.free() > 0);
  }

  /// Gives a page a block; for a hole there is room.
  private void put(long page, int block) {
    PageStretch stretch = stretches.get(page >> PageStretch.SHIFT);
    if (stretch == null) {
      memory.stretches.charge(1, Errno.ENOSPC);
      if (stretches.isEmpty()) {
        memory.add(this);
      }
      stretch = new PageStretch();
      stretches.put(page >> PageStretch.SHIFT, stretch);
    }
    if (stretch.put(within(page), block)) {
      memory.bytes.charge(CHUNK, Errno.ENOSPC);
      count++;
    }
  }

  List<FilesState.Chunk> save() {
    long[] indices = new long[Math.toIntExact(count)];
    int[] blocks = new int[indices.length];
    int[] owned = new int[indices.length];
    int done = 0;
    int owns = 0;
    for (long page = next(0); page != NONE; page = next(page + 1)) {
      int block = block(page);
      indices[done] = page;
      blocks[done++] = block;
      if (block >= 0) {
        PageBlocks.retain(block);
        owned[owns++] = block;
      }
    }
    return new FilePages(indices, blocks, Arrays.copyOf(owned, owns));
  }

  /// @throws IllegalArgumentException if a page is not one, or not within the file
  void load(long newSize, List<FilesState.Chunk> pages) {
    if (pages instanceof FilePages saved) {
      load(newSize, saved);
      return;
    }
    FilePages saved = FilePages.of(pages);
    load(newSize, saved);
    saved.free();
  }

  private void load(long newSize, FilePages saved) {
    for (int i = 0; i < saved.size(); i++) {
      long page = saved.index(i);
      if (page < 0 || newSize < 0) {
        throw new IllegalArgumentException("a page of a file");
      }
      if (block(page) != PageStretch.HOLE) {
        throw new IllegalArgumentException("a page of a file, twice");
      }
      if (!hasRoom(page)) {
        throw Errno.ENOSPC.exception();
      }
      int block = saved.block(i);
      if (block >= 0) {
        PageBlocks.retain(block);
      }
      put(page, block);
    }
    size = newSize;
  }

  void truncate(long newSize) {
    if (newSize < size) {
      drop(pages(newSize), Long.MAX_VALUE);
      zero(newSize, size);
      below.cut(newSize);
    }
    size = newSize;
  }

  /// Gives every page of a range its place, all or nothing.
  void allocate(long from, long to) {
    long first = from / CHUNK;
    long last = (to - 1) / CHUNK;
    requireRoom(first, last);
    for (long page = first; page <= last; page++) {
      if (below.covers(page * CHUNK)) {
        blockForWriting(page, false);
      } else if (block(page) == PageStretch.HOLE) {
        put(page, PageStretch.RESERVED);
      }
    }
  }

  private void requireRoom(long first, long last) {
    long missing = last - first + 1;
    if (missing > memory.bytes.limit() / CHUNK || memory.isClosed()) {
      throw Errno.ENOSPC.exception();
    }
    for (long page = next(first); page != NONE && page <= last; page = next(page + 1)) {
      missing--;
    }
    long firstStretch = first >> PageStretch.SHIFT;
    long lastStretch = last >> PageStretch.SHIFT;
    long missingStretches =
        lastStretch
            - firstStretch
            + 1
            - stretches.subMap(firstStretch, true, lastStretch, true).size();
    if (missing > memory.bytes.free() / CHUNK || missingStretches > memory.stretches.free()) {
      throw Errno.ENOSPC.exception();
    }
  }

  void grow(long newSize) {
    size = Math.max(size, newSize);
  }

  /// Makes a range read as zeros and frees the pages that lie wholly within it.
  void punch(long from, long to) {
    if (from < to && below.covers(from)) {
      punchBelow(from, to);
    }
    long firstWhole = pages(from);
    long pastWhole = to / CHUNK;
    if (firstWhole > pastWhole) { // all in one page
      zero(from, to);
      return;
    }
    if (below.covers(firstWhole * CHUNK)) {
      empty(firstWhole, pastWhole);
    } else {
      drop(firstWhole, pastWhole);
    }
    zero(from, firstWhole * CHUNK);
    zero(pastWhole * CHUNK, to);
  }

  /// Makes own pages of those that a hole touches, all or nothing; not of those behind which the
  /// tree has nothing any more.
  private void punchBelow(long from, long to) {
    boolean toTheEnd = !below.covers(to);
    if (!toTheEnd) {
      allocate(from, to);
    } else {
      if (from % CHUNK != 0) {
        allocate(from, from + 1);
      }
      below.cut(pages(from) * CHUNK);
    }
  }

  /// The first position from `from` on that holds data.
  long nextData(long from) {
    requireWithin(from);
    if (below.covers(from)) {
      return from;
    }
    long next = next(from / CHUNK);
    if (next == NONE || next * CHUNK >= size) {
      throw Errno.ENXIO.exception();
    }
    return Math.max(from, next * CHUNK);
  }

  /// The first position from `from` on that holds none; the end of the file at the latest.
  long nextHole(long from) {
    requireWithin(from);
    if (!below.covers(from) && block(from / CHUNK) == PageStretch.HOLE) {
      return from;
    }
    long page = below.covers(from) ? pages(below.end()) : from / CHUNK;
    PageStretch stretch;
    while ((stretch = stretches.get(page >> PageStretch.SHIFT)) != null) {
      int hole = stretch.nextHole(within(page));
      page += hole - within(page);
      if (hole < PageStretch.PAGES) {
        break;
      }
    }
    return page > Long.MAX_VALUE / CHUNK ? size : Math.min(size, page * CHUNK);
  }

  void clear() {
    drop(0, Long.MAX_VALUE);
    below.cut(0);
    size = 0;
  }

  /// Whether it lies in memory that was given back.
  boolean isGone() {
    return memory.isClosed();
  }

  private void requireWithin(long from) {
    if (from >= size) {
      throw Errno.ENXIO.exception();
    }
  }

  /// Zeroes a range that is at most the rest of one page wide where pages exist.
  private void zero(long from, long to) {
    if (from >= to || block(from / CHUNK) < 0) {
      return;
    }
    int block = blockForWriting(from / CHUNK, false);
    if (block < 0) {
      throw Errno.ENOSPC.exception(); // the host has no memory for a copy
    }
    int at = (int) (from % CHUNK);
    PageBlocks.zero(block, at, at + (int) Math.min(CHUNK - at, to - from));
  }

  /// Makes pages of zeros of those that there are.
  private void empty(long from, long to) {
    var gone = new Blocks();
    for (long page = next(from); page != NONE && page < to; page = next(page + 1)) {
      gone.add(block(page));
      put(page, PageStretch.RESERVED);
    }
    PageBlocks.free(gone.all());
  }

  /// Makes holes of pages.
  private void drop(long from, long to) {
    var gone = new Blocks();
    long dropped = 0;
    for (long page = next(from); page != NONE && page < to; page = next(page + 1)) {
      PageStretch stretch = Objects.requireNonNull(stretches.get(page >> PageStretch.SHIFT));
      gone.add(stretch.block(within(page)));
      stretch.remove(within(page));
      dropped++;
      if (stretch.count() == 0) {
        stretches.remove(page >> PageStretch.SHIFT);
        memory.stretches.release(1);
      }
    }
    if (dropped > 0) {
      PageBlocks.free(gone.all());
      memory.bytes.release(dropped * CHUNK);
      count -= dropped;
      if (stretches.isEmpty()) {
        memory.remove(this);
      }
    }
  }

  /// Blocks that are to be freed.
  private static final class Blocks {
    private int[] blocks = new int[16];
    private int count;

    void add(int block) {
      if (block >= 0) {
        if (count == blocks.length) {
          blocks = Arrays.copyOf(blocks, 2 * count);
        }
        blocks[count++] = block;
      }
    }

    int[] all() {
      return Arrays.copyOf(blocks, count);
    }
  }
}
