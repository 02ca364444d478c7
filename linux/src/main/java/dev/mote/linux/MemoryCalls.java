package dev.mote.linux;

import static dev.mote.linux.Errno.EACCES;
import static dev.mote.linux.Errno.EFAULT;
import static dev.mote.linux.Errno.EINVAL;
import static dev.mote.linux.Errno.ENODEV;
import static dev.mote.linux.Errno.ENOMEM;
import static dev.mote.linux.Errno.EPERM;

import dev.mote.machine.GuestMemoryExhaustedException;
import dev.mote.machine.PageTables;

/// The system calls that arrange a program's memory.
final class MemoryCalls {
  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_SHARED_VALIDATE = 3;
  private static final int MAP_TYPE = 0xf;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int MAP_POPULATE = 0x8000;
  private static final int MAP_HUGETLB = 0x40000;
  private static final int MAP_FIXED_NOREPLACE = 0x100000;

  private static final int PROT_ALL = 7;

  private static final int MREMAP_MAYMOVE = 1;
  private static final int MREMAP_FIXED = 2;

  private static final int MLOCK_ONFAULT = 1;

  private static final long PAGE = AddressSpace.PAGE;
  private static final long END = PageTables.USER_END - PAGE;

  private final AddressSpace space;
  private final long memoryLimit;
  private final MappableFiles files;
  private long breakStart;
  private long programBreak;

  /// Finds what a descriptor gives to mmap.
  @FunctionalInterface
  interface MappableFiles {
    /// @param shared whether what is written to the mapping is the file's
    /// @param writable whether the mapping is written to
    /// @return the file's pages and its name
    /// @throws ErrnoException EBADF, EACCES, ENODEV
    MappedFile open(int fd, boolean shared, boolean writable);
  }

  /// @param path the file's name as /proc/self/maps shows it
  record MappedFile(PageSource pages, String path) {}

  /// @param breakStart where the heap begins
  /// @param memoryLimit bytes that the guest may use in all
  MemoryCalls(AddressSpace space, long breakStart, long memoryLimit, MappableFiles files) {
    this.space = space;
    this.breakStart = breakStart;
    this.memoryLimit = memoryLimit;
    this.files = files;
    programBreak = breakStart;
  }

  long programBreak() {
    return programBreak;
  }

  /// The heap is that of another program.
  ///
  /// @throws IllegalArgumentException if it would end before it begins
  void heap(long start, long end) {
    if (end < start || end > END) {
      throw new IllegalArgumentException("a program break of 0x" + Long.toHexString(end));
    }
    breakStart = start;
    programBreak = end;
  }

  long mmap(long address, long length, int protection, int flags, int fd, long offset) {
    if ((offset & (PAGE - 1)) != 0) {
      throw EINVAL.exception();
    }
    if (length == 0) {
      throw EINVAL.exception();
    }
    long size = roundUp(length);
    int type = flags & MAP_TYPE;
    boolean shared = type == MAP_SHARED || type == MAP_SHARED_VALIDATE;
    if (!shared && type != MAP_PRIVATE) {
      throw EINVAL.exception();
    }
    if ((flags & MAP_HUGETLB) != 0) {
      throw ENOMEM.exception(); // no huge page is reserved
    }
    int rights = protection & PROT_ALL;
    boolean anonymous = (flags & MAP_ANONYMOUS) != 0;
    PageSource source = null;
    String name = "";
    if (!anonymous) {
      if (offset < 0 || offset + size < 0) {
        throw Errno.EOVERFLOW.exception();
      }
      MappedFile file = files.open(fd, shared, (rights & Mapping.PROT_WRITE) != 0);
      if (shared && (rights & Mapping.PROT_WRITE) != 0 && !file.pages().isShared()) {
        throw ENODEV.exception(); // a file that is not in memory, such as one of /proc
      }
      source = file.pages();
      name = file.path();
    }
    boolean reserves = (flags & MAP_NORESERVE) == 0 && !shared;
    if (reserves && (rights & Mapping.PROT_WRITE) != 0 && size > memoryLimit) {
      throw ENOMEM.exception(); // obviously too much, as Linux's overcommit heuristic says
    }
    boolean exact = (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) != 0;
    long start = exact ? checkFixed(address, size) : place(address, size);
    var mapping = new Mapping(start, start + size, rights, shared, source, offset, name);
    if ((flags & MAP_FIXED_NOREPLACE) != 0) {
      space.mapWhereFree(mapping);
    } else {
      space.map(mapping);
    }
    if ((flags & MAP_POPULATE) != 0 && rights != Mapping.PROT_NONE) {
      space.populate(start, start + size);
    }
    return start;
  }

  private static long checkFixed(long address, long size) {
    if ((address & (PAGE - 1)) != 0) {
      throw EINVAL.exception();
    }
    if (address < 0 || address > END - size) {
      throw ENOMEM.exception();
    }
    if (address < AddressSpace.LOWEST) {
      throw EPERM.exception();
    }
    return address;
  }

