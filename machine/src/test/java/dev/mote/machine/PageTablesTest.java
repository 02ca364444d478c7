package dev.mote.machine;

import static dev.mote.machine.PageTables.EXECUTE;
import static dev.mote.machine.PageTables.READ;
import static dev.mote.machine.PageTables.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The page tables and the frames beneath them, without a virtual machine: what the tables in guest
/// memory say is read back here as a processor would.
class PageTablesTest {
  private static final long PAGE = 4096;
  private static final int DATA_LIMIT = 300;
  private static final int TABLE_LIMIT = 40;
  private static final long AREA = 0x1234_5600_0000L;

  private final Arena arena = Arena.ofConfined();
  private final GuestMemory memory =
      new GuestMemory((Supervisor.FIRST_FREE_FRAME + DATA_LIMIT + TABLE_LIMIT) * PAGE, arena);
  private final Frames frames =
      new Frames(new FrameMap(memory, Supervisor.FIRST_FREE_FRAME), DATA_LIMIT, TABLE_LIMIT, 0);
  private final PageTables tables = new PageTables(memory, frames);

  @AfterEach
  void close() {
    arena.close();
  }

  /// What a processor finds for an address: the entry of the last level, 0 if a level is absent.
  private long walk(long gva) {
    long table = tables.root();
    for (int shift = 39; ; shift -= 9) {
      long entry = memory.getLong(table + (gva >>> shift & 511) * 8);
      if ((entry & 1) == 0) {
        return 0;
      }
      if (shift == 12) {
        return entry;
      }
      assertThat(entry & 6).as("an upper level gives every right").isEqualTo(6);
      table = entry & 0xf_ffff_ffff_f000L;
    }
  }

  private record Page(int frame, int rights) {}

