package dev.mote.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Each kind of exit under JMH, for its profilers: `bench/run --jmh -prof gc`.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class ExitBenchmark {
  /// How the guest exits: the names of [SpinningGuest.Way].
  @Param({"GUEST_CALL", "SYSTEM_CALL", "FAULT"})
  public String way = "";

  @SuppressWarnings("NullAway.Init") // JMH calls open first
  private SpinningGuest guest;

  /// Makes the guest.
  @Setup
  public void open() {
    guest = new SpinningGuest(SpinningGuest.Way.valueOf(way));
  }

  /// Leaves the guest and enters it again.
  @Benchmark
  public void exit() {
    guest.exit();
  }

  /// Ends the guest.
  @TearDown
  public void close() {
    guest.close();
  }
}