  /// A free hint is honoured, any other is only a wish.
  private long place(long hint, long size) {
    long start = hint & -PAGE;
    if (start >= AddressSpace.LOWEST
        && start <= END - size
        && space.isFree(start, start + size)
        && space.isWorthFollowing(start)) {
      return start;
    }
    return space.findFree(size);
  }

  /// Rounds a length up to whole pages.
  ///
  /// @throws ErrnoException ENOMEM for more than there are addresses
  private static long roundUp(long length) {
    if (length < 0 || length > END) {
      throw ENOMEM.exception();
    }
    return (length + PAGE - 1) & -PAGE;
  }

  long munmap(long address, long length) {
    if ((address & (PAGE - 1)) != 0 || length <= 0 || address < 0 || length > END - address) {
      throw EINVAL.exception();
    }
    space.unmap(address, address + roundUp(length));
    return 0;
  }

  long mprotect(long address, long length, int protection) {
    if ((address & (PAGE - 1)) != 0 || (protection & ~PROT_ALL) != 0) {
      throw EINVAL.exception(); // PROT_GROWSDOWN and its kin too: no mapping here grows by itself
    }
    if (length == 0) {
      return 0;
    }
    long size = roundUp(length);
    if (address < 0 || address > END - size) {
      throw ENOMEM.exception();
    }
    if ((protection & Mapping.PROT_WRITE) != 0) {
      requireWritable(address, address + size);
    }
    space.protect(address, address + size, protection);
    return 0;
  }

  /// A shared mapping of a file was refused the right to write when it was made; the vDSO's data
  /// never has it.
  @SuppressWarnings("ReferenceEquality") // of sources: that page is the only one of its kind
  private void requireWritable(long start, long end) {
    Mapping first = space.find(start);
    if (first == null || first.start() >= end) {
      return;
    }
    if (first.source() == Vdso.DATA_PAGE || (first.shared() && first.source() != null)) {
      throw EACCES.exception();
    }
  }

  long brk(long address) {
    long oldEnd = pageEnd(programBreak);
    if (address < breakStart || address > END) {
      return programBreak;
    }
    long newEnd = pageEnd(address);
    if (newEnd < oldEnd) {
      space.unmap(newEnd, oldEnd);
    } else if (newEnd > oldEnd) {
      if (newEnd - breakStart > memoryLimit || !space.isFree(oldEnd, newEnd)) {
        return programBreak;
      }
      try {
        grow(oldEnd, newEnd);
      } catch (ErrnoException _) {
        return programBreak; // the caller sees that nothing changed
      }
    }
    programBreak = address;
    return address;
  }

  private void grow(long oldEnd, long newEnd) {
    Mapping heap = space.find(oldEnd - 1);
    if (heap != null && heap.name().equals("[heap]") && heap.end() == oldEnd) {
      space.extend(heap, newEnd);
    } else {
      space.map(Mapping.zeros(oldEnd, newEnd, Mapping.PROT_READ | Mapping.PROT_WRITE, "[heap]"));
    }
  }

  private static long pageEnd(long address) {
    return (address + PAGE - 1) & -PAGE;
  }

