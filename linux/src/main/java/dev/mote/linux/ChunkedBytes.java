package dev.mote.linux;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The bytes of an in-memory file: pages of 4 KiB that exist only where something was written, each
/// charged to a quota.
///
/// Invariant: bytes of a page past the size are zero, so growing a file never shows old content.
///
/// A file may lie over one of the tree below ([TreeBytes]): a page that does not exist then has the
/// bytes of that one, and becomes one of the file's own when it is written to.
///
/// A page that is also in a snapshot is copied before it is written to. So is one that is reserved
/// only, by `fallocate` or for a mapping that keeps its bytes in the guest's memory: it is charged,
/// and takes no memory of the host.
final class ChunkedBytes {
  static final int CHUNK = 4096;

  /// What a page is that nothing was written to yet, in every file: zeros, for good.
  private static final byte[] RESERVED = new byte[CHUNK];

  private final TreeMap<Long, byte[]> chunks = new TreeMap<>();
  private final Set<byte[]> saved = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Quota quota;
  private final TreeBytes below;
  private long size;

  ChunkedBytes(Quota quota, TreeBytes below) {
    this.quota = quota;
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
    int own = inTree == 0 ? chunks.size() : chunks.tailMap(inTree, true).size();
    return (inTree + own) * CHUNK;
  }

  private static long pages(long bytes) {
    return bytes / CHUNK + (bytes % CHUNK == 0 ? 0 : 1);
  }

  /// Reads as much as the buffer has room for, less at the end only, and returns how much.
  int read(long position, ByteBuffer target) {
    if (position >= size) {
      return 0;
    }
    int count = (int) Math.min(target.remaining(), size - position);
    for (int done = 0; done < count; ) {
      int at = (int) ((position + done) % CHUNK);
      long index = (position + done) / CHUNK;
      int part = Math.min(count - done, CHUNK - at);
      byte[] chunk = chunks.get(index);
      if (chunk == null) {
        Long next = chunks.higherKey(index);
        part = (int) Math.min(count - done, next == null ? count : next * CHUNK - position - done);
        below.read(position + done, target, part);
      } else {
        target.put(chunk, at, part);
      }
      done += part;
    }
    return count;
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
    int count = (int) Math.min(length, Long.MAX_VALUE - position);
    int done = 0;
    while (done < count) {
      int at = (int) ((position + done) % CHUNK);
      int part = Math.min(count - done, CHUNK - at);
      byte[] chunk = chunkForWriting((position + done) / CHUNK);
      if (chunk == null) {
        break;
      }
      System.arraycopy(source, offset + done, chunk, at, part);
      done += part;
      size = Math.max(size, position + done);
    }
    if (done == 0) {
      throw Errno.ENOSPC.exception();
    }
    return done;
  }

  private byte @Nullable [] chunkForWriting(long index) {
    byte[] chunk = chunks.get(index);
    if (chunk != null) {
      return writable(index, chunk);
    }
    if (quota.free() < CHUNK) {
      return null;
    }
    chunk = new byte[CHUNK];
    if (below.covers(index * CHUNK)) {
      below.read(index * CHUNK, ByteBuffer.wrap(chunk), CHUNK);
    }
    quota.charge(CHUNK, Errno.ENOSPC);
    chunks.put(index, chunk);
    return chunk;
  }

  /// A page that nobody else has: the one that is there, or a copy in its place.
  private byte[] writable(long index, byte[] chunk) {
    if (!isReserved(chunk) && !saved.remove(chunk)) {
      return chunk;
    }
    byte[] copy = chunk.clone();
    chunks.put(index, copy);
    return copy;
  }

  @SuppressWarnings("ReferenceEquality") // a page of zeros is no reserved one
  private static boolean isReserved(byte[] chunk) {
    return chunk == RESERVED;
  }

  List<FilesState.Chunk> save() {
    saved.clear();
    saved.addAll(chunks.values());
    return chunks.entrySet().stream()
        .map(chunk -> new FilesState.Chunk(chunk.getKey(), chunk.getValue()))
        .toList();
  }

  /// @throws IllegalArgumentException if a page is not one, or not within the file
  void load(long newSize, List<FilesState.Chunk> pages) {
    for (var page : pages) {
      if (page.bytes().length != CHUNK || page.index() < 0 || newSize < 0) {
        throw new IllegalArgumentException("a page of a file");
      }
      quota.charge(CHUNK, Errno.ENOSPC);
      if (chunks.put(page.index(), page.bytes()) != null) {
        throw new IllegalArgumentException("a page of a file, twice");
      }
      saved.add(page.bytes());
    }
    size = newSize;
  }

  void truncate(long newSize) {
    if (newSize < size) {
      drop(chunks.tailMap(pages(newSize), true));
      zero(newSize, size);
      below.cut(newSize);
    }
    size = newSize;
  }

  /// Gives every page of a range its place, all or nothing.
  void allocate(long from, long to) {
    long first = from / CHUNK;
    long last = (to - 1) / CHUNK;
    long missing = last - first + 1 - chunks.subMap(first, true, last, true).size();
    if (missing > quota.free() / CHUNK) {
      throw Errno.ENOSPC.exception();
    }
    for (long index = first; index <= last; index++) {
      if (below.covers(index * CHUNK)) {
        chunkForWriting(index);
      } else if (chunks.putIfAbsent(index, RESERVED) == null) {
        quota.charge(CHUNK, Errno.ENOSPC);
      }
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
      chunks.subMap(firstWhole, true, pastWhole, false).replaceAll(this::zeroed);
    } else {
      drop(chunks.subMap(firstWhole, true, pastWhole, false));
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

  private byte[] zeroed(long index, byte[] chunk) {
    if (isReserved(chunk) || saved.remove(chunk)) {
      return RESERVED;
    }
    Arrays.fill(chunk, (byte) 0);
    return chunk;
  }

  /// The first position from `from` on that holds data.
  long nextData(long from) {
    requireWithin(from);
    if (below.covers(from) || chunks.containsKey(from / CHUNK)) {
      return from;
    }
    Long next = chunks.higherKey(from / CHUNK);
    if (next == null || next * CHUNK >= size) {
      throw Errno.ENXIO.exception();
    }
    return next * CHUNK;
  }

  /// The first position from `from` on that holds none; the end of the file at the latest.
  long nextHole(long from) {
    requireWithin(from);
    long index = from / CHUNK;
    if (below.covers(from)) {
      index = pages(below.end());
    } else if (!chunks.containsKey(index)) {
      return from;
    }
    for (long key : chunks.tailMap(index, true).keySet()) {
      if (key != index) {
        break;
      }
      index++;
    }
    return index > Long.MAX_VALUE / CHUNK ? size : Math.min(size, index * CHUNK);
  }

  void clear() {
    drop(chunks);
    below.cut(0);
    size = 0;
  }

  private void requireWithin(long from) {
    if (from >= size) {
      throw Errno.ENXIO.exception();
    }
  }

  /// Zeroes a range that is at most the rest of one page wide where pages exist.
  private void zero(long from, long to) {
    if (from >= to) {
      return;
    }
    Map.Entry<Long, byte[]> page = chunks.floorEntry(from / CHUNK);
    if (page != null && page.getKey() == from / CHUNK && !isReserved(page.getValue())) {
      int at = (int) (from % CHUNK);
      int end = at + (int) Math.min(CHUNK - at, to - from);
      Arrays.fill(writable(page.getKey(), page.getValue()), at, end, (byte) 0);
    }
  }

  private void drop(NavigableMap<Long, byte[]> gone) {
    quota.release((long) gone.size() * CHUNK);
    gone.clear();
  }
}
