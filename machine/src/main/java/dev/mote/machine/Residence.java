package dev.mote.machine;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An image that has its place in a virtual machine: an address space whose pages are those of the
/// image, or were, and are put back to it.
///
/// **Putting back** copies the pages that were written to since, onto frames that stay mapped. A
/// page that was written to once counts as written from then on: copying it costs a twentieth of
/// what learning that it is written would. Now and then it is looked how many really differ; if
/// they are hardly any, because one call wrote far more than the others do, all are forgotten.
/// Pages that were bound, unbound or protected are put right one by one. What was not in the image,
/// but could be bound at any time by touching it, stays bound, with zeros: the next call finds it
/// and does not fault.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
public final class Residence {
  private static final long PAGE = GuestMemory.PAGE_SIZE;

  /// Whether a page that the image does not have may stay bound with zeros, because the mappings of
  /// the image's moment give it those rights and zeros anyway.
  @FunctionalInterface
  public interface Keeper {
    boolean keeps(long gva, int rights);
  }

  private static final MemorySegment ZERO_PAGE = MemorySegment.ofArray(new byte[(int) PAGE]);

  /// From so many pages on it is worth while to look whether they are still written to,
  private static final int MANY = 256;

  /// at one restore in so many,
  private static final int LOOK = 64;

  /// and to forget them if no more than one in so many is.
  private static final int FEW = 20;

  private static final Keeper NOTHING = (_, _) -> false;

  private final GuestMemory memory;
  private final Frames frames;
  private final PageTables tables;
  private final PageImage image;
  private final PageImage.Pages pages;

  // The pages that are copied back each time: where to, and where from.
  private int count;
  private long[] addresses = new long[16];
  private long[] targets = new long[16];
  private long[] offsets = new long[16];
  private MemorySegment[] sources = new MemorySegment[16];
  private int restores;
  private boolean movedPages;
  private int known; // so many of the pages that tables.written() lists are among them

  private Residence(
      GuestMemory memory,
      Frames frames,
      PageTables tables,
      PageImage image,
      PageImage.Pages pages) {
    this.memory = memory;
    this.frames = frames;
    this.tables = tables;
    this.image = image;
    this.pages = pages;
  }

  /// Binds the pages of an image in an address space that has none.
  ///
  /// @throws GuestMemoryExhaustedException if there are too few frames; the tables are to be freed
  public static Residence load(
      GuestMemory memory, Frames frames, PageTables tables, PageImage image) {
    var pages = PageImage.Pages.of(image);
    var residence = new Residence(memory, frames, tables, image, pages);
    for (int first = 0; first < pages.size(); ) {
      int rights = pages.rights(first);
      int end = first + 1;
      while (end < pages.size()
          && pages.rights(end) == rights
          && pages.address(end) == pages.address(end - 1) + PAGE) {
        end++;
      }
      residence.bindRun(first, end, rights);
      first = end;
    }
    tables.record();
    return residence;
  }

  private void bindRun(int first, int end, int rights) {
    for (int at = first; at < end; ) {
      Frames.Run run = frames.take(end - at);
      if (run.count() > 1) {
        memory.populate(run.gpa(), run.bytes());
      }
      for (int i = 0; i < run.count(); i++) {
        fill(at + i, run.gpa() + i * PAGE);
      }
      tables.bind(pages.address(at), run, rights, false);
      at += run.count();
    }
  }

  /// Puts the image's content of a page into a frame of zeros.
  private void fill(int page, long gpa) {
    long offset = pages.offset(page);
    if (offset != PageContent.ZEROS) {
      memory.write(gpa, pages.memory(page), offset, PAGE);
    }
  }

  /// Makes an image of an address space as it is, which is then at home there.
  ///
  /// @param before the image that it was put back to last; the new one is the difference to it
  public static Residence capture(
      GuestMemory memory, Frames frames, PageTables tables, @Nullable Residence before) {
    PageImage image = before == null ? captureAll(memory, tables) : before.capture();
    var pages = PageImage.Pages.of(image);
    tables.record();
    for (int i = 0; i < image.size(); i++) {
      tables.makeCount(image.address(i)); // it is the guest's now, no longer kept for a later call
    }
    return new Residence(memory, frames, tables, image, pages);
  }

