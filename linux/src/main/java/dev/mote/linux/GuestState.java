package dev.mote.linux;

import dev.mote.machine.CpuState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the system-call layer knows of a guest at one moment, as data: all that a program could
/// find out or that decides what its next system call does, except for its memory and registers.
///
/// Immutable: nobody changes the arrays. It may come from a file that somebody made up, so whoever
/// loads it checks it.
///
/// @param mappings in the order of their addresses
/// @param breakStart where the heap begins
/// @param program what runs
/// @param programBreak the end of the heap
/// @param stub address of the two pages of [dev.mote.machine.RestoreStub]; 0 for none
/// @param tasks the threads; exactly one of them has the processor
/// @param lastTid the number that was given to a thread last
/// @param leaderStatus what the first thread ended with, if it has ended before others
/// @param pending signals to the process
/// @param actions of the signals that have one
/// @param timers real, virtual, profiling
/// @param posixTimers those of timer_create
/// @param monotonicNanos what CLOCK_MONOTONIC said: it goes on from there
/// @param cpuNanos what the program had used
/// @param limits soft and hard, by the number of the resource
/// @param channel where the talk with the host stands
public record GuestState(
    List<MappingState> mappings,
    long breakStart,
    ProgramState program,
    long programBreak,
    long stub,
    List<TaskState> tasks,
    int lastTid,
    int leaderStatus,
    List<SignalState> pending,
    List<ActionState> actions,
    List<TimerState> timers,
    List<PosixTimerState> posixTimers,
    long monotonicNanos,
    long cpuNanos,
    CredentialsState credentials,
    List<LimitState> limits,
    boolean noNewPrivileges,
    ChannelState channel,
    FilesState files) {

  /// The same with other files.
  GuestState withFiles(FilesState others) {
    return new GuestState(
        mappings,
        breakStart,
        program,
        programBreak,
        stub,
        tasks,
        lastTid,
        leaderStatus,
        pending,
        actions,
        timers,
        posixTimers,
        monotonicNanos,
        cpuNanos,
        credentials,
        limits,
        noNewPrivileges,
        channel,
        others);
  }

  /// The same at a later time.
  GuestState later(long monotonic, long cpu) {
    return new GuestState(
        mappings,
        breakStart,
        program,
        programBreak,
        stub,
        tasks,
        lastTid,
        leaderStatus,
        pending,
        actions,
        timers,
        posixTimers,
        monotonic,
        cpu,
        credentials,
        limits,
        noNewPrivileges,
        channel,
        files);
  }

  /// The same, with the parts of another one where they are equal: so they are there once.
  GuestState sharing(GuestState other) {
    return new GuestState(
        mappings.equals(other.mappings) ? other.mappings : mappings,
        breakStart,
        program.equals(other.program) ? other.program : program,
        programBreak,
        stub,
        tasks.equals(other.tasks) ? other.tasks : tasks,
        lastTid,
        leaderStatus,
        pending,
        actions.equals(other.actions) ? other.actions : actions,
        timers.equals(other.timers) ? other.timers : timers,
        posixTimers,
        monotonicNanos,
        cpuNanos,
        credentials.equals(other.credentials) ? other.credentials : credentials,
        limits.equals(other.limits) ? other.limits : limits,
        noNewPrivileges,
        channel.equals(other.channel) ? other.channel : channel,
        files);
  }

  /// The program that runs, as [RunningProgram].
  ///
  /// @param room for an environment that comes later; null for none
  public record ProgramState(
      String executable,
      long arguments,
      long argumentsEnd,
      long environment,
      long environmentEnd,
      @Nullable RoomState room) {}

  /// As [EnvironmentRoom].
  public record RoomState(
      long table, int slots, int vector, long random, long base, long strings, long end) {}

  /// @param kind where pages come from before they are changed
  /// @param source of the kind [Source#FILE], which of the open files; else what [Loader] gave it
  public record MappingState(
      long start,
      long end,
      int protection,
      boolean shared,
      Source kind,
      long source,
      long offset,
      String name) {}

  /// Where the content of a mapping comes from.
  public enum Source {
    ZEROS,
    /// The program's own file; the number says how much of it shows.
    PROGRAM,
    VDSO_DATA,
    VDSO_CODE,
    FILE
  }

  /// One thread.
  ///
  /// @param processor what it had in the processor; null if it is still there, and so in
  ///   [GuestImage]
  /// @param blockedCall the number of the system call that waits, to be made again; -1 for none
  /// @param futex its wait at a word of memory, if it has one
  public record TaskState(
      int tid,
      String name,
      @Nullable ProcessorState processor,
      int blockedCall,
      @Nullable FutexState futex,
      long cpuNanos,
      long blockedSignals,
      @Nullable Long savedMask,
      List<SignalState> pending,
      long alternateStack,
      long alternateStackSize,
      int alternateStackFlags,
      long clearChildTid,
      long robustList,
      int nice,
      int policy,
      boolean keepsCapabilities,
      @Nullable Long waitDeadline,
      long remainingAt,
      long progress) {}

  /// What a thread had in the processor, as [CpuState].
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  public record ProcessorState(
      long[] general, int[] segments, long fsBase, long gsBase, byte[] extended) {
    static ProcessorState of(CpuState cpu) {
      return new ProcessorState(
          cpu.general(), cpu.segments(), cpu.fsBase(), cpu.gsBase(), cpu.extended());
    }

    /// @throws IllegalArgumentException if no processor can have had this
    CpuState cpu(long xcr0) {
      return new CpuState(general, segments, fsBase, gsBase, extended, xcr0);
    }
  }

  /// @param address of the word
  /// @param lock whether it waits for a lock that its owner hands over
  /// @param woken whether it has been woken already
  public record FutexState(long address, int bitset, boolean lock, boolean woken) {}

  /// A signal that was sent and not delivered, as [SignalInfo].
  public record SignalState(int signal, int code, long address, int sender, long value) {}

  /// What a program does on a signal.
  public record ActionState(int signal, long handler, long flags, long restorer, long mask) {}

  /// @param due in the timer's own time; [Long#MAX_VALUE] if it is off
  public record TimerState(long due, long interval) {}

  /// @param due in the time of its clock; [Long#MAX_VALUE] if it is off
  /// @param overrun what timer_getoverrun tells
  /// @param missed how often it ran out while its signal was pending
  public record PosixTimerState(
      int id,
      int clock,
      int notice,
      int signal,
      long value,
      int thread,
      long due,
      long interval,
      int overrun,
      long missed) {}

  /// @param user real, effective, saved
  /// @param group the same
  public record CredentialsState(List<Integer> user, List<Integer> group, List<Integer> groups) {}

  public record LimitState(long soft, long hard) {}

  /// @param receiving the number of the thread that waits at the port; 0 for none
  /// @param waiting what it was given and has not received by the file
  /// @param waitingFrom how much of that it has
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  public record ChannelState(int receiving, byte @Nullable [] waiting, int waitingFrom) {}
}
