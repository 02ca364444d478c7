package dev.mote.bench;

import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import java.time.Duration;

/// A call of a guest function, warm: a function, its arguments and its result, and for what of it
/// there is no way around, an exit of the guest and perhaps some copies.
final class CallFigure implements Figure {
  private static final int ROUNDS = 401; // short ones: the weather changes
  private static final int WARM_UP = 100_000;
  private static final int FIRST = 10; // as many as the floor does not count

  /// What the guest offers, as `functions.c` does.
  interface Functions {
    long add(long number);

    long ask(long number);

    byte[] echo(byte[] value);

    Person birthday(Person person);
  }

  record Person(String name, int age, String email, double score, boolean active) {}

  /// What is called.
  @FunctionalInterface
  interface Call {
    void make(Functions functions);
  }

  /// What the floor program is asked for one call.
  @FunctionalInterface
  interface UnderCall {
    double measure(Floor floor) throws Exception;
  }

  private final String name;
  private final int calls; // in a round
  private final double bound;
  private final boolean allocationFree;
  private final Call call;
  private final UnderCall floor;

  private CallFigure(
      String name, int calls, double bound, boolean allocationFree, Call call, UnderCall floor) {
    this.name = name;
    this.calls = calls;
    this.bound = bound;
    this.allocationFree = allocationFree;
    this.call = call;
    this.floor = floor;
  }

  /// A number there and back.
  static CallFigure warm() {
    return new CallFigure(
        "warm-call", 100, 1.10, true, f -> f.add(41), floor -> floor.measure("exit 100"));
  }

  /// The same, with a host function that the guest calls to answer.
  static CallFigure host() {
    return new CallFigure(
        "host-call", 50, 1.10, false, f -> f.ask(41), floor -> 2 * floor.measure("exit 100"));
  }

  /// A mebibyte there and back. The floor is four copies: three between two buffers that are used
  /// again and again, and one to where no cache has anything, as the array that the caller gets is
  /// a new one each time.
  static CallFigure bytes() {
    byte[] mebibyte = new byte[1 << 20];
    return new CallFigure(
        "bytes-1m",
        20,
        1,
        false,
        f -> f.echo(mebibyte),
        floor -> {
          double copies = 0;
          for (int i = 0; i < 20; i++) {
            copies += 3 * floor.measure("recopy 256") + floor.measure("coldcopy 256");
          }
          return floor.measure("exit 100") + copies / 20;
        });
  }

  /// A record of five fields there and back.
  static CallFigure record() {
    var person = new Person("Ada Lovelace", 36, "ada@example.org", 0.5, true);
    return new CallFigure(
        "record-call",
        100,
        1,
        false,
        f -> f.birthday(person),
        floor -> floor.measure("exit 100") + 3);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    try (var _ = OneProcessor.use();
        var sandbox =
            Sandbox.builder(Program.of(settings.program("functions")))
                .memory(MemorySize.ofMebibytes(64))
                .timeout(Duration.ofSeconds(10))
                .hostFunction("add", (Long number) -> number + 1)
                .start();
        var under = new Floor(settings.floor())) {
      Functions functions = sandbox.as(Functions.class);
      repeat(functions, Math.min(WARM_UP, 1000 * calls));
      under.measure("exit 2000");
      var rounds =
          Rounds.inTurns(ROUNDS, () -> microseconds(functions), () -> floor.measure(under)).quiet();
      if (allocationFree) {
        Allocation.requireNone(100 * calls, () -> repeat(functions, 100 * calls));
      }
      return Result.atMost(bound, rounds, "us");
    }
  }

  private void repeat(Functions functions, int count) {
    for (int i = 0; i < count; i++) {
      call.make(functions);
    }
  }

  private double microseconds(Functions functions) {
    repeat(functions, Math.min(calls, FIRST)); // the floor has just had the processor
    long start = System.nanoTime();
    repeat(functions, calls);
    return (System.nanoTime() - start) / 1e3 / calls;
  }
}
