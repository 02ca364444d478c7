package dev.mote.linux;

/// What a guest has done, in numbers. Read when it has ended, or as an approximation before.
final class Statistics {
  /// Numbers beyond the table are counted together.
  private static final int NUMBERS = 512;

  private final long[] made = new long[NUMBERS];
  private final long[] refused = new long[NUMBERS];
  private long exits;

  void exit() {
    exits++;
  }

  void systemCall(int number) {
    made[index(number)]++;
  }

  /// The call is not implemented: it gave ENOSYS.
  void refuse(int number) {
    refused[index(number)]++;
  }

  private static int index(int number) {
    return number >= 0 && number < NUMBERS ? number : NUMBERS - 1;
  }

  long exits() {
    return exits;
  }

  long made(int number) {
    return made[index(number)];
  }

  long refused(int number) {
    return refused[index(number)];
  }

  static int numbers() {
    return NUMBERS;
  }
}
