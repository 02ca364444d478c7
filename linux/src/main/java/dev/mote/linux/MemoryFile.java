package dev.mote.linux;

import dev.mote.machine.GuestMemory;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A regular file in the memory of the sandbox.
final class MemoryFile extends RegularFile implements FileContent {
  static final int F_SEAL_SEAL = 1;
  static final int F_SEAL_SHRINK = 2;
  static final int F_SEAL_GROW = 4;
  static final int F_SEAL_WRITE = 8;
  static final int F_SEAL_FUTURE_WRITE = 16;
  static final int F_SEAL_EXEC = 32;

  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;

  private final ChunkedBytes bytes;

  /// Of its shared mappings; null if it never had any.
  private @Nullable MappedPages mapped;

  /// What a memfd forbids; an ordinary file forbids further seals and no more.
  private int seals = F_SEAL_SEAL;

  /// Whether `link` may give a name to this file though it has none (`O_TMPFILE`).
  private boolean linkable;

  MemoryFile(Volume volume, int mode) {
    this(volume, volume.nextInode(), mode, TreeBytes.none());
  }

  private MemoryFile(Volume volume, long number, int mode, TreeBytes below) {
    super(volume, number, mode);
    this.bytes = new ChunkedBytes(volume.memory, below);
  }

  /// A file that has the bytes of one of the tree, until they are written to.
  static MemoryFile over(Volume volume, long number, TreeNode.File file) {
    return new MemoryFile(volume, number, 0, TreeBytes.of(file));
  }

  /// A file without a name.
  static MemoryFile nameless(Volume volume, int mode, boolean linkable) {
    MemoryFile file = new MemoryFile(volume, mode);
    file.startNameless();
    file.linkable = linkable;
    return file;
  }

  boolean linkable() {
    return links() > 0 || linkable;
  }

  @Override
  public long size() {
    return bytes.size();
  }

  @Override
  long blocks() {
    return bytes.occupied() >>> 9;
  }

  @Override
  FileContent open() {
    return this;
  }

  @Override
  void requireContentWritable() {}

  @Override
  public int read(long position, byte[] target, int offset, int length) {
    return read(position, ByteBuffer.wrap(target, offset, length));
  }

  @Override
  public int read(long position, ByteBuffer target) {
    touchAccessed();
    if (mapped != null) {
      mapped.collect(position, end(position, target.remaining()));
    }
    return bytes.read(position, target);
  }

  private static long end(long position, long length) {
    return position > Long.MAX_VALUE - length ? Long.MAX_VALUE : position + length;
  }

  /// The pages of its shared mappings in an address space.
  ///
  /// @param page for their use, one page
  MappedPages mapped(AddressSpace space, GuestMemory memory, byte[] page) {
    MappedPages known = mapped;
    if (known == null || !known.isOf(space)) {
      known = new MappedPages(space, memory, this, page);
      mapped = known;
    }
    return known;
  }

  /// Reads a page for a mapping of it, whatever mappings have.
  int readOwn(long position, byte[] page) {
    return bytes.read(position, ByteBuffer.wrap(page));
  }

  /// Takes a page back from a mapping; there is room for it ([#reserve]).
  void writeOwn(long position, byte[] page) {
    int count = (int) Math.min(page.length, size() - position);
    if (count > 0 && !bytes.isGone()) {
      bytes.write(position, page, 0, count);
    }
  }

  /// Makes room for a page that a mapping may write to.
  ///
  /// @return false if there is none
  boolean reserve(long position) {
    try {
      makeOwn();
      bytes.allocate(position, position + 1);
      return true;
    } catch (ErrnoException _) {
      return false;
    }
  }

  int write(long position, byte[] source, int offset, int length) {
    refuse(F_SEAL_WRITE | F_SEAL_FUTURE_WRITE);
    int count = length;
    if ((seals & F_SEAL_GROW) != 0 && count > size() - position) {
      if (position >= size()) {
        throw Errno.EPERM.exception();
      }
      count = (int) (size() - position);
    }
    makeOwn();
    if (mapped != null) {
      mapped.collect(position, end(position, count));
    }
    int written = bytes.write(position, source, offset, count);
    if (mapped != null) {
      mapped.spread(position, position + written);
    }
    touchModified();
    return written;
  }

  void truncate(long size) {
    if (size < size()) {
      refuse(F_SEAL_SHRINK);
    } else if (size > size()) {
      refuse(F_SEAL_GROW);
    }
    makeOwn();
    if (mapped != null) {
      mapped.collect(size, size + 1);
    }
    bytes.truncate(size);
    if (mapped != null) {
      mapped.cut(size);
    }
    touchModified();
  }

  /// `fallocate`: what tmpfs does of it.
  void allocate(int mode, long offset, long length) {
    long end = offset + length;
    makeOwn();
    if (mode == (PUNCH_HOLE | KEEP_SIZE)) {
      refuse(F_SEAL_WRITE | F_SEAL_FUTURE_WRITE);
      if (mapped != null) {
        mapped.collect(offset, end);
      }
      bytes.punch(offset, Math.min(end, Math.max(offset, size())));
      if (mapped != null) {
        mapped.spread(offset, end);
      }
    } else if (mode == 0 || mode == KEEP_SIZE) {
      if (end > size()) {
        refuse(F_SEAL_GROW);
      }
      bytes.allocate(offset, end);
      if (mode == 0) {
        bytes.grow(end);
      }
    } else {
      throw Errno.EOPNOTSUPP.exception();
    }
    touchModified();
  }

  long nextData(long from) {
    return bytes.nextData(from);
  }

  long nextHole(long from) {
    return bytes.nextHole(from);
  }

  int seals() {
    return seals;
  }

  /// Lets the creator of a memfd add seals.
  void allowSealing() {
    seals = 0;
  }

  void seal(int more) {
    if ((seals & F_SEAL_SEAL) != 0) {
      throw Errno.EPERM.exception();
    }
    if ((more & F_SEAL_WRITE) != 0 && mapped != null && mapped.mayBeWritten()) {
      throw Errno.EBUSY.exception();
    }
    seals |= more;
  }

  /// Fails when a mapping must not write to the file.
  void requireMappable() {
    refuse(F_SEAL_WRITE | F_SEAL_FUTURE_WRITE);
  }

  FilesState.Memory save() {
    return new FilesState.Memory(meta(), size(), bytes.save(), seals, linkable);
  }

  FilesState.TreeFile saveOverTree(int origin) {
    return new FilesState.TreeFile(
        origin,
        isAsInTree() ? null : meta(),
        isCharged(),
        size(),
        bytes.below().end(),
        bytes.save());
  }

  void load(FilesState.TreeFile saved) {
    if (saved.meta() != null) {
      loadChanged(saved.meta(), saved.charged());
      bytes.below().cut(saved.kept());
      bytes.load(saved.size(), saved.chunks());
    }
  }

  void load(FilesState.Memory saved) {
    load(saved.meta());
    bytes.load(saved.size(), saved.chunks());
    seals = saved.seals();
    linkable = saved.linkable();
  }

  @Override
  void free() {
    bytes.clear();
  }

  private void refuse(int forbidding) {
    if ((seals & forbidding) != 0) {
      throw Errno.EPERM.exception();
    }
  }
}
