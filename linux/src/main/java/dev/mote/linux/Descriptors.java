package dev.mote.linux;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The descriptor table of a process: numbers, the open files they refer to, and "close on exec" of
/// each number.
final class Descriptors {
  private static final int FIRST_SIZE = 64;

  private static final int SECOND_SIZE = 128;

  private final int hardLimit;
  private int limit;
  private @Nullable OpenFile[] files = new OpenFile[FIRST_SIZE];
  private final BitSet used = new BitSet();

  /// No number below is free.
  private int lowestFree;

  private final BitSet closeOnExec = new BitSet();
  private @Nullable Pins pins; // of the call that runs

  /// @param hardLimit no descriptor is ever this or greater
  Descriptors(int hardLimit) {
    this.hardLimit = hardLimit;
    this.limit = hardLimit;
  }

  /// The soft `RLIMIT_NOFILE`.
  int limit() {
    return limit;
  }

  int hardLimit() {
    return hardLimit;
  }

  /// Sets the soft `RLIMIT_NOFILE`. Descriptors at or above it stay open.
  void limit(int newLimit) {
    limit = Math.clamp(newLimit, 0, hardLimit);
  }

  /// How many descriptors the kernel's table would have room for: it grows in steps and never
  /// shrinks. `select` looks at no more.
  int tableSize() {
    return files.length;
  }

  /// A call begins, or is made again; null: it is over.
  void use(@Nullable Pins itsPins) {
    pins = itsPins;
  }

  /// The open file of a number; the same one for a call that is made again.
  ///
  /// @throws ErrnoException EBADF when there is none
  OpenFile get(int fd) {
    Pins noted = pins;
    if (noted == null) {
      return getNow(fd);
    }
    OpenFile pinned = noted.find(fd);
    if (pinned != null) {
      return pinned;
    }
    OpenFile file = getNow(fd);
    noted.note(fd, file);
    return file;
  }

  /// The open file that a number has now, also for a call that is made again.
  ///
  /// @throws ErrnoException EBADF when there is none
  OpenFile getNow(int fd) {
    OpenFile file = find(fd);
    if (file == null) {
      throw Errno.EBADF.exception();
    }
    return file;
  }

  /// The same, but null when there is none.
  @Nullable OpenFile find(int fd) {
    return fd >= 0 && fd < files.length ? files[fd] : null;
  }

  /// The open file of a number that is good for more than `O_PATH` allows.
  OpenFile opened(int fd) {
    OpenFile file = get(fd);
    if (file instanceof OpenPath) {
      throw Errno.EBADF.exception();
    }
    return file;
  }

  /// Fails when no descriptor is free.
  void requireFree() {
    if (freeFrom(0) >= limit) {
      throw Errno.EMFILE.exception();
    }
  }

  /// Gives a file the lowest free number. The table takes over the caller's reference, which it
  /// releases when there is no free number.
  int add(OpenFile file, boolean cloexec) {
    return addFrom(0, file, cloexec);
  }

  /// The same, for the lowest free number that is at least `lowest`.
  int addFrom(int lowest, OpenFile file, boolean cloexec) {
    int fd = freeFrom(lowest);
    if (fd >= limit) {
      file.release();
      throw Errno.EMFILE.exception();
    }
    put(fd, file, cloexec);
    return fd;
  }

  private int freeFrom(int lowest) {
    if (lowest > lowestFree) {
      return used.nextClearBit(lowest);
    }
    lowestFree = used.nextClearBit(lowestFree);
    return lowestFree;
  }

  /// Gives a file this number; what had it before is closed.
  void set(int fd, OpenFile file, boolean cloexec) {
    if (fd < 0 || fd >= limit) {
      file.release();
      throw Errno.EBADF.exception();
    }
    OpenFile before = find(fd);
    put(fd, file, cloexec);
    if (before != null) {
      drop(before);
    }
  }

  /// Closing any descriptor of a file ends the record locks that this process has on it.
  private void drop(OpenFile file) {
    file.inode().dropLocks(this);
    file.release();
  }

  private void put(int fd, OpenFile file, boolean cloexec) {
    if (fd >= files.length) {
      files = Arrays.copyOf(files, Math.max(SECOND_SIZE, Integer.highestOneBit(fd) << 1));
    }
    files[fd] = file;
    used.set(fd);
    closeOnExec.set(fd, cloexec);
  }

  void close(int fd) {
    OpenFile file = getNow(fd);
    files[fd] = null;
    used.clear(fd);
    lowestFree = Math.min(lowestFree, fd);
    closeOnExec.clear(fd);
    drop(file);
  }

  /// Closes every open number from `first` to `last`, both included.
  void closeRange(int first, int last) {
    for (int fd = used.nextSetBit(first); fd >= 0 && fd <= last; fd = used.nextSetBit(fd + 1)) {
      close(fd);
    }
  }

  void closeOnExecRange(int first, int last) {
    for (int fd = used.nextSetBit(first); fd >= 0 && fd <= last; fd = used.nextSetBit(fd + 1)) {
      closeOnExec.set(fd);
    }
  }

  /// Closes every number that "close on exec" was set for.
  void exec() {
    for (int fd = closeOnExec.nextSetBit(0); fd >= 0; fd = closeOnExec.nextSetBit(fd + 1)) {
      close(fd);
    }
  }

  void closeAll() {
    closeRange(0, Integer.MAX_VALUE - 1);
  }

  boolean closesOnExec(int fd) {
    getNow(fd);
    return closeOnExec.get(fd);
  }

  void closeOnExec(int fd, boolean value) {
    getNow(fd);
    closeOnExec.set(fd, value);
  }

  /// The numbers in use, ascending.
  List<Integer> numbers() {
    return used.stream().boxed().toList();
  }
}
