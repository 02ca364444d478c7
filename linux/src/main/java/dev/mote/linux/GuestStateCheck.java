package dev.mote.linux;

import dev.mote.machine.CpuState;
import dev.mote.machine.PageTables;
import dev.mote.machine.RestoreStub;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Looks at a [GuestState] that may be made up, before anything is made of it.
final class GuestStateCheck {
  /// Of the clocks of a guest: a hundred years, and sums of them still fit a long.
  private static final long LATEST_NANOS = 100L * 365 * 86_400 * 1_000_000_000;

  private static final int LONGEST_TASK_NAME = 15;
  private static final int LONGEST_NAME = 4096;
  private static final int TIMERS = 3;
  private static final int HIGHEST_CALL = 0xff_ffff;

  private final GuestState state;
  private final GuestLimits limits;
  private final long programBytes;
  private final CpuState cpu;

  GuestStateCheck(GuestState state, GuestLimits limits, long programBytes, CpuState cpu) {
    this.state = state;
    this.limits = limits;
    this.programBytes = programBytes;
    this.cpu = cpu;
  }

  /// @throws IllegalArgumentException with what is wrong
  void run() {
    checkMappings();
    checkPlaces();
    checkTasks();
    checkPending(state.pending());
    require(state.actions().size() <= SignalInfo.LAST, "too many actions of signals");
    state.actions().forEach(a -> requireSignal(a.signal(), "an action"));
    require(state.timers().size() == TIMERS, "there are not three timers");
    for (var timer : state.timers()) {
      require(timer.due() >= 0 && timer.interval() >= 0, "a timer is negative");
    }
    require(state.posixTimers().size() <= PosixTimers.MOST, "too many timers");
    int timerBefore = -1;
    for (var timer : state.posixTimers()) {
      require(timer.id() > timerBefore, "the number of a timer");
      timerBefore = timer.id();
      require(
          TimeCalls.isTimerClock(timer.clock()) && timer.clock() != CpuClock.THREAD,
          "the clock of a timer");
      require(
          timer.due() >= 0 && timer.interval() >= 0 && timer.overrun() >= 0 && timer.missed() >= 0,
          "a timer is negative");
      require(
          timer.notice() == PosixTimers.SIGEV_NONE
              || (timer.signal() >= 1 && timer.signal() <= SignalInfo.LAST),
          "the signal of a timer");
    }
    requireTime("CLOCK_MONOTONIC", state.monotonicNanos());
    requireTime("the time of the processor", state.cpuNanos());
    checkCredentials(state.credentials());
    require(state.limits().size() == ResourceLimits.COUNT, "the number of resource limits");
    checkChannel(state.channel());
  }

  private void checkMappings() {
    require(state.mappings().size() <= AddressSpace.MAX_MAPPINGS, "too many mappings");
    long end = AddressSpace.LOWEST;
    for (var mapping : state.mappings()) {
      requireMapping(mapping, end);
      end = mapping.end();
      String where = "the mapping at 0x%x: ".formatted(mapping.start());
      require(mapping.name().length() <= LONGEST_NAME, where + "its name");
      long most =
          switch (mapping.kind()) {
            case PROGRAM -> programBytes;
            case FILE -> state.files().open().size() - 1;
            case ZEROS, VDSO_DATA, VDSO_CODE -> Long.MAX_VALUE;
          };
      require(mapping.source() >= 0 && mapping.source() <= most, where + "its source");
    }
  }

  /// @param end of the mapping before it
  /// @throws IllegalArgumentException if the mapping cannot be
  static void requireMapping(GuestState.MappingState m, long end) {
    boolean aligned = ((m.start() | m.end() | m.offset()) & (AddressSpace.PAGE - 1)) == 0;
    if (!aligned
        || m.start() < end
        || m.end() <= m.start()
        || m.end() > PageTables.USER_END
        || (m.protection() & ~7) != 0
        || m.offset() < 0) {
      throw new IllegalArgumentException(
          "a mapping from 0x%x to 0x%x, offset 0x%x, rights %d"
              .formatted(m.start(), m.end(), m.offset(), m.protection()));
    }
  }

  private void checkPlaces() {
    require(isPage(state.stub(), RestoreStub.SIZE), "the address of the stub");
    checkProgram(state.program());
    require(isUser(state.breakStart()), "the start of the heap");
    require(
        isUser(state.programBreak()) && state.programBreak() >= state.breakStart(),
        "the end of the heap");
  }

