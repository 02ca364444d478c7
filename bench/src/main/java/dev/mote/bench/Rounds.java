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

  /// Those in which nobody else was at work, by the floor alone: it took no more than a tenth
  /// longer than in the quickest tenth of the rounds. On a processor that others share, whatever
  /// follows an exit runs at half its speed for seconds, and the exit itself does not.
  Rounds quiet() {
    double most = 1.1 * quantile(floors, 0.1);
    var rounds = new Rounds(count);
    for (int i = 0; i < count; i++) {
      if (floors[i] <= most) {
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
