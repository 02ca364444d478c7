package dev.mote.machine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The pages of one address space of a guest, and the hardware's page tables that are derived from
/// them.
///
/// What the host knows (which frame and which rights an address has) is kept in Java; the tables in
/// guest memory are written from it and never read. Tables have four levels and 4 KiB pages only,
/// and the Java side has their shape, so that an operation on a great and mostly empty range skips
/// what is not there.
///
/// The rules for changing entries on a hypervisor that does not notice the host's writes (see
/// [GuestMemory]):
/// - adding a page or a right, or a table below an absent entry, needs nothing;
/// - taking away or pointing elsewhere needs the data frames invalidated that were mapped, whether
///   the guest touched them or not, after the entries were written;
/// - a page that serves as a table keeps its place for good; upper-level entries change only from
///   absent to present.
///
/// Addresses are guest virtual, ranges are from an inclusive to an exclusive end, both multiples of
/// the page size. Not thread-safe.
public final class PageTables {
  public static final int READ = 1;
  public static final int WRITE = 2;
  public static final int EXECUTE = 4;

  /// Addresses from this one on are not the program's: 47 bits, as Linux has it.
  public static final long USER_END = 1L << 47;

  // A page in Java: the frame's number above the rights; 0 is "no frame bound".
  private static final int RIGHTS_BITS = 3;
  private static final int RIGHTS = (1 << RIGHTS_BITS) - 1;

  /// The largest frame number that fits, so guest memory is below 1 TiB.
  static final int MAX_FRAME = (1 << (31 - RIGHTS_BITS)) - 1;

  private static final int FANOUT = 512;
  private static final int ROOT_SHIFT = 39;
  private static final int LEAF_SHIFT = 21;
  private static final int LEVEL_BITS = 9;
  private static final long PAGE = GuestMemory.PAGE_SIZE;

  // Page-table entry bits, Intel SDM volume 3, table 4-20.
  private static final long PRESENT = 1;
  private static final long WRITABLE = 2;
  private static final long USER = 4;
  private static final long ACCESSED = 0x20;
  private static final long DIRTY = 0x40;
  private static final long NO_EXECUTE = 1L << 63;

  /// A table of an upper level, with the tables or leaves below it.
  private static final class Table {
    final long gpa;
    final @Nullable Object[] below = new @Nullable Object[FANOUT];

    Table(long gpa) {
      this.gpa = gpa;
    }
  }

  /// A table of the last level, with its pages.
  private static final class Leaf {
    final long gpa;
    final int[] pages = new int[FANOUT];

    Leaf(long gpa) {
      this.gpa = gpa;
    }
  }

  private static final Leaf NO_LEAF = new Leaf(0);

  private final GuestMemory memory;
  private final Frames frames;
  private final Table root;
  private long cachedKey = -1; // of the leaf that was used last
  private Leaf cachedLeaf = NO_LEAF;

  /// @throws GuestMemoryExhaustedException if not even the root can be had
  public PageTables(GuestMemory memory, Frames frames) {
    this.memory = memory;
    this.frames = frames;
    root = new Table(gpaOf(frames.takeTable()));
    memory.setLong(
        root.gpa + Supervisor.ROOT_ENTRY * 8L, Supervisor.PDPT_GPA | PRESENT | WRITABLE | ACCESSED);
  }

  /// The address for CR3.
  public long root() {
    return root.gpa;
  }

  /// Whether binding a page at this address needs no further table.
  public boolean hasTable(long gva) {
    return leaf(gva) != NO_LEAF;
  }

  /// Whether a frame is bound to the page of this address; true also for a page without any right.
  public boolean isBound(long gva) {
    return page(gva) != 0;
  }

  /// The rights of a bound page, 0 if none is bound.
  public int rights(long gva) {
    return page(gva) & RIGHTS;
  }

