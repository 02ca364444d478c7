package dev.mote;

import dev.mote.linux.GuestEnding;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a sandbox was allowed, for telling how its program ended.
record Limits(MemorySize memory, @Nullable Duration wall, @Nullable Duration cpu) {
  long wallNanos() {
    return nanos(wall);
  }

  /// No limit if the other one comes first: CPU time never runs faster than the clock.
  long cpuNanos() {
    long nanos = nanos(cpu);
    return nanos < wallNanos() ? nanos : Long.MAX_VALUE;
  }

  private static long nanos(@Nullable Duration limit) {
    if (limit == null) {
      return Long.MAX_VALUE;
    }
    try {
      return limit.toNanos();
    } catch (ArithmeticException _) {
      return Long.MAX_VALUE; // beyond some 292 years
    }
  }

  Ending ending(GuestEnding ending) {
    if (ending instanceof GuestEnding.Exited(int status)) {
      return new Ending.Exited(
          status); // the ordinary end needs no pattern switch, whose first use takes milliseconds
    }
    return switch (ending) {
      case GuestEnding.Exited(int status) -> new Ending.Exited(status);
      case GuestEnding.Killed killed -> new Ending.Signaled(report(killed));
      case GuestEnding.OutOfMemory() -> new Ending.OutOfMemory(memory);
      case GuestEnding.OutputLimit(String stream, long limit) ->
          new Ending.LimitExceeded(stream, MemorySize.ofBytes(limit));
      case GuestEnding.Deadlocked(var threads) ->
          new Ending.Deadlocked(threads.stream().map(WaitingThread::of).toList());
      case GuestEnding.Broken(String text) -> new Ending.Broken(text);
      case GuestEnding.Stopped(GuestEnding.StopReason reason) ->
          switch (reason) {
            case WALL_TIME -> timedOut(Ending.TimedOut.Kind.WALL, wall);
            case CPU_TIME -> timedOut(Ending.TimedOut.Kind.CPU, cpu);
            case INTERRUPTED, CANCELLED, CLOSED -> new Ending.Cancelled();
          };
    };
  }

  private static Ending timedOut(Ending.TimedOut.Kind kind, @Nullable Duration limit) {
    return new Ending.TimedOut(kind, Objects.requireNonNull(limit));
  }

  private static FaultReport report(GuestEnding.Killed killed) {
    List<FaultReport.Frame> frames =
        killed.frames().stream()
            .map(f -> new FaultReport.Frame(f.address(), f.symbol(), f.offset()))
            .toList();
    return new FaultReport(
        killed.signal(),
        killed.signalName(),
        killed.cause(),
        killed.address(),
        killed.registers(),
        frames);
  }
}
