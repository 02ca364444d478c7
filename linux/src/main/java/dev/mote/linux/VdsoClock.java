package dev.mote.linux;

import dev.mote.machine.GuestMemory;
import dev.mote.machine.TimestampCounter;
import org.jspecify.annotations.Nullable;

/// What a guest reads from its clocks: by its vDSO without the host, and the same by system calls.
///
/// Both compute the time from the guest's time-stamp counter and one set of parameters, so that a
/// reading by either is never before an earlier one by the other. The parameters follow [Clock]:
/// [#refresh] compares them with it ten times a second, in between they cost nothing. Measured, a
/// reading is ahead of that clock by 5 µs, and by 30 µs in the first second of a process that has
/// just begun. While a guest computes without leaving its processor nobody compares: it may be off
/// by some 50 millionths of that time at its beginning and by a few later, and it does not see that
/// the host's CLOCK_REALTIME is set.
///
/// Where the counter cannot tell time, the vDSO makes system calls, and those read [Clock].
///
/// The page of data also has the restore identity ([RestoreId]).
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class VdsoClock {
  private static final long INTERVAL = 100_000_000;

  /// Readings for a new base, of which the quickest counts: the first may find code that is not
  /// compiled yet, or be interrupted. One is enough if it takes no longer than they can.
  private static final int READINGS = 2;

  /// Nanoseconds that the quickest reading of any guest took, 0 before there was one. Several
  /// threads may write it; what is lost then was not much quicker.
  private static volatile long quickest;

  /// The host's CLOCK_REALTIME keeps its distance to its CLOCK_MONOTONIC unless it is set; what
  /// differs by less than this comes from the reading.
  private static final long SMALLEST_STEP = 20_000;

  /// More than a reading is ever ahead of [Clock] by (measured: 30 µs).
  private static final long MARGIN = 100_000;

  private final Clock clock;
  private final TimestampCounter counter;
  private final AddressSpace space;
  private final GuestMemory memory;
  private CounterScale scale;
  private long restoreId = RestoreId.next();
  private long wall; // what CLOCK_REALTIME is ahead of CLOCK_MONOTONIC
  private boolean due = true;
  private long lastNanos;
  private long pageVersion = -1; // of the address space in which the page of data was looked for
  private long pageAddress = -1; // -1: the program has taken it away

  VdsoClock(Clock clock, TimestampCounter counter, AddressSpace space, GuestMemory memory) {
    this.clock = clock;
    this.counter = counter;
    this.space = space;
    this.memory = memory;
    scale = new CounterScale(counter);
  }

  /// CLOCK_MONOTONIC as the guest reads it. Costs a system call of the host.
  long monotonicNanos() {
    return scale.tellsTime() ? scale.time(counter.read()) : clock.monotonicNanos();
  }

  /// CLOCK_REALTIME as the guest reads it. Costs a system call of the host.
  long realtimeNanos() {
    return scale.tellsTime() ? scale.time(counter.read()) + wall : clock.realtimeNanos();
  }

  /// Brings the parameters up to date if it is time to. To be called before the guest is entered.
  ///
  /// @param now `System.nanoTime()`, or what it was when this run began
  void refresh(long now) {
    if (due || (scale.tellsTime() && now - lastNanos >= INTERVAL)) {
      due = false;
      rebase();
      write();
    }
  }

  /// CLOCK_MONOTONIC for a snapshot, where it stands still. What the guest has read is not behind
  /// it.
  long monotonicToSave() {
    return clock.monotonicNanos() + MARGIN;
  }

  /// The guest is at a snapshot again: its clock goes on from there. What the counter has to do
  /// with the host's clock is known already.
  ///
  /// @param page guest physical address of the page of data; negative if the program has none
  void continueFrom(long monotonicNanos, long page) {
    long forwards = clock.continueFrom(monotonicNanos);
    scale.shift(forwards);
    wall -= forwards;
    restoreId = RestoreId.next();
    if (page >= 0) {
      // Counted anew: nobody was reading it, and what is there tells nothing of earlier calls.
      memory.setLong(page + VdsoCode.GENERATION, 0);
      write(page);
    }
  }

  /// The guest is new to its machine: the next [#refresh] starts anew from [Clock].
  void restart(long monotonicNanos) {
    clock.continueFrom(monotonicNanos);
    scale = new CounterScale(counter);
    restoreId = RestoreId.next();
    due = true;
    pageVersion = -1;
  }

  /// The guest has a new page of data, with nothing in it: the next [#refresh] writes it.
  void pageIsNew() {
    due = true;
  }

  /// Where the page of data is.
  ///
  /// @return guest physical address; negative if the program has taken it away, or thrown its
  ///   content away: it reads as zeros if it is touched again
  long page() {
    if (pageVersion != space.version()) {
      pageVersion = space.version();
      pageAddress = find();
    }
    return pageAddress < 0 || !space.tables().isBound(pageAddress)
        ? -1
        : space.tables().gpa(pageAddress);
  }

  /// The clock is read after the counter: the guest's time is rather ahead than behind, and who has
  /// slept until some time does not find that it has yet to come.
  private void rebase() {
    long tsc = 0;
    long nanos = 0;
    long best = Long.MAX_VALUE;
    for (int i = 0; i < READINGS && counter.tellsTime(); i++) {
      long before = System.nanoTime();
      long read = counter.read();
      long after = System.nanoTime();
      if (after - before < best) {
        best = after - before;
        tsc = read;
        nanos = after;
      }
      if (best < 2 * quickest) {
        break; // nothing came between
      }
    }
    if (counter.tellsTime() && (quickest == 0 || best < quickest)) {
      quickest = best;
    }
    lastNanos = System.nanoTime();
    boolean first = !scale.tellsTime();
    long ahead = scale.rebase(tsc, nanos, clock.monotonicNanos(nanos));
    if (ahead > 0) {
      clock.continueFrom(clock.monotonicNanos() + ahead);
    }
    readWall(first || ahead > 0);
  }

  private void readWall(boolean exactly) {
    long before = clock.monotonicNanos();
    long read = clock.realtimeNanos();
    long after = clock.monotonicNanos();
    long now = read - (before + (after - before) / 2);
    if (exactly || Math.abs(now - wall) > Math.max(SMALLEST_STEP, after - before)) {
      wall = now;
    }
  }

  private void write() {
    long page = page();
    if (page >= 0) {
      write(page);
    }
  }

  private void write(long gpa) {
    memory.setLong(gpa + VdsoCode.MULTIPLIER, scale.multiplier());
    memory.setLong(gpa + VdsoCode.BASE, scale.base());
    memory.setLong(gpa + VdsoCode.MONOTONIC, scale.time());
    memory.setLong(gpa + VdsoCode.WALL, wall);
    memory.setLong(gpa + VdsoCode.RESTORE_ID, restoreId);
    // Counted in the page: a reader that was interrupted in another machine shall notice too.
    memory.setLong(gpa + VdsoCode.GENERATION, memory.getLong(gpa + VdsoCode.GENERATION) + 1);
  }

  /// The page is where it was put, unless the program has moved it.
  private long find() {
    if (isData(space.find(Vdso.DATA_ADDRESS))) {
      return Vdso.DATA_ADDRESS;
    }
    for (Mapping mapping : space.mappings()) {
      if (isData(mapping)) {
        return mapping.start();
      }
    }
    return -1;
  }

  @SuppressWarnings("ReferenceEquality") // there is one such page
  private static boolean isData(@Nullable Mapping mapping) {
    return mapping != null && mapping.source() == Vdso.DATA_PAGE;
  }
}
