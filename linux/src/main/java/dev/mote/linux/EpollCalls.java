package dev.mote.linux;

import static dev.mote.linux.EpollSet.EPOLLET;
import static dev.mote.linux.EpollSet.EPOLLEXCLUSIVE;
import static dev.mote.linux.EpollSet.EPOLLWAKEUP;
import static dev.mote.linux.OpenFlags.O_CLOEXEC;
import static dev.mote.linux.OpenFlags.O_RDWR;

import dev.mote.machine.PageTables;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// `epoll_create`, `epoll_ctl`, `epoll_wait` and their kin.
final class EpollCalls {
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLL_CTL_MOD = 3;

  /// `struct epoll_event`: events 0, data 4; packed.
  private static final int EVENT_BYTES = 12;

  /// How many events one wait tells of at most, whatever it is asked for.
  private static final int MOST_EVENTS = 4096;

  private static final int GOES_WITH_EXCLUSIVE =
      OpenFile.POLLIN
          | OpenFile.POLLOUT
          | OpenFile.POLLERR
          | OpenFile.POLLHUP
          | EPOLLWAKEUP
          | EPOLLET
          | EPOLLEXCLUSIVE;

  private static final long NANOS_PER_MILLISECOND = 1_000_000;

  private final ProcessFiles files;

  EpollCalls(ProcessFiles files) {
    this.files = files;
  }

  /// @param size a hint of old kernels
  long create(int size) {
    if (size <= 0) {
      throw Errno.EINVAL.exception();
    }
    return create1(0);
  }

  long create1(int flags) {
    if ((flags & ~O_CLOEXEC) != 0) {
      throw Errno.EINVAL.exception();
    }
    files.descriptors.requireFree();
    Entry entry = files.tree.anonymousEntry("[eventpoll]");
    var set = new EpollSet(entry, O_RDWR, files.tree.watchQuotas());
    return files.descriptors.add(set, (flags & O_CLOEXEC) != 0);
  }

  @SuppressWarnings("ReferenceEquality") // the same description
  long control(Task task, int epfd, int operation, int fd, long event) {
    int events = 0;
    long data = 0;
    if (operation != EPOLL_CTL_DEL) {
      events = task.memory().getInt(event);
      data = task.memory().getLong(event + 4);
    }
    OpenFile outer = files.descriptors.opened(epfd);
    OpenFile file = files.descriptors.opened(fd);
    if (!file.isWatchable()) {
      throw Errno.EPERM.exception();
    }
    if (outer == file || !(outer instanceof EpollSet set)) {
      throw Errno.EINVAL.exception();
    }
    checkExclusive(operation, events, file);
    if (operation == EPOLL_CTL_ADD && file instanceof EpollSet inner) {
      set.requireNoLoop(inner);
    }
    switch (operation) {
      case EPOLL_CTL_ADD -> set.add(file, fd, events, data);
      case EPOLL_CTL_MOD -> set.change(file, fd, events, data);
      case EPOLL_CTL_DEL -> set.remove(file, fd);
      default -> throw Errno.EINVAL.exception();
    }
    return 0;
  }

  private static void checkExclusive(int operation, int events, OpenFile file) {
    if ((events & EPOLLEXCLUSIVE) != 0
        && (operation == EPOLL_CTL_MOD
            || (operation == EPOLL_CTL_ADD
                && (file instanceof EpollSet || (events & ~GOES_WITH_EXCLUSIVE) != 0)))) {
      throw Errno.EINVAL.exception();
    }
  }

  /// @param timeout in milliseconds; negative waits for ever
  long wait(Task task, int epfd, long array, int most, int timeout) {
    return wait(task, epfd, array, most, ofMilliseconds(timeout));
  }

  long pwait(Task task, int epfd, long array, int most, int timeout, long mask, long maskSize) {
    Wait wait = ofMilliseconds(timeout);
    wait.mask(task, mask, maskSize);
    return wait(task, epfd, array, most, wait);
  }

  /// @param timeout address of a timespec; 0 waits for ever
  long pwait2(Task task, int epfd, long array, int most, long timeout, long mask, long maskSize) {
    Wait wait = Wait.ofTimespec(task, timeout);
    wait.mask(task, mask, maskSize);
    return wait(task, epfd, array, most, wait);
  }

  private static Wait ofMilliseconds(int timeout) {
    return timeout < 0 ? Wait.forEver() : Wait.of(timeout * NANOS_PER_MILLISECOND);
  }

  private long wait(Task task, int epfd, long array, int most, Wait wait) {
    if (most <= 0 || most > Integer.MAX_VALUE / EVENT_BYTES) {
      throw Errno.EINVAL.exception();
    }
    long bytes = (long) most * EVENT_BYTES;
    if (array < 0 || array > PageTables.USER_END - bytes) {
      throw Errno.EFAULT.exception();
    }
    if (!(files.descriptors.opened(epfd) instanceof EpollSet set)) {
      throw Errno.EINVAL.exception();
    }
    if (set.poll() == 0) {
      return wait.isOver(task) ? 0 : wait.block(task, set.waiters());
    }
    // Nothing is taken for which there is no room.
    long room =
        task.memory().writableBytes(array, Math.min(most, MOST_EVENTS) * (long) EVENT_BYTES);
    if (room < EVENT_BYTES) {
      throw Errno.EFAULT.exception();
    }
    return store(task, array, set.take((int) (room / EVENT_BYTES)));
  }

  private static long store(Task task, long array, List<EpollSet.Event> events) {
    ByteBuffer out =
        ByteBuffer.allocate(events.size() * EVENT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    events.forEach(event -> out.putInt(event.events()).putLong(event.data()));
    task.memory().write(array, out.array(), 0, out.capacity());
    return events.size();
  }
}