  private void assertPage(long gva, Page page) {
    long entry = walk(gva);
    if (page.rights == 0) {
      assertThat(entry).isZero();
    } else {
      assertThat(entry >>> 12 & 0xf_ffff_ffffL).isEqualTo(page.frame);
      assertThat(entry & 4).as("user").isEqualTo(4);
      assertThat((entry & 2) != 0).as("writable").isEqualTo((page.rights & WRITE) != 0);
      assertThat(entry < 0).as("no execute").isEqualTo((page.rights & EXECUTE) == 0);
    }
    assertThat(tables.isBound(gva)).isTrue();
    assertThat(tables.rights(gva)).isEqualTo(page.rights);
    assertThat(tables.gpa(gva + 5)).isEqualTo(page.frame * PAGE + 5);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomOperationsAgreeWithAModel(long seed) {
    var random = new Random(seed);
    var model = new TreeMap<Long, Page>();
    long[] areas = {0x40_0000, 0x5f_e000, AREA, AREA + (1L << 30), PageTables.USER_END - 64 * PAGE};
    for (int step = 0; step < 3000; step++) {
      long area = areas[random.nextInt(areas.length)];
      long start = area + random.nextInt(60) * PAGE;
      long end = Math.min(start + (1 + random.nextInt(40)) * PAGE, area + 64 * PAGE);
      int rights = random.nextInt(8);
      if (rights != 0) {
        rights |= READ;
      }
      switch (random.nextInt(4)) {
        case 0, 1 -> bindWhatIsFree(model, start, end, rights, random.nextBoolean());
        case 2 -> {
          int wanted = rights;
          tables.protect(start, end, wanted);
          model.subMap(start, end).replaceAll((_, page) -> new Page(page.frame, wanted));
        }
        default -> {
          if (random.nextInt(3) == 0) {
            moveIfFree(model, start, end, areas[random.nextInt(areas.length)]);
          } else {
            tables.release(start, end);
            model.subMap(start, end).clear();
          }
        }
      }
      assertThat(frames.bound()).isEqualTo(model.size());
      if (step % 100 == 0) {
        assertAgrees(model, areas);
      }
    }
    assertAgrees(model, areas);
    for (long area : areas) {
      tables.release(area, area + 64 * PAGE);
    }
    assertThat(frames.bound()).isZero();
    assertThat(frames.available()).isEqualTo(DATA_LIMIT);
  }

  private void bindWhatIsFree(
      NavigableMap<Long, Page> model, long start, long end, int rights, boolean written) {
    for (long gva = start; gva < end; ) {
      if (model.containsKey(gva)) {
        gva += PAGE;
        continue;
      }
      Long next = model.higherKey(gva);
      long free = Math.min(end, next == null ? end : next) - gva;
      if (frames.available() == 0) {
        assertThatThrownBy(() -> frames.take(1)).isInstanceOf(GuestMemoryExhaustedException.class);
        return;
      }
      var run = frames.take((int) (free / PAGE));
      tables.bind(gva, run, rights, written);
      for (int i = 0; i < run.count(); i++) {
        model.put(gva + i * PAGE, new Page(run.first() + i, rights));
      }
      gva += run.bytes();
    }
  }

  private void moveIfFree(NavigableMap<Long, Page> model, long start, long end, long target) {
    boolean overlaps = target < end && start < target + (end - start);
    if (overlaps
        || target + (end - start) > PageTables.USER_END
        || !model.subMap(target, target + (end - start)).isEmpty()) {
      return;
    }
    tables.move(start, end, target);
    var moved = new TreeMap<>(model.subMap(start, end));
    model.subMap(start, end).clear();
    moved.forEach((gva, page) -> model.put(gva - start + target, page));
  }

  private void assertAgrees(NavigableMap<Long, Page> model, long[] areas) {
    var seen = new HashSet<Integer>();
    for (long area : areas) {
      long end = area + 64 * PAGE;
      for (long gva = area; gva < end; gva += PAGE) {
        Page page = model.get(gva);
        if (page == null) {
          assertThat(walk(gva)).isZero();
          assertThat(tables.isBound(gva)).isFalse();
          assertThat(tables.rights(gva)).isZero();
        } else {
          assertPage(gva, page);
          assertThat(seen.add(page.frame)).as("each frame is bound once").isTrue();
        }
      }
      Long first = model.ceilingKey(area);
      assertThat(tables.nextBound(area, end)).isEqualTo(first == null ? end : Math.min(first, end));
    }
    Long first = model.firstEntry() == null ? null : model.firstKey();
    assertThat(tables.nextBound(0, PageTables.USER_END))
        .isEqualTo(first == null ? PageTables.USER_END : first);
  }

  @Test
  void theMemoryLimitCountsBoundFrames() {
    var first = frames.take(200);
    assertThat(first.count()).isEqualTo(200);
    assertThat(frames.bound()).isEqualTo(200);
    assertThat(frames.available()).isEqualTo(100);
    assertThat(frames.take(1000).count()).isEqualTo(100);
    assertThatThrownBy(() -> frames.take(1)).isInstanceOf(GuestMemoryExhaustedException.class);
    frames.free(first.first() + 50, 10);
    assertThat(frames.available()).isEqualTo(10);
    assertThat(frames.take(10)).isEqualTo(new Frames.Run(first.first() + 50, 10));
    assertThat(frames.peak()).isEqualTo(300);
  }

  @Test
  void scatteredPagesEndAtTheTablesBudgetAndTheirFrameIsFreed() {
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                tables.bind(AREA + ((long) i << 30), frames.take(1), READ, false);
              }
            })
        .isInstanceOf(GuestMemoryExhaustedException.class)
        .hasMessageContaining("scattered");
    int bound = frames.bound();
    assertThat(bound).isBetween(10, 20); // two tables for each page, of 39
    assertThatThrownBy(() -> tables.bind(AREA + (90L << 30), frames.take(1), READ, false))
        .isInstanceOf(GuestMemoryExhaustedException.class);
    assertThat(frames.bound()).as("a frame that could not be bound is free").isEqualTo(bound);
    // What has its tables goes on.
    tables.bind(AREA + PAGE, frames.take(1), READ, false);
    assertThat(tables.isBound(AREA + PAGE)).isTrue();
  }

  @Test
  void aMoveThatGetsNoTableMovesNothing() {
    var run = frames.take(2);
    tables.bind(AREA, run, READ | WRITE, false);
    for (int i = 1; i < 100; i++) {
      try {
        tables.bind(AREA + ((long) i << 30), frames.take(1), READ, false);
      } catch (GuestMemoryExhaustedException _) {
        break;
      }
    }
    assertThatThrownBy(() -> tables.move(AREA, AREA + 2 * PAGE, AREA + (95L << 30)))
        .isInstanceOf(GuestMemoryExhaustedException.class);
    assertPage(AREA, new Page(run.first(), READ | WRITE));
    assertPage(AREA + PAGE, new Page(run.first() + 1, READ | WRITE));
  }

  @Test
  void bindingTwiceOrOutsideTheProgramsHalfIsRefused() {
    tables.bind(AREA, frames.take(1), READ, false);
    assertThatThrownBy(() -> tables.bind(AREA, frames.take(1), READ, false))
        .isInstanceOf(IllegalArgumentException.class);
    for (long outside : new long[] {PageTables.USER_END, Supervisor.BASE, -PAGE}) {
      assertThatThrownBy(() -> tables.bind(outside, frames.take(1), READ, false))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(tables.isBound(outside)).isFalse();
      assertThatThrownBy(() -> tables.gpa(outside)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void greatEmptyRangesAreSkipped() {
    tables.bind(AREA, frames.take(1), READ, false);
    for (int i = 0; i < 10_000; i++) { // as many as would take hours page by page
      assertThat(tables.nextBound(0, PageTables.USER_END)).isEqualTo(AREA);
      assertThat(tables.nextBound(AREA + PAGE, PageTables.USER_END)).isEqualTo(PageTables.USER_END);
    }
    tables.protect(0, PageTables.USER_END, 0);
    tables.release(0, PageTables.USER_END);
    assertThat(frames.bound()).isZero();
  }

  @Test
  void pagesAreMarkedDirtyAheadUntilItMatters() {
    tables.bind(AREA, frames.take(1), READ | WRITE, false);
    tables.bind(AREA + PAGE, frames.take(1), READ, false);
    assertThat(walk(AREA) & 0x40).isNotZero();
    assertThat(walk(AREA + PAGE) & 0x40).isZero();
    tables.record();
    assertThat(walk(AREA) & 0x40).isZero();
    assertThat(tables.written().size()).isZero();
  }

  @Test
  void afterThatOnlyWrittenPagesAre() {
    tables.record();
    tables.bind(AREA, frames.take(1), READ | WRITE, true);
    tables.bind(AREA + PAGE, frames.take(1), READ | WRITE, false);
    assertThat(walk(AREA) & 0x40).isNotZero();
    assertThat(walk(AREA + PAGE) & 0x40).isZero();
  }

  @Test
  void guestMemoryRefusesEveryAccessOutsideIt() {
    long size = memory.size();
    byte[] bytes = new byte[16];
    for (long gpa : new long[] {-1, size, size - 7, Long.MIN_VALUE, Long.MAX_VALUE - 3}) {
      assertOutside(() -> memory.getLong(gpa));
      assertOutside(() -> memory.setLong(gpa, 1));
      assertOutside(() -> memory.read(gpa, bytes, 0, 16));
      assertOutside(() -> memory.write(gpa, bytes, 0, 16));
      assertOutside(() -> memory.fill(gpa, 16, (byte) 1));
      assertOutside(() -> memory.copy(0, gpa, 16));
      assertOutside(() -> memory.copy(gpa, 0, 16));
      assertOutside(() -> memory.discard(gpa, PAGE));
      assertOutside(() -> memory.forget(gpa, PAGE));
      assertOutside(() -> memory.populate(gpa, PAGE));
    }
    assertOutside(() -> memory.getByte(size));
    assertOutside(() -> memory.read(0, bytes, 10, 7));
    assertOutside(() -> memory.fill(0, -1, (byte) 0));
    memory.setLong(size - 8, 42);
    assertThat(memory.getLong(size - 8)).isEqualTo(42);
  }

  private static void assertOutside(Runnable access) {
    assertThatThrownBy(access::run).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void freedFramesReadAsZeros() {
    var run = frames.take(3);
    memory.fill(run.gpa(), run.bytes(), (byte) 0xaa);
    frames.free(run.first(), run.count());
    var again = frames.take(3);
    assertThat(again).isEqualTo(run);
    for (long gpa = again.gpa(); gpa < again.gpa() + again.bytes(); gpa += 8) {
      assertThat(memory.getLong(gpa)).isZero();
    }
  }

  @Test
  void whatIsRecordedDoesNotGrowWithTheNumberOfWrites() {
    tables.bind(AREA, frames.take(1), READ | WRITE, false);
    tables.record();
    for (int i = 0; i < 100; i++) {
      tables.protect(AREA, AREA + PAGE, READ);
      tables.protect(AREA, AREA + PAGE, READ | WRITE);
      tables.gpaToWrite(AREA);
      tables.bind(AREA + PAGE, frames.take(1), READ | WRITE, false);
      tables.gpaToWrite(AREA + PAGE);
      tables.release(AREA + PAGE, AREA + 2 * PAGE);
    }
    assertThat(tables.written().size()).isLessThanOrEqualTo(2);
    assertThat(tables.changed().size()).isEqualTo(2);
  }
}
