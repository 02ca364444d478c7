package dev.mote.linux;

import static dev.mote.linux.Errno.EACCES;
import static dev.mote.linux.Errno.EEXIST;
import static dev.mote.linux.Errno.EFAULT;
import static dev.mote.linux.Errno.EINVAL;
import static dev.mote.linux.Errno.ENOMEM;

import dev.mote.machine.Frames;
import dev.mote.machine.GuestMemory;
import dev.mote.machine.GuestMemoryExhaustedException;
import dev.mote.machine.PageTables;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A program's virtual memory: the list of its mappings, which is the truth, and the frames that
/// are bound to their pages.
///
/// **Binding.** A page of a mapping has no frame until it needs one. A small mapping gets its
/// frames at once, so that the program never faults on it; a large one gets them on first touch, in
/// chunks that grow while the touches go upwards. So a program may make far more accessible than
/// the memory limit, which counts bound frames.
///
/// Addresses are those of the guest; ranges go from an inclusive to an exclusive end and are whole
/// pages unless said otherwise. Callers have checked what a program passed: a range lies below
/// [PageTables#USER_END] and does not wrap.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class AddressSpace {
  static final long PAGE = GuestMemory.PAGE_SIZE;

  /// The lowest address that may be mapped: Linux's default for vm.mmap_min_addr.
  static final long LOWEST = 0x1_0000;

  /// The end of what mmap places by itself, below the stack and its guard gap.
  static final long MMAP_TOP = 0x7fff_f000_0000L;

  /// Linux's default for vm.max_map_count.
  static final int MAX_MAPPINGS = 65_530;

  /// A mapping of up to this many pages (256 KiB) is bound at once.
  private static final int EAGER_PAGES = 64;

  /// A mapping of a source, whose pages must be copied, is bound at once up to this many (2 MiB):
  /// the ordinary static program then starts without a single page fault.
  private static final int EAGER_SOURCE_PAGES = 512;

  private static final int FIRST_CHUNK = 64;
  private static final int LARGEST_CHUNK = 512;

  private final GuestMemory memory;
  private final Frames frames;
  private final PageTables tables;
  private final TreeMap<Long, Mapping> mappings = new TreeMap<>();
  private long mapped; // bytes of address space in mappings
  private long version; // grows with every change of a mapping
  private long loadedVersion;
  private long noRoomAbove = MMAP_TOP; // above it no gap is longer than longestGap
  private long longestGap;
  private long nextTouch; // the page behind the last chunk that was bound on touch
  private int chunk = FIRST_CHUNK;

  AddressSpace(GuestMemory memory, Frames frames) {
    this(memory, frames, new PageTables(memory, frames));
  }

  /// @param tables with nothing bound
  AddressSpace(GuestMemory memory, Frames frames, PageTables tables) {
    this.memory = memory;
    this.frames = frames;
    this.tables = tables;
  }

  /// The mappings are these; their pages are not touched.
  void load(List<Mapping> all) {
    mappings.clear();
    mapped = 0;
    all.forEach(this::put);
    noRoomAbove = MMAP_TOP;
    longestGap = 0;
    forgetTouches();
    loadedVersion = version;
  }

  /// The next touch begins small, whatever the earlier ones were.
  void forgetTouches() {
    nextTouch = 0;
    chunk = FIRST_CHUNK;
  }

  /// Whether there are others than those that were loaded.
  boolean hasChanged() {
    return version != loadedVersion;
  }

  /// As long as it is the same, so are the mappings.
  long version() {
    return version;
  }

  /// A page of zeros with these rights may be bound there at any time: touching it would.
  boolean mayBind(long gva, int rights) {
    Mapping mapping = find(gva);
    return mapping != null && mapping.source() == null && rights(mapping.protection()) == rights;
  }

  PageTables tables() {
    return tables;
  }

  Collection<Mapping> mappings() {
    return mappings.values();
  }

  /// Bytes of address space in all mappings.
  long mappedBytes() {
    return mapped;
  }

  /// The mapping that holds an address.
  @Nullable Mapping find(long address) {
    Map.Entry<Long, Mapping> entry = mappings.floorEntry(address);
    return entry != null && address < entry.getValue().end() ? entry.getValue() : null;
  }

  boolean isFree(long start, long end) {
    Map.Entry<Long, Mapping> below = mappings.lowerEntry(end);
    return below == null || below.getValue().end() <= start;
  }

  /// The highest free range of a length below [#MMAP_TOP].
  ///
  /// A search passes over the gaps that an earlier one found too short: without that, a program
  /// that makes many mappings would pay for each with a look at all the others.
  ///
  /// @throws ErrnoException ENOMEM if there is none
  long findFree(long length) {
    boolean fromTop = length <= longestGap;
    long end = fromTop ? MMAP_TOP : noRoomAbove;
    long longest = fromTop ? 0 : longestGap;
    while (true) {
      Map.Entry<Long, Mapping> below = mappings.lowerEntry(end);
      long floor = below == null ? LOWEST : Math.max(below.getValue().end(), LOWEST);
      if (end - floor >= length) {
        if (end <= noRoomAbove) {
          noRoomAbove = end;
          longestGap = longest;
        }
        return end - length;
      }
      longest = Math.max(longest, end - floor);
      if (below == null) {
        throw ENOMEM.exception();
      }
      end = below.getKey();
    }
  }

  /// Whether to follow a program that would like to have memory at an address. Page tables keep
  /// their places for good, so a program that asks for ever new places would use up their budget:
  /// once half of it is gone, only places that have tables already are good.
  boolean isWorthFollowing(long hint) {
    return frames.tablesAvailable() > frames.tableLimit() / 2 || tables.hasTable(hint);
  }

  /// A range has become free: searches shall find it, and what is free beside it.
  private void freed(long end) {
    if (end <= noRoomAbove) {
      return;
    }
    Map.Entry<Long, Mapping> below = mappings.lowerEntry(end);
    long gapStart = below == null ? LOWEST : below.getValue().end();
    Long above = mappings.ceilingKey(end);
    long gapEnd = above == null ? MMAP_TOP : Math.min(above, MMAP_TOP);
    if (gapStart < noRoomAbove) {
      noRoomAbove = Math.max(noRoomAbove, gapEnd);
    } else {
      longestGap = Math.max(longestGap, gapEnd - gapStart);
    }
  }

  /// Maps a range that is replaced whole, whatever was there.
  ///
  /// @throws ErrnoException ENOMEM if there are too many mappings, or memory for a small mapping is
  ///   not to be had; the range is then free
  void map(Mapping mapping) {
    unmap(mapping.start(), mapping.end());
    if (mappings.size() >= MAX_MAPPINGS) {
      throw ENOMEM.exception();
    }
    insert(mapping);
    if (mapping.protection() != Mapping.PROT_NONE && isSmall(mapping)) {
      try {
        bind(mapping, mapping.start(), mapping.end(), false);
      } catch (GuestMemoryExhaustedException e) {
        unmap(mapping.start(), mapping.end());
        throw ENOMEM.exception();
      }
    }
  }

  /// @throws ErrnoException EEXIST if anything is mapped in the range
  void mapWhereFree(Mapping mapping) {
    if (!isFree(mapping.start(), mapping.end())) {
      throw EEXIST.exception();
    }
    map(mapping);
  }

  private static boolean isSmall(Mapping mapping) {
    long pages = mapping.length() / PAGE;
    return pages <= (mapping.source() == null ? EAGER_PAGES : EAGER_SOURCE_PAGES);
  }

  /// Unmaps whatever is mapped in a range.
  ///
  /// @throws ErrnoException ENOMEM if a mapping had to be split and there are too many
  void unmap(long start, long end) {
    Mapping holder = find(start);
    if (holder != null && holder.start() < start && holder.end() > end) {
      requireRoomForSplit();
    }
    splitAt(start);
    splitAt(end);
    var inside = mappings.subMap(start, end);
    for (Mapping mapping : inside.values()) {
      mapped -= mapping.length();
      tellOfRelease(mapping, mapping.start(), mapping.end());
    }
    if (!inside.isEmpty()) {
      inside.clear();
      version++;
      freed(end);
      tables.release(start, end);
    }
  }

  /// Changes the rights of a range.
  ///
  /// @throws ErrnoException ENOMEM if a part of the range is not mapped; what lies before it is
  ///   changed then
  void protect(long start, long end, int protection) {
    long at = start;
    while (at < end) {
      Mapping mapping = find(at);
      if (mapping == null) {
        throw ENOMEM.exception();
      }
      long to = Math.min(mapping.end(), end);
      if ((protection & Mapping.PROT_WRITE) != 0
          && mapping.source() != null
          && !mapping.source().mayWrite()) {
        throw EACCES.exception();
      }
      if (mapping.protection() != protection) {
        protectWithin(mapping, at, to, protection);
      }
      at = to;
    }
  }

  private void protectWithin(Mapping mapping, long start, long end, int protection) {
    int more = (mapping.start() < start ? 1 : 0) + (mapping.end() > end ? 1 : 0);
    if (mappings.size() > MAX_MAPPINGS - more) {
      throw ENOMEM.exception();
    }
    remove(mapping);
    if (mapping.start() < start) {
      insert(mapping.part(mapping.start(), start));
    }
    if (mapping.end() > end) {
      insert(mapping.part(end, mapping.end()));
    }
    Mapping changed = mapping.part(start, end).withProtection(protection);
    insert(changed);
    tables.protect(start, end, rights(protection));
    boolean becameUsable = mapping.protection() == Mapping.PROT_NONE;
    if (becameUsable && protection != Mapping.PROT_NONE && isSmall(changed)) {
      try {
        bind(changed, start, end, false);
      } catch (GuestMemoryExhaustedException e) {
        // Not an error of mprotect: the pages are bound when they are touched, if memory is to be
        // had then.
        return;
      }
    }
  }

  /// Throws away the content of a range: it reads as when it was mapped.
  ///
  /// @throws ErrnoException ENOMEM if a part of the range is not mapped; the rest is done
  void discard(long start, long end) {
    boolean hole = false;
    long at = start;
    while (at < end) {
      Mapping mapping = find(at);
      if (mapping == null) {
        hole = true;
        Long next = mappings.ceilingKey(at);
        at = next == null ? end : Math.min(next, end);
        continue;
      }
      long to = Math.min(mapping.end(), end);
      tellOfRelease(mapping, at, to);
      tables.release(at, to);
      at = to;
    }
    if (hole) {
      throw ENOMEM.exception();
    }
  }

  /// Pages are about to be unbound, and those of a shared file are not to be lost.
  private void tellOfRelease(Mapping mapping, long start, long end) {
    PageSource source = mapping.source();
    if (source == null || !source.isShared()) {
      return;
    }
    for (long at = tables.nextBound(start, end); at < end; at = tables.nextBound(at + PAGE, end)) {
      source.released(mapping.offset(at), at);
    }
  }

  /// Moves a part of one mapping, with its content, to a free range, and leaves nothing behind.
  ///
  /// @param length of the new range; what is longer than the old one is added behind it
  void move(long start, long end, long target, long length) {
    Mapping mapping = find(start);
    if (mapping == null || mapping.end() < end) {
      throw EFAULT.exception();
    }
    if (mappings.size() > MAX_MAPPINGS - 2) {
      throw ENOMEM.exception(); // one more here, and perhaps two where one was
    }
    long moved = Math.min(end - start, length);
    Mapping part = mapping.part(start, start + moved);
    Mapping there =
        new Mapping(
            target,
            target + length,
            part.protection(),
            part.shared(),
            part.source(),
            part.offset(),
            part.name());
    insert(there);
    try {
      tellOfRelease(mapping, start, start + moved);
      if (mapping.source() != null && mapping.source().isShared()) {
        tables.release(start, start + moved); // they come back where they are touched
      }
      tables.move(start, start + moved, target);
    } catch (GuestMemoryExhaustedException e) {
      remove(Objects.requireNonNull(find(target)));
      throw ENOMEM.exception();
    }
    unmap(start, end);
  }

  /// Makes a mapping longer; the range behind it is free.
  void extend(Mapping mapping, long end) {
    remove(mapping);
    Mapping longer =
        new Mapping(
            mapping.start(),
            end,
            mapping.protection(),
            mapping.shared(),
            mapping.source(),
            mapping.offset(),
            mapping.name());
    insert(longer);
    if (end - mapping.end() <= EAGER_PAGES * PAGE && mapping.protection() != Mapping.PROT_NONE) {
      try {
        bind(longer, mapping.end(), end, false);
      } catch (GuestMemoryExhaustedException e) {
        unmap(mapping.end(), end);
        throw ENOMEM.exception();
      }
    }
  }

  /// What became of an access to a page.
  enum Touch {
    /// The page is there now: the access can be made again.
    BOUND,
    /// Nothing is mapped at the address.
    UNMAPPED,
    /// The mapping does not allow the access.
    FORBIDDEN,
    /// The page lies behind the end of the file that is mapped.
    BEHIND_END
  }

  /// The program, or a system call for it, accesses an address.
  ///
  /// @param right one of [PageTables#READ], [PageTables#WRITE], [PageTables#EXECUTE]
  /// @throws GuestMemoryExhaustedException if the page needs a frame and there is none
  Touch touch(long address, int right) {
    Mapping mapping = find(address);
    if (mapping == null) {
      return Touch.UNMAPPED;
    }
    if ((rights(mapping.protection()) & right) == 0) {
      return Touch.FORBIDDEN;
    }
    long page = address & -PAGE;
    PageSource source = mapping.source();
    if (source != null && mapping.offset(page) >= source.size()) {
      return Touch.BEHIND_END;
    }
    if (!tables.isBound(page)) {
      bindChunk(mapping, page, right == PageTables.WRITE);
    }
    // A file of the host may have become shorter since its size was asked for.
    return tables.isBound(page) ? Touch.BOUND : Touch.BEHIND_END;
  }

  /// Binds every page of a range that has no frame yet (MADV_POPULATE, MAP_POPULATE).
  void populate(long start, long end) {
    long at = start;
    while (at < end) {
      Mapping mapping = find(at);
      if (mapping == null || mapping.protection() == Mapping.PROT_NONE) {
        throw ENOMEM.exception();
      }
      long to = Math.min(mapping.end(), end);
      bind(mapping, at, to, false);
      at = to;
    }
  }

  /// Binds the page and those around it. Touches that go upwards make the chunks grow; little
  /// memory makes them one page.
  private void bindChunk(Mapping mapping, long page, boolean written) {
    boolean upwards = page == nextTouch;
    chunk = upwards ? Math.min(chunk * 2, LARGEST_CHUNK) : FIRST_CHUNK;
    long length = (frames.available() < 4 * chunk ? 1 : chunk) * PAGE;
    long from = upwards ? page : Math.max(page & -length, mapping.start());
    long to = Math.min((upwards ? page : page & -length) + length, mapping.end());
    nextTouch = to;
    bind(mapping, page, to, written); // first, for there may be room for no more
    bind(mapping, from, page, written);
  }

  private void bind(Mapping mapping, long start, long end, boolean written) {
    long limit = end;
    PageSource source = mapping.source();
    if (source != null) {
      long last = mapping.start() + Math.max(0, source.size() - mapping.offset());
      limit = Math.min(end, (last + PAGE - 1) & -PAGE);
    }
    long at = start;
    while (at < limit) {
      if (tables.isBound(at)) {
        at += PAGE;
        continue;
      }
      long to = tables.nextBound(at, limit);
      int wanted = (int) Math.min((to - at) / PAGE, LARGEST_CHUNK);
      if (source != null) {
        wanted = source.claim(mapping.offset(at), wanted);
        if (wanted == 0) {
          return; // there is no room for what would be written there
        }
      }
      Frames.Run run = frames.take(wanted);
      if (run.count() > 1) {
        memory.populate(run.gpa(), run.bytes());
      }
      if (source != null) {
        copy(source, mapping.offset(at), run);
      }
      tables.bind(at, run, rights(mapping.protection()), written);
      if (source != null) {
        source.bound(mapping.offset(at), at, run.count());
      }
      at += run.bytes();
    }
  }

  private void copy(PageSource source, long position, Frames.Run run) {
    try {
      source.copy(position, memory, run.gpa(), (int) run.bytes());
    } catch (ErrnoException e) {
      frames.free(run.first(), run.count());
      throw e;
    }
  }

  static int rights(int protection) {
    int rights = 0;
    if (protection != Mapping.PROT_NONE) {
      rights = PageTables.READ;
    }
    if ((protection & Mapping.PROT_WRITE) != 0) {
      rights |= PageTables.WRITE;
    }
    if ((protection & Mapping.PROT_EXEC) != 0) {
      rights |= PageTables.EXECUTE;
    }
    return rights;
  }

  private void requireRoomForSplit() {
    if (mappings.size() >= MAX_MAPPINGS) {
      throw ENOMEM.exception();
    }
  }

  private void splitAt(long address) {
    Mapping mapping = find(address);
    if (mapping != null && mapping.start() < address) {
      remove(mapping);
      put(mapping.part(mapping.start(), address));
      put(mapping.part(address, mapping.end()));
    }
  }

  private void remove(Mapping mapping) {
    version++;
    mappings.remove(mapping.start());
    mapped -= mapping.length();
  }

  private void put(Mapping mapping) {
    version++;
    mappings.put(mapping.start(), mapping);
    mapped += mapping.length();
  }

  /// Puts a mapping where nothing is, joined to its neighbours where they are alike.
  private void insert(Mapping mapping) {
    if (mapping.length() <= 0) {
      throw EINVAL.exception();
    }
    Mapping joined = mapping;
    Map.Entry<Long, Mapping> below = mappings.lowerEntry(mapping.start());
    if (below != null && below.getValue().continuesIn(joined)) {
      remove(below.getValue());
      joined = join(below.getValue(), joined);
    }
    Mapping above = mappings.get(mapping.end());
    if (above != null && joined.continuesIn(above)) {
      remove(above);
      joined = join(joined, above);
    }
    put(joined);
  }

  private static Mapping join(Mapping lower, Mapping upper) {
    return new Mapping(
        lower.start(),
        upper.end(),
        lower.protection(),
        lower.shared(),
        lower.source(),
        lower.offset(),
        lower.name());
  }
}