  /// Where the byte at this address is in guest physical memory.
  ///
  /// @throws IllegalArgumentException if no frame is bound there
  public long gpa(long gva) {
    int page = page(gva);
    if (page == 0) {
      throw new IllegalArgumentException("no frame is bound at 0x" + Long.toHexString(gva));
    }
    return gpaOf(page >>> RIGHTS_BITS) | (gva & (PAGE - 1));
  }

  /// The first bound page at or behind an address.
  ///
  /// @return its address, or `end` if there is none before it
  public long nextBound(long gva, long end) {
    long at = gva;
    while (at < end) {
      Leaf leaf = leaf(at);
      if (leaf == NO_LEAF) {
        at = nextLeaf(at, end);
        continue;
      }
      int index = index(at);
      while (index < FANOUT && at < end && leaf.pages[index] == 0) {
        index++;
        at += PAGE;
      }
      if (index < FANOUT && at < end) {
        return at;
      }
    }
    return end;
  }

  /// Binds frames to consecutive pages that have none.
  ///
  /// @param rights [#READ], [#WRITE], [#EXECUTE] or none; each of the others includes reading
  /// @param written the pages are known to be written to: their dirty bits are set ahead, which
  ///   makes the guest's first write much cheaper under shadow paging
  /// @throws GuestMemoryExhaustedException if a table is needed and the budget is used up; the
  ///   frames that were not bound by then are freed
  public void bind(long gva, Frames.Run run, int rights, boolean written) {
    for (int i = 0; i < run.count(); i++) {
      Leaf leaf;
      try {
        leaf = leafForWriting(gva + i * PAGE);
      } catch (GuestMemoryExhaustedException e) {
        frames.free(run.first() + i, run.count() - i);
        throw e;
      }
      int index = index(gva + i * PAGE);
      if (leaf.pages[index] != 0) {
        throw new IllegalArgumentException(
            "a frame is bound already at 0x" + Long.toHexString(gva + i * PAGE));
      }
      set(leaf, index, run.first() + i, rights, written ? DIRTY : 0);
    }
  }

  /// Changes the rights of every bound page in a range.
  public void protect(long start, long end, int rights) {
    int first = 0;
    int count = 0;
    for (long at = nextBound(start, end); at < end; at = nextBound(at + PAGE, end)) {
      Leaf leaf = leaf(at);
      int page = leaf.pages[index(at)];
      int frame = page >>> RIGHTS_BITS;
      set(leaf, index(at), frame, rights, 0);
      if ((page & RIGHTS & ~rights) == 0) {
        continue; // nothing was taken away
      }
      if (count > 0 && frame == first + count) {
        count++;
      } else {
        forget(first, count);
        first = frame;
        count = 1;
      }
    }
    forget(first, count);
  }

  /// Unbinds every page of a range and frees the frames.
  public void release(long start, long end) {
    int first = 0;
    int count = 0;
    for (long at = nextBound(start, end); at < end; at = nextBound(at + PAGE, end)) {
      int frame = clear(at);
      if (count > 0 && frame == first + count) {
        count++;
      } else {
        free(first, count);
        first = frame;
        count = 1;
      }
    }
    free(first, count);
  }

  /// Moves the frames of a range to another one, which has none; the ranges do not overlap.
  ///
  /// @throws GuestMemoryExhaustedException if a table is needed and the budget is used up; nothing
  ///   was moved then
  public void move(long start, long end, long target) {
    for (long at = nextBound(start, end); at < end; at = nextBound(at + PAGE, end)) {
      leafForWriting(target + (at - start)); // may throw, so before anything changes
    }
    for (long at = nextBound(start, end); at < end; at = nextBound(at + PAGE, end)) {
      int rights = rights(at);
      int frame = clear(at);
      long to = target + (at - start);
      set(leafForWriting(to), index(to), frame, rights, 0);
      forget(frame, 1);
    }
  }

  private int page(long gva) {
    return leaf(gva).pages[index(gva)];
  }

