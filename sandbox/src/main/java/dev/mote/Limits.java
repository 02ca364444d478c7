package dev.mote;

import dev.mote.linux.Ending;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a sandbox was allowed, for telling how its program ended.
record Limits(MemorySize memory, @Nullable Duration wall, @Nullable Duration cpu) {
  long wallNanos() {
    return nanos(wall);
  }

  long cpuNanos() {
    return nanos(cpu);
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

  Outcome outcome(Ending ending) {
    if (ending instanceof Ending.Exited(int status)) {
      return new Outcome.Exited(
          status); // the ordinary end needs no pattern switch, whose first use takes milliseconds
    }
    return switch (ending) {
      case Ending.Exited(int status) -> new Outcome.Exited(status);
      case Ending.Killed killed -> new Outcome.Signaled(report(killed));
      case Ending.OutOfMemory() -> new Outcome.OutOfMemory(memory);
      case Ending.OutputLimit(String stream, long limit) ->
          new Outcome.LimitExceeded(stream, MemorySize.ofBytes(limit));
      case Ending.Broken(String text) -> new Outcome.Broken(text);
      case Ending.Stopped(Ending.StopReason reason) ->
          switch (reason) {
            case WALL_TIME -> timedOut(Outcome.TimedOut.Kind.WALL, wall);
            case CPU_TIME -> timedOut(Outcome.TimedOut.Kind.CPU, cpu);
            case INTERRUPTED, CLOSED -> new Outcome.Cancelled();
          };
    };
  }

  private static Outcome timedOut(Outcome.TimedOut.Kind kind, @Nullable Duration limit) {
    return new Outcome.TimedOut(kind, Objects.requireNonNull(limit));
  }

  private static FaultReport report(Ending.Killed killed) {
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