  private static PageImage captureAll(GuestMemory memory, PageTables tables) {
    var bound = new LongList();
    for (long gva = tables.nextBound(0, PageTables.USER_END);
        gva < PageTables.USER_END;
        gva = tables.nextBound(gva + PAGE, PageTables.USER_END)) {
      bound.add(gva);
    }
    return new Capture(memory, tables, null).of(bound.sorted());
  }

  /// Makes an image of the address space as it is: what is different from this residence's image.
  public PageImage capture() {
    LongList written = tables.written();
    LongList changed = tables.changed();
    var candidates = new LongList();
    for (int i = 0; i < written.size(); i++) {
      candidates.add(written.get(i));
    }
    for (int i = 0; i < changed.size(); i++) {
      candidates.add(changed.get(i));
    }
    return new Capture(memory, tables, this).of(candidates.sorted());
  }

  public PageImage image() {
    return image;
  }

  /// The same, and nothing is bound that is not in the image.
  ///
  /// @return how many pages were copied
  public int restoreExactly() {
    tables.releaseSpare();
    return restore(NOTHING);
  }

  /// Puts every page back to what it is in the image.
  ///
  /// @return how many pages were copied
  public int restore(Keeper keeper) {
    LongList written = tables.written();
    movedPages = tables.changed().size() > 0;
    if (movedPages) {
      putRight(keeper);
      forgetStale();
      written = tables.written();
    }
    for (; known < written.size(); known++) {
      learn(written.get(known));
    }
    int copied = count;
    boolean forgets = count >= MANY && ++restores % LOOK == 0 && differing() * FEW < count;
    copyBack();
    if (forgets) {
      tables.forgetWritten(); // who writes to one of them is found out anew
      count = 0;
      known = 0;
    }
    return copied;
  }

  private void copyBack() {
    for (int i = 0; i < count; i++) {
      if (offsets[i] == PageContent.ZEROS) {
        memory.fill(targets[i], PAGE, (byte) 0);
      } else {
        memory.write(targets[i], sources[i], offsets[i], PAGE);
      }
    }
  }

  private int differing() {
    int differing = 0;
    for (int i = 0; i < count; i++) {
      boolean same =
          offsets[i] == PageContent.ZEROS
              ? memory.isSame(targets[i], ZERO_PAGE, 0, PAGE)
              : memory.isSame(targets[i], sources[i], offsets[i], PAGE);
      differing += same ? 0 : 1;
    }
    return differing;
  }

  /// Whether the last [#restore] has bound pages anew, which may be on other frames by now.
  public boolean hasMovedPages() {
    return movedPages;
  }

  /// A page is among those that are copied back from now on.
  private void learn(long gva) {
    if (!tables.isWritten(gva)) {
      return; // it was, and is a new page by now
    }
    if (count == addresses.length) {
      addresses = Arrays.copyOf(addresses, 2 * count);
      targets = Arrays.copyOf(targets, 2 * count);
      offsets = Arrays.copyOf(offsets, 2 * count);
      sources = Arrays.copyOf(sources, 2 * count);
    }
    int page = pages.indexOf(gva);
    addresses[count] = gva;
    targets[count] = tables.gpa(gva);
    offsets[count] = page < 0 ? PageContent.ZEROS : pages.offset(page);
    sources[count] = offsets[count] == PageContent.ZEROS ? MemorySegment.NULL : pages.memory(page);
    count++;
  }

  /// After pages have changed some are no more, or on other frames.
  private void forgetStale() {
    count = 0;
    known = 0;
    tables.forgetStaleWritten();
  }

  private void putRight(Keeper keeper) {
    long[] changed = tables.changed().sorted();
    releaseSurplus(changed, keeper);
    for (long gva : changed) {
      int page = pages.indexOf(gva);
      if (page >= 0) {
        putRight(gva, page);
      }
    }
    tables.acceptChanges();
  }

  private void putRight(long gva, int page) {
    int rights = pages.rights(page);
    if (!tables.isBound(gva)) {
      Frames.Run run = frames.take(1);
      fill(page, run.gpa());
      tables.bind(gva, run, rights, false);
      return;
    }
    if (tables.rights(gva) != rights) {
      tables.protect(gva, gva + PAGE, rights);
    }
    long gpa = tables.gpa(gva);
    if (pages.offset(page) == PageContent.ZEROS) {
      memory.fill(gpa, PAGE, (byte) 0);
    } else {
      fill(page, gpa);
    }
  }

