package dev.mote.bench;

/// One thing that is measured, always beside its floor: what the same work costs on the same
/// machine without Mote, measured in turns with it.
interface Figure {
  /// How it is asked for and reported.
  String name();

  Result measure(Settings settings) throws Exception;

  /// What a figure came to.
  ///
  /// @param value median over the rounds
  /// @param unit of value, spread and floor
  /// @param spread the middle half of the rounds is this far apart (interquartile range)
  /// @param floor median of the floor over the same rounds
  /// @param ratio what the figure's bound is stated in: the median of the rounds' own ratios
  /// @param bound the bound, in words
  /// @param holds whether the ratio is within it
  record Result(
      double value,
      String unit,
      double spread,
      double floor,
      double ratio,
      String bound,
      boolean holds) {

    /// The value may be at most so many times the floor.
    static Result atMost(double bound, Rounds rounds, String unit) {
      double ratio = rounds.ratio();
      return new Result(
          rounds.value(),
          unit,
          rounds.spread(),
          rounds.floor(),
          ratio,
          "at most %.2f".formatted(bound),
          ratio <= bound);
    }

    /// Without a bound: it is there to compare with.
    static Result unbounded(Rounds rounds, String unit) {
      return new Result(
          rounds.value(), unit, rounds.spread(), rounds.floor(), rounds.ratio(), "none", true);
    }

    /// The floor may be at least so large a part of the value: speed compared, not time.
    static Result speedAtLeast(double bound, Rounds rounds, String unit) {
      double ratio = 1 / rounds.ratio();
      return new Result(
          rounds.value(),
          unit,
          rounds.spread(),
          rounds.floor(),
          ratio,
          "at least %.2f".formatted(bound),
          ratio >= bound);
    }
  }
}