  private int clear(long gva) {
    Leaf leaf = leaf(gva);
    int index = index(gva);
    int frame = leaf.pages[index] >>> RIGHTS_BITS;
    leaf.pages[index] = 0;
    memory.setLong(leaf.gpa + index * 8L, 0);
    return frame;
  }

  private void set(Leaf leaf, int index, int frame, int rights, long bits) {
    leaf.pages[index] = (frame << RIGHTS_BITS) | rights;
    long entry = 0;
    if (rights != 0) {
      entry = gpaOf(frame) | PRESENT | USER | ACCESSED | bits;
      if ((rights & WRITE) != 0) {
        entry |= WRITABLE;
      }
      if ((rights & EXECUTE) == 0) {
        entry |= NO_EXECUTE;
      }
    }
    memory.setLong(leaf.gpa + index * 8L, entry);
  }

  private void forget(int first, int count) {
    if (count > 0) {
      memory.forget(gpaOf(first), count * PAGE);
    }
  }

  private void free(int first, int count) {
    if (count > 0) {
      frames.free(first, count);
    }
  }

  /// The leaf that has this address, or [#NO_LEAF], whose pages are all absent.
  private Leaf leaf(long gva) {
    long key = gva >>> LEAF_SHIFT;
    if (key == cachedKey) {
      return cachedLeaf;
    }
    if (gva < 0 || gva >= USER_END) {
      return NO_LEAF;
    }
    Table table = root;
    for (int shift = ROOT_SHIFT; shift > LEAF_SHIFT; shift -= LEVEL_BITS) {
      if (!(table.below[index(gva, shift)] instanceof Table next)) {
        return NO_LEAF;
      }
      table = next;
    }
    if (table.below[index(gva, LEAF_SHIFT)] instanceof Leaf leaf) {
      cachedKey = key;
      cachedLeaf = leaf;
      return leaf;
    }
    return NO_LEAF;
  }

  private Leaf leafForWriting(long gva) {
    Leaf known = leaf(gva);
    if (known != NO_LEAF) {
      return known;
    }
    if (gva < 0 || gva >= USER_END) {
      throw new IllegalArgumentException("0x" + Long.toHexString(gva) + " is not a user address");
    }
    Table table = root;
    for (int shift = ROOT_SHIFT; shift > LEAF_SHIFT; shift -= LEVEL_BITS) {
      int index = index(gva, shift);
      if (!(table.below[index] instanceof Table)) {
        Table made = new Table(gpaOf(frames.takeTable()));
        table.below[index] = made;
        link(table.gpa, index, made.gpa);
      }
      table = (Table) Objects.requireNonNull(table.below[index]);
    }
    Leaf made = new Leaf(gpaOf(frames.takeTable()));
    table.below[index(gva, LEAF_SHIFT)] = made;
    link(table.gpa, index(gva, LEAF_SHIFT), made.gpa);
    return made;
  }

  private void link(long table, int index, long below) {
    memory.setLong(table + index * 8L, below | PRESENT | WRITABLE | USER | ACCESSED);
  }

  /// Where the next leaf may begin, behind an address that has none: skips what an absent table of
  /// any level spans.
  private long nextLeaf(long gva, long end) {
    Table table = root;
    int shift = ROOT_SHIFT;
    while (shift > LEAF_SHIFT && table.below[index(gva, shift)] instanceof Table next) {
      table = next;
      shift -= LEVEL_BITS;
    }
    long next = ((gva >>> shift) + 1) << shift;
    return Math.min(next, end);
  }

  private static int index(long gva) {
    return index(gva, GuestMemory.PAGE_SHIFT);
  }

  private static int index(long gva, int shift) {
    return (int) (gva >>> shift) & (FANOUT - 1);
  }

  private static long gpaOf(int frame) {
    return (long) frame << GuestMemory.PAGE_SHIFT;
  }
}