  /// Frees what the image does not have, in runs, and keeps what may stay.
  private void releaseSurplus(long[] changed, Keeper keeper) {
    long start = -1;
    long end = -1;
    for (long gva : changed) {
      if (pages.indexOf(gva) >= 0 || !tables.isBound(gva) || keep(gva, keeper)) {
        continue;
      }
      if (gva != end) {
        release(start, end);
        start = gva;
      }
      end = gva + PAGE;
    }
    release(start, end);
  }

  private void release(long start, long end) {
    if (end > start) {
      tables.release(start, end);
    }
  }

  private boolean keep(long gva, Keeper keeper) {
    if (!keeper.keeps(gva, tables.rights(gva)) || !tables.makeSpare(gva)) {
      return false;
    }
    memory.fill(tables.gpa(gva), PAGE, (byte) 0);
    return true;
  }

  /// Makes the address space, which is as this image, into that of an image that is a difference to
  /// it. The next [#restore] takes it back.
  ///
  /// @throws GuestMemoryExhaustedException if there are too few frames
  public void apply(PageImage difference) {
    for (int i = 0; i < difference.size(); i++) {
      long gva = difference.address(i);
      byte rights = difference.rights(i);
      if (rights == PageImage.ABSENT) {
        tables.release(gva, gva + PAGE);
        continue;
      }
      if (!tables.isBound(gva)) {
        tables.bind(gva, frames.take(1), rights, false);
      } else if (tables.rights(gva) != rights) {
        tables.protect(gva, gva + PAGE, rights);
      }
      long gpa = tables.gpaToWrite(gva);
      if (difference.isZeros(i)) {
        memory.fill(gpa, PAGE, (byte) 0);
      } else {
        PageContent content = difference.content();
        memory.write(gpa, content.memory(i), content.offset(i), PAGE);
      }
    }
  }

  /// Takes an image of some pages.
  private record Capture(GuestMemory memory, PageTables tables, @Nullable Residence before) {
    PageImage of(long[] candidates) {
      long[] addresses = new long[candidates.length];
      byte[] rights = new byte[candidates.length];
      boolean[] zeros = new boolean[candidates.length];
      int count = 0;
      int full = 0;
      for (long gva : candidates) {
        if (!isDifferent(gva)) {
          continue;
        }
        addresses[count] = gva;
        rights[count] = tables.isBound(gva) ? (byte) tables.rights(gva) : PageImage.ABSENT;
        zeros[count] = rights[count] == PageImage.ABSENT || isZeros(tables.gpa(gva));
        full += zeros[count++] ? 0 : 1;
      }
      int[] taken = PageBlocks.take(full);
      int[] blocks = new int[count];
      int next = 0;
      for (int i = 0; i < count; i++) {
        blocks[i] = zeros[i] ? -1 : taken[next++];
        if (!zeros[i]) {
          memory.read(
              tables.gpa(addresses[i]),
              PageBlocks.piece(blocks[i]),
              PageBlocks.offset(blocks[i]),
              PAGE);
        }
      }
      return new PageImage(
          before == null ? null : before.image,
          Arrays.copyOf(addresses, count),
          Arrays.copyOf(rights, count),
          new PageContent.InBlocks(blocks, taken));
    }

    private boolean isDifferent(long gva) {
      if (before == null) {
        return true;
      }
      int page = before.pages.indexOf(gva);
      boolean bound = tables.isBound(gva);
      if (page < 0) {
        return bound;
      }
      if (!bound || tables.rights(gva) != before.pages.rights(page)) {
        return true;
      }
      long offset = before.pages.offset(page);
      long gpa = tables.gpa(gva);
      return offset == PageContent.ZEROS
          ? !isZeros(gpa)
          : !memory.isSame(gpa, before.pages.memory(page), offset, PAGE);
    }

    private boolean isZeros(long gpa) {
      return memory.getLong(gpa) == 0 && memory.isSame(gpa, ZERO_PAGE, 0, PAGE);
    }
  }
}
