package dev.mote.machine;

/// Joins frames that follow each other, so that what is done with them is done once for all of a
/// run: each time is a system call. Not thread-safe.
final class FrameRuns {
  /// What is done with a run of frames.
  @FunctionalInterface
  interface Action {
    void of(int first, int count);
  }

  private final Action action;
  private int first;
  private int count;

  FrameRuns(Action action) {
    this.action = action;
  }

  void add(int frame) {
    if (count > 0 && frame == first + count) {
      count++;
      return;
    }
    end();
    first = frame;
    count = 1;
  }

  /// No frame follows.
  void end() {
    if (count > 0) {
      action.of(first, count);
      count = 0;
    }
  }
}
