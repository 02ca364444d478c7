package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.machine.Registers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What one thread does while the call of another one waits.
class ThreadedCallsTest {
  private static final int READ = 0;
  private static final int WRITE = 1;
  private static final int CLOSE = 3;
  private static final int MUNMAP = 11;
  private static final int PIPE = 22;
  private static final int DUP2 = 33;
  private static final int NANOSLEEP = 35;
  private static final int FUTEX = 202;
  private static final int TIMER_CREATE = 222;
  private static final int TIMER_SETTIME = 223;
  private static final int PPOLL = 271;

  private static final long MEMORY = 0x7000_0000L;
  private static final long ELSEWHERE = 0x7100_0000L;

  @TempDir Path directory;
  private Guest guest;
  private SystemCalls calls;
  private Task first;
  private Task second;

  @BeforeEach
  void start() throws IOException {
    Path program = directory.resolve("program");
    Files.write(program, ElfBuilder.smallest().bytes());
    GuestSetup setup = FileGuest.setup(program, FileLimits.defaults());
    guest = Guest.create(setup);
    calls = new SystemCalls(guest.process(), StandardStreams.none(), setup, 0x50_0000);
    for (long at : new long[] {MEMORY, ELSEWHERE}) {
      guest.process().space().map(Mapping.zeros(at, at + 0x1_0000, 3, ""));
    }
    first = guest.process().task();
    second = guest.process().scheduler().fork();
  }

  @AfterEach
  void close() {
    guest.process().scheduler().drop();
    calls.close();
    guest.close();
  }

  private long call(Task task, int number, long... arguments) {
    Registers r = task.registers();
    long[] all = new long[6];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    r.rdi(all[0]);
    r.rsi(all[1]);
    r.rdx(all[2]);
    r.r10(all[3]);
    r.r8(all[4]);
    r.r9(all[5]);
    task.begin();
    return calls.call(task, number);
  }

  private void waits(int number, long... arguments) {
    assertThat(call(second, number, arguments)).isEqualTo(Task.BLOCKED);
    second.blockIn(number);
  }

  private long again(int number) {
    second.unwatch();
    return calls.call(second, number);
  }

  private int[] pipe() {
    assertThat(call(first, PIPE, MEMORY)).isZero();
    return new int[] {
      guest.process().memory().getInt(MEMORY), guest.process().memory().getInt(MEMORY + 4)
    };
  }

  @Test
  void aTimeOutIsReadOnce() {
    guest.process().memory().setLong(ELSEWHERE, 3600);
    waits(FUTEX, MEMORY, 0, 0, ELSEWHERE);
    assertThat(call(first, MUNMAP, ELSEWHERE, 4096)).isZero();
    assertThat(again(FUTEX)).isEqualTo(Task.BLOCKED);
    second.unblock();
    assertThat(second.futex).isNull();
    assertThat(guest.process().futexes().wake(MEMORY, 1, Futexes.ANY)).isZero();
  }

  @Test
  void aSleepAndATimeOutOfPollAreReadOnce() {
    guest.process().memory().setLong(ELSEWHERE, 3600);
    waits(NANOSLEEP, ELSEWHERE, 0);
    guest.process().memory().setLong(ELSEWHERE, -1);
    assertThat(again(NANOSLEEP)).isEqualTo(Task.BLOCKED);
    guest.process().memory().setLong(ELSEWHERE, 3600);
    waits(PPOLL, 0, 0, ELSEWHERE, ELSEWHERE + 64, 8);
    assertThat(call(first, MUNMAP, ELSEWHERE, 4096)).isZero();
    assertThat(again(PPOLL)).isEqualTo(Task.BLOCKED);
  }

  @Test
  void aReadGoesOnWithTheFileThatItBeganWith() {
    int[] ends = pipe();
    int[] others = pipe();
    waits(READ, ends[0], MEMORY + 0x100, 10);
    assertThat(call(first, DUP2, others[0], ends[0])).isEqualTo(ends[0]);
    assertThat(again(READ)).isEqualTo(Task.BLOCKED);
    assertThat(call(first, WRITE, others[1], MEMORY, 3)).isEqualTo(3);
    assertThat(call(first, WRITE, ends[1], MEMORY, 2)).isEqualTo(2);
    assertThat(again(READ)).isEqualTo(2);
    second.unblock();
    assertThat(call(first, WRITE, ends[1], MEMORY, 2)).isEqualTo(-Errno.EPIPE.value);
    assertThat(call(second, READ, ends[0], MEMORY, 10)).isEqualTo(3);
  }

  @Test
  void aThreadThatIsGoneKeepsNoFile() {
    int[] ends = pipe();
    waits(READ, ends[0], MEMORY + 0x100, 10);
    assertThat(call(first, CLOSE, ends[0])).isZero();
    assertThat(call(first, WRITE, ends[1], MEMORY, 2)).isEqualTo(2);
    guest.process().scheduler().keepOnly(first);
    assertThat(call(first, WRITE, ends[1], MEMORY, 2)).isEqualTo(-Errno.EPIPE.value);
  }

  @Test
  void whoeverIsBehindAnotherAtThePortSendsNothing() {
    Registers r = second.registers();
    r.rax(1);
    r.rsi(0);
    guest.process().channel().exchange(second, guest.process().memory());
    assertThat(guest.process().channel().receiver()).isSameAs(second);
    Registers mine = first.registers();
    mine.rax(1);
    mine.rdi(MEMORY);
    mine.rsi(8);
    guest.process().channel().exchange(first, guest.process().memory());
    assertThat(mine.rax()).isEqualTo(-Errno.EBUSY.value);
    assertThat(guest.process().channel().hasSent()).isFalse();
  }

