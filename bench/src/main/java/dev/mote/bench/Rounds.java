package dev.mote.bench;

import java.util.Arrays;

/// Measurements taken in turns with those of a floor. On a machine that others use too, the two of
/// one round see the same weather, so the ratio is taken round by round.
final class Rounds {
  private final double[] values;
  private final double[] floors;
  private int count;

  Rounds(int count) {
    values = new double[count];
    floors = new double[count];
  }

  /// One measurement, in whatever unit both have.
  @FunctionalInterface
  interface Measurement {
    double take() throws Exception;
  }

  /// Takes all rounds, the floor first in every second one.
  static Rounds inTurns(int count, Measurement value, Measurement floor) throws Exception {
    var rounds = new Rounds(count);
    for (int i = 0; i < count; i++) {
      if (i % 2 == 0) {
        double under = floor.take();
        rounds.add(value.take(), under);
      } else {
        double over = value.take();
        rounds.add(over, floor.take());
      }
    }
    return rounds;
  }

  /// Those in which nobody else was at work: both sides took no more than a tenth longer than in
  /// the quickest tenth of their rounds. The processor of a neighbour takes from an exit a third of
  /// its speed and from what follows it more than half, for milliseconds at a time.
  Rounds quiet() {
    double most = 1.1 * quantile(values, 0.1);
    double mostOfFloor = 1.1 * quantile(floors, 0.1);
    var rounds = new Rounds(count);
    for (int i = 0; i < count; i++) {
      if (values[i] <= most && floors[i] <= mostOfFloor) {
        rounds.add(values[i], floors[i]);
      }
    }
    return rounds;
  }

  void add(double value, double floor) {
    values[count] = value;
    floors[count] = floor;
    count++;
  }

  double value() {
    return quantile(values, 0.5);
  }

  double floor() {
    return quantile(floors, 0.5);
  }

  double spread() {
    return quantile(values, 0.75) - quantile(values, 0.25);
  }

  double ratio() {
    double[] ratios = new double[count];
    for (int i = 0; i < count; i++) {
      ratios[i] = values[i] / floors[i];
    }
    return quantile(ratios, 0.5);
  }

  private double quantile(double[] of, double part) {
    double[] sorted = Arrays.copyOf(of, count);
    Arrays.sort(sorted);
    double at = part * (count - 1);
    int below = (int) at;
    int above = Math.min(below + 1, count - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
