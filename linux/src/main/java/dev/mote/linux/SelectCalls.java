package dev.mote.linux;

import static dev.mote.linux.OpenFile.POLLERR;
import static dev.mote.linux.OpenFile.POLLHUP;
import static dev.mote.linux.OpenFile.POLLPRI;

import java.util.Arrays;

/// `select` and `pselect6`.
final class SelectCalls {
  private static final int[] WANTED = {
    OpenFile.READABLE | POLLHUP | POLLERR, OpenFile.WRITABLE | POLLERR, POLLPRI
  };

  private final ProcessFiles files;

  SelectCalls(ProcessFiles files) {
    this.files = files;
  }

  long select(Task task, int count, long reads, long writes, long exceptions, long timeout) {
    Wait wait = Wait.ofTimeval(task, timeout);
    long result = select(task, count, new long[] {reads, writes, exceptions}, wait);
    wait.reportTimeval(task, timeout, result);
    return result;
  }

  /// @param masking address of a pair: the address of a signal set and its size; or 0
  long pselect6(Task task, int count, long[] sets, long timeout, long masking) {
    Wait wait = Wait.ofTimespec(task, timeout);
    if (masking != 0) {
      wait.mask(task, task.memory().getLong(masking), task.memory().getLong(masking + 8));
    }
    long result = select(task, count, sets, wait);
    wait.reportTimespec(task, timeout, result);
    return result;
  }

  /// @param sets addresses of the sets of descriptors to read, write and except; 0 for none
  private long select(Task task, int count, long[] sets, Wait wait) {
    if (count < 0) {
      throw Errno.EINVAL.exception();
    }
    int size = Math.min(count, files.descriptors.tableSize());
    int words = (size + 63) / 64;
    long[][] asked = new long[sets.length][words];
    for (int set = 0; set < sets.length; set++) {
      for (int word = 0; sets[set] != 0 && word < words; word++) {
        asked[set][word] = task.memory().getLong(sets[set] + word * 8L) & within(size, word);
      }
    }
    requireOpen(asked);
    long[][] looked = Arrays.stream(asked).map(long[]::clone).toArray(long[][]::new);
    long ready = 0;
    for (int set = 0; set < sets.length; set++) {
      ready += keepReady(asked[set], WANTED[set]);
    }
    if (ready == 0 && !wait.isOver(task)) {
      watch(task, looked);
      return wait.block(task);
    }
    for (int set = 0; set < sets.length; set++) {
      for (int word = 0; sets[set] != 0 && word < words; word++) {
        task.memory().setLong(sets[set] + word * 8L, asked[set][word]);
      }
    }
    return ready;
  }

  /// The bits of a word that stand for descriptors below `size`.
  private static long within(int size, int word) {
    int bits = size - word * 64;
    return bits >= 64 ? -1 : (1L << bits) - 1;
  }

  private void requireOpen(long[][] asked) {
    for (long[] set : asked) {
      for (int word = 0; word < set.length; word++) {
        for (long bits = set[word]; bits != 0; bits &= bits - 1) {
          files.descriptors.getNow(word * 64 + Long.numberOfTrailingZeros(bits));
        }
      }
    }
  }

  private void watch(Task task, long[][] sets) {
    for (long[] set : sets) {
      for (int word = 0; word < set.length; word++) {
        for (long bits = set[word]; bits != 0; bits &= bits - 1) {
          int fd = word * 64 + Long.numberOfTrailingZeros(bits);
          task.watch(files.descriptors.getNow(fd).waiters());
        }
      }
    }
  }

  /// Leaves the bits of those that are ready and counts them.
  private long keepReady(long[] set, int wanted) {
    long ready = 0;
    for (int word = 0; word < set.length; word++) {
      for (long bits = set[word]; bits != 0; bits &= bits - 1) {
        int fd = word * 64 + Long.numberOfTrailingZeros(bits);
        if ((files.descriptors.getNow(fd).poll() & wanted) == 0) {
          set[word] &= ~Long.lowestOneBit(bits);
        } else {
          ready++;
        }
      }
    }
    return ready;
  }
}