  @Test
  void whoWaitsAtThePortIsNotReady() {
    Task third = guest.process().scheduler().fork();
    second.wake(0);
    guest.process().scheduler().park(second);
    guest.process().scheduler().pass();
    assertThat(guest.process().scheduler().next()).isSameAs(third);
    assertThat(guest.process().scheduler().next()).isSameAs(first);
    assertThat(guest.process().scheduler().next()).isNull();
    second.wake(0);
    assertThat(guest.process().scheduler().next()).isSameAs(second);
  }

  @Test
  void theVcpuOfAThreadThatHasEndedGoesToAnother() {
    second.registers().rbx(0x1234);
    guest.process().scheduler().remove(first);
    guest.process().scheduler().settle();
    assertThat(guest.process().scheduler().current()).isSameAs(second);
    assertThat(guest.process().vm().registers().rbx()).isEqualTo(0x1234);
    assertThat(second.save().processor()).isNull();
  }

  @Test
  void timersThatCannotBeAreNotLoaded() {
    assertThat(call(first, TIMER_CREATE, 1, 0, MEMORY)).isZero();
    GuestState good = calls.save(0, null);
    var timer = good.posixTimers().getFirst();
    check(good);
    assertThatThrownBy(() -> check(withTimers(good, List.of(timer, timer))))
        .hasMessageContaining("number of a timer");
    var noClock =
        new GuestState.PosixTimerState(0, 77, 0, 14, 0, 0, timer.due(), timer.interval(), 0, 0);
    assertThatThrownBy(() -> check(withTimers(good, List.of(noClock))))
        .hasMessageContaining("clock of a timer");
  }

  private void check(GuestState state) {
    new GuestStateCheck(
            state, guest.process().setup().limits(), 1 << 20, guest.process().vm().vcpu().save())
        .run();
  }

  private static GuestState withTimers(GuestState s, List<GuestState.PosixTimerState> timers) {
    return new GuestState(
        s.mappings(),
        s.breakStart(),
        s.program(),
        s.programBreak(),
        s.stub(),
        s.tasks(),
        s.lastTid(),
        s.leaderStatus(),
        s.pending(),
        s.actions(),
        s.timers(),
        timers,
        s.monotonicNanos(),
        s.cpuNanos(),
        s.credentials(),
        s.limits(),
        s.noNewPrivileges(),
        s.channel(),
        s.files());
  }

  @Test
  void aTimerWithTheLongestIntervalRunsOutOnce() {
    assertThat(call(first, TIMER_CREATE, 1, 0, MEMORY)).isZero();
    guest.process().memory().setLong(MEMORY, Long.MAX_VALUE);
    guest.process().memory().setLong(MEMORY + 16, 0);
    guest.process().memory().setLong(MEMORY + 24, 1);
    guest.process().memory().setLong(MEMORY + 8, 0);
    assertThat(call(first, TIMER_SETTIME, 0, 0, MEMORY, 0)).isZero();
    guest.process().alarms().ring(guest.process().clock().monotonicNanos() + 1000);
    assertThat(guest.process().posixTimers().get(0).remaining()).isZero();
    assertThat(guest.process().alarms().next()).isEqualTo(Alarms.OFF);
  }

  @Test
  void aTimerOfCpuTimeIsLookedAtNoMoreOftenThanAtATick() {
    assertThat(call(first, TIMER_CREATE, CpuClock.PROCESS, 0, MEMORY)).isZero();
    for (int times = 0; times < 3; times++) {
      long before = guest.process().clock().monotonicNanos();
      guest.process().posixTimers().get(0).arm(1, 0, false);
      assertThat(guest.process().alarms().next()).isGreaterThanOrEqualTo(before + TimeCalls.TICK);
      guest.process().timers().set(Timers.PROFILING, 1, 0);
      assertThat(guest.process().timers().nextDeadline())
          .isGreaterThanOrEqualTo(before + TimeCalls.TICK);
    }
    // Nobody computes: it has not run out when it is looked at.
    long before = guest.process().clock().monotonicNanos();
    guest.process().alarms().ring(before + 2 * TimeCalls.TICK);
    assertThat(guest.process().posixTimers().get(0).remaining()).isEqualTo(1);
    assertThat(guest.process().alarms().next()).isGreaterThanOrEqualTo(before + TimeCalls.TICK);
  }

  @Test
  void aTimerWhoseSignalIsPendingCountsWhatItRunsOutOf() {
    assertThat(call(first, TIMER_CREATE, 1, 0, MEMORY)).isZero();
    PosixTimers.Timer timer = guest.process().posixTimers().get(0);
    timer.arm(1, 1_000_000_000, false);
    long now = guest.process().clock().monotonicNanos();
    guest.process().alarms().ring(now + 1000);
    timer.arm(1, 1, false); // 100 us, the shortest
    for (int times = 0; times < 5; times++) {
      ringWhenDue();
    }
    SignalInfo told = first.takeSignal(-1);
    assertThat(told.code()).isEqualTo(SignalInfo.SI_TIMER);
    assertThat(told.overrun()).isGreaterThanOrEqualTo(5).isEqualTo(timer.overrun());
    assertThat(first.takeSignal(-1)).isNull();
  }

  private void ringWhenDue() {
    long due = guest.process().alarms().next();
    while (guest.process().clock().monotonicNanos() < due) {
      Thread.onSpinWait();
    }
    guest.process().alarms().ring(due);
  }
}