  private static void checkProgram(GuestState.ProgramState program) {
    require(program.executable().length() <= LONGEST_NAME, "the path of the program");
    require(
        isUser(program.arguments())
            && program.arguments() <= program.argumentsEnd()
            && program.argumentsEnd() <= program.environment()
            && program.environment() <= program.environmentEnd()
            && program.environmentEnd() - program.arguments() <= Loader.STACK_SIZE,
        "where the arguments are");
    var room = program.room();
    if (room != null) {
      require(
          isUser(room.table())
              && room.vector() >= 0
              && room.vector() <= InitialStack.MOST_VECTOR_WORDS
              && room.slots() > room.vector()
              && room.slots() <= Loader.STACK_SIZE / Long.BYTES
              && isUser(room.random())
              && program.argumentsEnd() <= room.base()
              && room.base() <= room.strings()
              && room.strings() <= room.end()
              && room.end() - program.arguments() <= Loader.STACK_SIZE,
          "the room for an environment");
    }
  }

  private static boolean isPage(long address, long size) {
    return isUser(address)
        && address <= PageTables.USER_END - size
        && (address & (AddressSpace.PAGE - 1)) == 0;
  }

  private static boolean isUser(long address) {
    return address >= 0 && address <= PageTables.USER_END;
  }

  private void checkTasks() {
    int owners = 0;
    int before = 1;
    require(state.tasks().size() <= ThreadCalls.MOST_THREADS, "too many threads");
    for (var task : state.tasks()) {
      require(task.tid() > before && task.tid() <= state.lastTid(), "the number of a thread");
      before = task.tid();
      var processor = task.processor();
      owners += processor == null ? 1 : 0;
      if (processor != null) {
        require(
            processor.extended().length == cpu.extended().length, "a thread's vector registers");
        processor.cpu(cpu.xcr0()).requireLoadable();
      }
      checkTask(task);
    }
    require(owners == 1, owners + " threads have the processor");
    require(state.leaderStatus() >= 0 && state.leaderStatus() <= 0xff, "the first thread's status");
  }

  private static void checkTask(GuestState.TaskState task) {
    require(task.blockedCall() >= -1 && task.blockedCall() <= HIGHEST_CALL, "the call that waits");
    require(task.cpuNanos() >= 0, "the time of a thread");
    require(
        task.nice() >= SchedulingCalls.MOST_NICE && task.nice() <= SchedulingCalls.LEAST_NICE,
        "the niceness of a thread");
    require(SchedulingCalls.isKept(task.policy()), "the policy of a thread");
    require(task.name().length() <= LONGEST_TASK_NAME, "the name of the thread");
    checkPending(task.pending());
    @Nullable Long deadline = task.waitDeadline();
    require(deadline == null || deadline >= 0, "the deadline of the call that waits");
    require(task.progress() >= 0, "the progress of the call that waits");
  }

  private static void checkPending(List<GuestState.SignalState> signals) {
    require(
        signals.size() <= PendingSignals.MAX_QUEUED + SignalInfo.LAST, "too many pending signals");
    signals.forEach(s -> requireSignal(s.signal(), "a pending signal"));
  }

  private static void requireSignal(int signal, String what) {
    require(signal >= 1 && signal <= SignalInfo.LAST, "%s of number %d".formatted(what, signal));
  }

  private static void requireTime(String what, long nanos) {
    require(nanos >= 0 && nanos <= LATEST_NANOS, what + " of " + nanos + " ns");
  }

  private static void checkCredentials(GuestState.CredentialsState ids) {
    require(ids.user().size() == 3 && ids.group().size() == 3, "the number of user and group ids");
    require(ids.groups().size() <= Credentials.MAX_GROUPS, "too many groups");
  }

  private void checkChannel(GuestState.ChannelState channel) {
    byte @Nullable [] waiting = channel.waiting();
    int length = waiting == null ? 0 : waiting.length;
    require(length <= limits.messageBytes(), "the message that waits is too long");
    int receiver = channel.receiving();
    require(
        receiver == 0 || state.tasks().stream().anyMatch(task -> task.tid() == receiver),
        "no thread " + receiver + " that waits at the port");
    require(
        channel.waitingFrom() >= 0 && channel.waitingFrom() <= Channel.HEADER + length,
        "how much was read of the message that waits");
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalArgumentException(what);
    }
  }
}