  long mremap(long address, long oldLength, long newLength, int flags, long target) {
    if ((address & (PAGE - 1)) != 0
        || (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED)) != 0
        || ((flags & MREMAP_FIXED) != 0 && (flags & MREMAP_MAYMOVE) == 0)
        || newLength == 0
        || oldLength == 0) {
      throw EINVAL.exception();
    }
    long oldSize = roundUp(oldLength);
    long newSize = roundUp(newLength);
    if (address < 0 || address > END - oldSize) {
      throw EFAULT.exception();
    }
    Mapping mapping = space.find(address);
    if (mapping == null || mapping.end() < address + oldSize) {
      throw EFAULT.exception();
    }
    if (mapping.offset(address) > Long.MAX_VALUE - newSize) {
      throw EINVAL.exception(); // it would reach behind the end of all files
    }
    if ((flags & MREMAP_FIXED) != 0) {
      return moveTo(address, oldSize, newSize, target);
    }
    if (newSize <= oldSize) {
      if (newSize < oldSize) {
        space.unmap(address + newSize, address + oldSize);
      }
      return address;
    }
    if (newSize - oldSize > memoryLimit && (mapping.protection() & Mapping.PROT_WRITE) != 0) {
      throw ENOMEM.exception();
    }
    boolean atEnd = mapping.end() == address + oldSize;
    long grownEnd = address + newSize;
    if (atEnd && grownEnd <= END && space.isFree(address + oldSize, grownEnd)) {
      space.extend(mapping, grownEnd);
      return address;
    }
    if ((flags & MREMAP_MAYMOVE) == 0) {
      throw ENOMEM.exception();
    }
    long free = space.findFree(newSize);
    space.move(address, address + oldSize, free, newSize);
    return free;
  }

  private long moveTo(long address, long oldSize, long newSize, long target) {
    if ((target & (PAGE - 1)) != 0 || target < 0 || target > END - newSize) {
      throw EINVAL.exception();
    }
    boolean overlaps = target < address + oldSize && address < target + newSize;
    if (overlaps) {
      throw EINVAL.exception();
    }
    if (target < AddressSpace.LOWEST) {
      throw EPERM.exception();
    }
    space.unmap(target, target + newSize);
    space.move(address, address + oldSize, target, newSize);
    return target;
  }

  long madvise(long address, long length, int advice) {
    if ((address & (PAGE - 1)) != 0 || length < 0) {
      throw EINVAL.exception();
    }
    boolean known =
        switch (advice) {
          // NORMAL … DONTNEED, FREE, DONTFORK, DOFORK, HUGEPAGE, NOHUGEPAGE, DONTDUMP, DODUMP,
          // WIPEONFORK, KEEPONFORK,
          // COLD, PAGEOUT, POPULATE_READ, POPULATE_WRITE, COLLAPSE
          case 0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25 -> true;
          default -> false;
        };
    if (!known) {
      throw EINVAL.exception();
    }
    if (length == 0) {
      return 0;
    }
    long size = (length + PAGE - 1) & -PAGE;
    if (size <= 0 || address < 0 || address > END - size) {
      throw size <= 0 ? EINVAL.exception() : ENOMEM.exception();
    }
    switch (advice) {
      case 4 -> space.discard(address, address + size); // DONTNEED
      case 22, 23 -> space.populate(address, address + size); // POPULATE_READ, POPULATE_WRITE
      default -> requireMapped(address, address + size);
    }
    return 0;
  }

  long msync(long address, long length, int flags) {
    int known = 1 | 2 | 4; // ASYNC, INVALIDATE, SYNC
    if ((address & (PAGE - 1)) != 0 || (flags & ~known) != 0 || (flags & 5) == 5) {
      throw EINVAL.exception();
    }
    long size = (length + PAGE - 1) & -PAGE;
    if (length < 0 || address < 0 || address > END - size) {
      throw ENOMEM.exception();
    }
    requireMapped(address, address + size);
    return 0;
  }

  /// Which pages of a range have a frame.
  long mincore(Task task, long address, long length, long vector) {
    if ((address & (PAGE - 1)) != 0) {
      throw EINVAL.exception();
    }
    long size = (length + PAGE - 1) & -PAGE;
    if (length < 0 || size < 0 || address < 0 || address > END - size) {
      throw ENOMEM.exception();
    }
    requireMapped(address, address + size);
    long pages = size / PAGE;
    byte[] piece = new byte[(int) Math.min(pages, PAGE)];
    for (long done = 0; done < pages && !task.isStopped(); done += piece.length) {
      int count = (int) Math.min(piece.length, pages - done);
      for (int i = 0; i < count; i++) {
        piece[i] = (byte) (space.tables().isBound(address + (done + i) * PAGE) ? 1 : 0);
      }
      task.memory().write(vector + done, piece, 0, count);
    }
    return 0;
  }

  /// Memory of guests is not swapped: to lock it is to have it.
  ///
  /// @param flags of mlock2
  long mlock(long address, long length, int flags) {
    if ((flags & ~MLOCK_ONFAULT) != 0) {
      throw EINVAL.exception();
    }
    long start = address & -PAGE;
    long end = lockedEnd(start, address, length);
    requireMapped(start, end);
    if (end - start > memoryLimit) {
      throw ENOMEM.exception();
    }
    if ((flags & MLOCK_ONFAULT) == 0) {
      try {
        space.populate(start, end);
      } catch (GuestMemoryExhaustedException _) {
        throw ENOMEM.exception();
      }
    }
    return 0;
  }

  long munlock(long address, long length) {
    long start = address & -PAGE;
    requireMapped(start, lockedEnd(start, address, length));
    return 0;
  }

  private static long lockedEnd(long start, long address, long length) {
    long size = (length + (address - start) + PAGE - 1) & -PAGE;
    if (length < 0 || size < 0 || start + size < start) {
      throw EINVAL.exception();
    }
    if (start < 0 || start > END - size) {
      throw ENOMEM.exception();
    }
    return start + size;
  }

  static long mlockall(int flags) {
    int known = 1 | 2 | 4; // MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT
    if ((flags & ~known) != 0 || flags == 0 || flags == 4) {
      throw EINVAL.exception();
    }
    return 0;
  }

  private void requireMapped(long start, long end) {
    long at = start;
    while (at < end) {
      Mapping mapping = space.find(at);
      if (mapping == null) {
        throw ENOMEM.exception();
      }
      at = mapping.end();
    }
  }
}
