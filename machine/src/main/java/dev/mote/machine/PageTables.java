package dev.mote.machine;

import java.util.ArrayList;
import java.util.Arrays;
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

  // A page in Java: the frame's number, 0 for "no frame bound", above two marks and the rights.
  private static final int RIGHTS = 7;

  /// Its content may be another than when recording began.
  private static final int WRITTEN = 8;

  /// It has been bound, unbound, or given other rights since recording began.
  private static final int CHANGED = 16;

  private static final int FRAME_SHIFT = 5;

  /// The largest frame number that fits, so guest memory is below 512 GiB.
  static final int MAX_FRAME = (1 << (32 - FRAME_SHIFT)) - 1;

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
    final long gva; // of the first page
    final int[] pages = new int[FANOUT];

    /// A bit for each page that can be written to and was not, as far as is known: those whose
    /// dirty bits are to be looked at.
    final long[] clean = new long[FANOUT / Long.SIZE];

    /// A bit for each page whose frame is spare.
    final long[] spare = new long[FANOUT / Long.SIZE];

    Leaf(long gpa, long gva) {
      this.gpa = gpa;
      this.gva = gva;
    }
  }

  private static final Leaf NO_LEAF = new Leaf(0, 0);

  private final GuestMemory memory;
  private final Frames frames;
  private final Table root;
  private final ArrayList<Leaf> leaves = new ArrayList<>();
  private long cachedKey = -1; // of the leaf that was used last
  private Leaf cachedLeaf = NO_LEAF;
  // Made once: a class that stands for a method is in no AOT cache if only some starts need it.
  private final FrameRuns forgets;
  private final FrameRuns frees;
  private boolean recording;
  private final LongList written = new LongList(); // addresses of pages that were marked WRITTEN
  private final LongList changed = new LongList(); // and CHANGED

  /// @throws GuestMemoryExhaustedException if not even the root can be had
  public PageTables(GuestMemory memory, Frames frames) {
    this.memory = memory;
    this.frames = frames;
    forgets = new FrameRuns((first, count) -> forget(memory, first, count));
    frees = new FrameRuns(frames::free);
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
    return page(gva) >>> FRAME_SHIFT != 0;
  }

  /// The rights of a bound page, 0 if none is bound.
  public int rights(long gva) {
    return page(gva) & RIGHTS;
  }

  /// Where the byte at this address is in guest physical memory.
  ///
  /// @throws IllegalArgumentException if no frame is bound there
  public long gpa(long gva) {
    int frame = page(gva) >>> FRAME_SHIFT;
    if (frame == 0) {
      throw new IllegalArgumentException("no frame is bound at 0x" + Long.toHexString(gva));
    }
    return gpaOf(frame) | (gva & (PAGE - 1));
  }

  /// The same for the host to write there: the page counts as written to. One that was bound or
  /// protected since [#record] does so already.
  public long gpaToWrite(long gva) {
    if (recording) {
      Leaf leaf = leaf(gva);
      int index = index(gva);
      if ((leaf.pages[index] & (WRITTEN | CHANGED)) == 0) {
        markWritten(leaf, index);
      }
    }
    return gpa(gva);
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
      while (index < FANOUT && at < end && leaf.pages[index] >>> FRAME_SHIFT == 0) {
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
  /// @param rights [#READ], [#WRITE], [#EXECUTE] or none; each of the others includes reading Their
  ///   dirty bits are set ahead where that tells nothing wrong, which makes the guest's first write
  ///   much cheaper under shadow paging: before [#record] nobody asks for them.
  ///
  /// @param written the pages are known to be written to, also after [#record]
  /// @throws GuestMemoryExhaustedException if a table is needed and the budget is used up; the
  ///   frames that were not bound by then are freed
  public void bind(long gva, Frames.Run run, int rights, boolean written) {
    boolean ahead = written || (!recording && (rights & WRITE) != 0);
    for (int i = 0; i < run.count(); i++) {
      Leaf leaf;
      try {
        leaf = leafForWriting(gva + i * PAGE);
      } catch (GuestMemoryExhaustedException e) {
        frames.free(run.first() + i, run.count() - i);
        throw e;
      }
      int index = index(gva + i * PAGE);
      if (leaf.pages[index] >>> FRAME_SHIFT != 0) {
        throw new IllegalArgumentException(
            "a frame is bound already at 0x" + Long.toHexString(gva + i * PAGE));
      }
      set(leaf, index, run.first() + i, rights, ahead ? DIRTY : 0);
    }
  }

  /// Changes the rights of every bound page in a range.
  public void protect(long start, long end, int rights) {
    for (long at = nextBound(start, end); at < end; at = nextBound(at + PAGE, end)) {
      Leaf leaf = leaf(at);
      int page = leaf.pages[index(at)];
      int frame = page >>> FRAME_SHIFT;
      // Where the hypervisor may still know the page as writable, the next write would not set the
      // dirty bit again.
      set(leaf, index(at), frame, rights, memory.getLong(leaf.gpa + index(at) * 8L) & DIRTY);
      if ((page & RIGHTS & ~rights) == 0) {
        continue; // nothing was taken away
      }
      forgets.add(frame);
    }
    forgets.end();
  }

  /// Unbinds every page of a range and frees the frames.
  public void release(long start, long end) {
    for (long at = nextBound(start, end); at < end; at = nextBound(at + PAGE, end)) {
      frees.add(clear(at));
    }
    frees.end();
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
      forget(memory, frame, 1);
    }
  }

  /// From now on it is known which pages change: forgets what was written and changed before.
  ///
  /// The dirty bits are cleared, so the hypervisor must learn them anew: dear, and meant for once.
  void record() {
    recording = true;
    written.clear();
    changed.clear();
    for (Leaf leaf : leaves) {
      for (int index = 0; index < FANOUT; index++) {
        int page = leaf.pages[index] & ~(WRITTEN | CHANGED);
        leaf.pages[index] = page;
        setClean(leaf, index, (page & WRITE) != 0);
        if ((page & WRITE) != 0) {
          long entry = leaf.gpa + index * 8L;
          memory.setLong(entry, memory.getLong(entry) & ~DIRTY);
        }
      }
    }
    forgetWritable();
  }

  private void forgetWritable() {
    for (long at = nextBound(0, USER_END); at < USER_END; at = nextBound(at + PAGE, USER_END)) {
      int page = page(at);
      if ((page & WRITE) != 0) {
        forgets.add(page >>> FRAME_SHIFT);
      }
    }
    forgets.end();
  }

  /// The written pages count as clean again. The hypervisor must learn anew which are written.
  void forgetWritten() {
    long[] all = written.sorted();
    written.clear();
    for (long gva : all) {
      Leaf leaf = leaf(gva);
      int index = index(gva);
      int page = leaf.pages[index];
      if ((page & WRITTEN) != 0) {
        leaf.pages[index] = page & ~WRITTEN;
        setClean(leaf, index, (page & WRITE) != 0);
        long entry = leaf.gpa + index * 8L;
        memory.setLong(entry, memory.getLong(entry) & ~DIRTY);
        forgets.add(page >>> FRAME_SHIFT);
      }
    }
    forgets.end();
  }

  /// Looks for pages that the guest has written to. The processor says so in their entries, which
  /// the guest cannot change.
  ///
  /// @return addresses of all pages written to since [#record], in the order in which that was
  ///   found; some may have been unbound meanwhile
  LongList written() {
    for (int i = 0; i < leaves.size(); i++) {
      Leaf leaf = leaves.get(i);
      for (int word = 0; word < leaf.clean.length; word++) {
        for (long rest = leaf.clean[word]; rest != 0; rest &= rest - 1) {
          int index = (word << 6) + Long.numberOfTrailingZeros(rest);
          if ((memory.getLong(leaf.gpa + index * 8L) & DIRTY) != 0) {
            markWritten(leaf, index);
          }
        }
      }
    }
    return written;
  }

  /// Addresses of the pages that were bound, unbound or given other rights since [#record] or
  /// [#acceptChanges], each once.
  LongList changed() {
    return changed;
  }

  /// All changes are as they should be.
  void acceptChanges() {
    for (int i = 0; i < changed.size(); i++) {
      long gva = changed.get(i);
      Leaf leaf = leaf(gva);
      leaf.pages[index(gva)] &= ~CHANGED;
    }
    changed.clear();
  }

  /// The written pages that were unbound or moved meanwhile are listed no more.
  void forgetStaleWritten() {
    long[] all = written.sorted();
    written.clear();
    for (long gva : all) {
      if (isWritten(gva)) {
        written.add(gva);
      }
    }
  }

  /// A bound page is kept from now on though nobody has it.
  ///
  /// @return false if there are enough of that kind
  boolean makeSpare(long gva) {
    Leaf leaf = leaf(gva);
    int index = index(gva);
    long bit = 1L << index;
    if ((leaf.spare[index >>> 6] & bit) == 0) {
      if (!frames.spare()) {
        return false;
      }
      leaf.spare[index >>> 6] |= bit;
    }
    return true;
  }

  /// Unbinds every spare page.
  void releaseSpare() {
    for (int i = 0; i < leaves.size(); i++) {
      Leaf leaf = leaves.get(i);
      for (int word = 0; word < leaf.spare.length; word++) {
        for (long rest = leaf.spare[word]; rest != 0; rest &= rest - 1) {
          long gva = leaf.gva + ((word << 6) + Long.numberOfTrailingZeros(rest)) * PAGE;
          release(gva, gva + PAGE);
        }
      }
    }
  }

  /// A page counts, if it was spare.
  void makeCount(long gva) {
    if (takeSpare(leaf(gva), index(gva))) {
      frames.noLongerSpare();
    }
  }

  private boolean takeSpare(Leaf leaf, int index) {
    long bit = 1L << index;
    boolean was = (leaf.spare[index >>> 6] & bit) != 0;
    leaf.spare[index >>> 6] &= ~bit;
    return was;
  }

  /// Whether the page is known to have been written to since [#record].
  boolean isWritten(long gva) {
    return (page(gva) & WRITTEN) != 0;
  }

  /// Unbinds everything and forgets what was recorded. The tables stay where they are.
  public void clear() {
    recording = false;
    release(0, USER_END);
    written.clear();
    changed.clear();
    for (Leaf leaf : leaves) {
      Arrays.fill(leaf.pages, 0);
    }
  }

  private int page(long gva) {
    return leaf(gva).pages[index(gva)];
  }

  private int clear(long gva) {
    Leaf leaf = leaf(gva);
    int index = index(gva);
    int frame = leaf.pages[index] >>> FRAME_SHIFT;
    if (takeSpare(leaf, index)) {
      frames.noLongerSpare();
    }
    put(leaf, index, 0);
    memory.setLong(leaf.gpa + index * 8L, 0);
    return frame;
  }

  private void put(Leaf leaf, int index, int page) {
    int before = leaf.pages[index];
    leaf.pages[index] = page | (before & CHANGED);
    setClean(leaf, index, (page & PageTables.WRITE) != 0);
    if (recording && (before & CHANGED) == 0) {
      leaf.pages[index] |= CHANGED;
      changed.add(leaf.gva + index * PAGE);
    }
  }

  private static void setClean(Leaf leaf, int index, boolean clean) {
    long bit = 1L << index;
    leaf.clean[index >>> 6] =
        clean ? leaf.clean[index >>> 6] | bit : leaf.clean[index >>> 6] & ~bit;
  }

  private void markWritten(Leaf leaf, int index) {
    leaf.pages[index] |= WRITTEN;
    setClean(leaf, index, false);
    written.add(leaf.gva + index * PAGE);
  }

  private void set(Leaf leaf, int index, int frame, int rights, long bits) {
    put(leaf, index, (frame << FRAME_SHIFT) | rights);
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

  private static void forget(GuestMemory memory, int first, int count) {
    memory.forget(gpaOf(first), count * PAGE);
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
    Leaf made = new Leaf(gpaOf(frames.takeTable()), gva >>> LEAF_SHIFT << LEAF_SHIFT);
    leaves.add(made);
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
