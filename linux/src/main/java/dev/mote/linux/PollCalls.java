package dev.mote.linux;

import static dev.mote.linux.OpenFile.POLLERR;
import static dev.mote.linux.OpenFile.POLLHUP;
import static dev.mote.linux.OpenFile.POLLNVAL;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// `poll` and `ppoll`.
final class PollCalls {
  private static final int POLLFD_BYTES = 8;
  private static final long NANOS_PER_MILLISECOND = 1_000_000;

  private final ProcessFiles files;

  PollCalls(ProcessFiles files) {
    this.files = files;
  }

  /// @param timeout in milliseconds; negative waits for ever
  long poll(Task task, long array, long count, int timeout) {
    Wait wait = timeout < 0 ? Wait.forEver() : Wait.of(timeout * NANOS_PER_MILLISECOND);
    return poll(task, array, count, wait);
  }

  /// @param timeout address of a timespec, which gets what is left of it; 0 waits for ever
  long ppoll(Task task, long array, long count, long timeout, long mask, long maskSize) {
    Wait wait = Wait.ofTimespec(task, timeout);
    wait.mask(task, mask, maskSize);
    long result = poll(task, array, count, wait);
    wait.reportTimespec(task, timeout, result);
    return result;
  }

  /// ```
  /// struct pollfd: fd 0, events 4, revents 6 (16 bits each): 8 bytes
  /// ```
  private long poll(Task task, long array, long count, Wait wait) {
    if (count < 0 || count > files.descriptors.limit()) {
      throw Errno.EINVAL.exception();
    }
    byte[] bytes = new byte[(int) count * POLLFD_BYTES];
    task.memory().read(array, bytes, 0, bytes.length);
    ByteBuffer entries = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int ready = 0;
    for (int at = 0; at < bytes.length; at += POLLFD_BYTES) {
      int found = look(entries.getInt(at), entries.getShort(at + 4));
      entries.putShort(at + 6, (short) found);
      ready += found != 0 ? 1 : 0;
    }
    if (ready == 0 && !wait.isOver(task)) {
      for (int at = 0; at < bytes.length; at += POLLFD_BYTES) {
        watch(task, entries.getInt(at));
      }
      return wait.block(task);
    }
    for (int at = 0; at < bytes.length; at += POLLFD_BYTES) {
      task.memory().setShort(array + at + 6, entries.getShort(at + 6));
    }
    return ready;
  }

  private void watch(Task task, int fd) {
    OpenFile file = files.descriptors.find(fd);
    if (file != null) {
      task.watch(file.waiters());
    }
  }

  private int look(int fd, int events) {
    if (fd < 0) {
      return 0;
    }
    OpenFile file = files.descriptors.find(fd);
    return file == null ? POLLNVAL : file.poll() & (events | POLLERR | POLLHUP | POLLNVAL);
  }
}
