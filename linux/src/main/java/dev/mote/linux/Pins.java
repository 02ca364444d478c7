package dev.mote.linux;

import org.jspecify.annotations.Nullable;

/// The open files that one system call has found by their numbers. While it waits it keeps them,
/// and goes on with them whatever other threads do with the numbers meanwhile.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class Pins {
  private static final int MOST = 2; // no call that waits names more, but for those that look again

  private final int[] numbers = new int[MOST];
  private final @Nullable OpenFile[] files = new OpenFile[MOST];
  private int count;
  private boolean held;

  /// What a call that waited has found by a number; null if nothing, or it has not waited.
  @Nullable OpenFile find(int fd) {
    for (int i = 0; held && i < count; i++) {
      if (numbers[i] == fd) {
        return files[i];
      }
    }
    return null;
  }

  /// A call has found a file.
  void note(int fd, OpenFile file) {
    if (!held && count < MOST) {
      numbers[count] = fd;
      files[count++] = file;
    }
  }

  /// The call waits.
  void hold() {
    if (!held) {
      held = true;
      for (int i = 0; i < count; i++) {
        get(i).retain();
      }
    }
  }

  /// The call is over.
  void clear() {
    int noted = count;
    boolean wasHeld = held;
    count = 0;
    held = false;
    for (int i = 0; i < noted; i++) {
      OpenFile file = get(i);
      files[i] = null;
      if (wasHeld) {
        file.release();
      }
    }
  }

  /// Whether the numbers of a call that waits still stand for the files that it waits for.
  @SuppressWarnings("ReferenceEquality") // the same description
  boolean isFoundAgain(Descriptors descriptors) {
    for (int i = 0; held && i < count; i++) {
      if (descriptors.find(numbers[i]) != files[i]) {
        return false;
      }
    }
    return true;
  }

  private OpenFile get(int i) {
    OpenFile file = files[i];
    if (file == null) {
      throw new AssertionError("no file was noted");
    }
    return file;
  }
}
