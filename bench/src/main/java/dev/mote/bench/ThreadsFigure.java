package dev.mote.bench;

import dev.mote.Ending;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Streams;
import java.time.Duration;

/// What the system-call layer adds to an exit: the cheapest system call of a program, and the
/// change from one of its threads to another, in which each makes two system calls. `threads.c`
/// takes the time.
final class ThreadsFigure implements Figure {
  private static final int ROUNDS = 21;
  private static final int WARM_UP = 3;

  private final String name;
  private final String what;
  private final int times; // in a round
  private final double bound;
  private final String floor;

  private ThreadsFigure(String name, String what, int times, double bound, String floor) {
    this.name = name;
    this.what = what;
    this.times = times;
    this.bound = bound;
    this.floor = floor;
  }

  static ThreadsFigure systemCall() {
    return new ThreadsFigure("system-call", "call", 4000, 1.15, "exit 1000");
  }

  static ThreadsFigure threadSwitch() {
    return new ThreadsFigure("thread-switch", "switch", 2000, 1.25, "switch 500");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    var program = Program.of(settings.program("threads"), what, Integer.toString(times));
    try (var under = new Floor(settings.floor())) {
      for (int i = 0; i < WARM_UP; i++) {
        microseconds(program);
      }
      var rounds = Rounds.inTurns(ROUNDS, () -> microseconds(program), () -> under.measure(floor));
      return Result.atMost(bound, rounds, "us");
    }
  }

  private static double microseconds(Program program) {
    try (var sandbox = Sandbox.builder(program).timeout(Duration.ofMinutes(2)).build()) {
      var streams = Streams.capture();
      Ending ending = sandbox.run(streams);
      if (!ending.equals(new Ending.Exited(0))) {
        throw new IllegalStateException(program + " ended otherwise: " + ending);
      }
      return Double.parseDouble(streams.outputText().strip());
    }
  }
}
