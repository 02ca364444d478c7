package dev.mote.bench;

/// Leaving a guest and entering it again, from Java; and the proof that it allocates nothing.
final class ExitFigure implements Figure {
  private static final int ROUNDS = 401; // short ones: the weather changes
  private static final int EXITS = 100;
  private static final int WARM_UP = 20_000;
  private static final int FIRST = 10; // as many as the floor does not count

  @Override
  public String name() {
    return "exit";
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    try (var _ = OneProcessor.use();
        var guest = new SpinningGuest(SpinningGuest.Way.GUEST_CALL);
        var floor = new Floor(settings.floor())) {
      exits(guest, WARM_UP);
      floor.measure("exit " + WARM_UP / 10);
      var rounds =
          Rounds.inTurns(ROUNDS, () -> microseconds(guest), () -> floor.measure("exit " + EXITS))
              .quiet();
      Allocation.requireNone(100 * EXITS, () -> exits(guest, 100 * EXITS));
      return Result.atMost(1.10, rounds, "us");
    }
  }

  private static void exits(SpinningGuest guest, int count) {
    for (int i = 0; i < count; i++) {
      guest.exit();
    }
  }

  private static double microseconds(SpinningGuest guest) {
    exits(guest, FIRST); // the floor has just had the processor
    long start = System.nanoTime();
    exits(guest, EXITS);
    return (System.nanoTime() - start) / 1e3 / EXITS;
  }
}
