package dev.mote.linux;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/// What `epoll_create` opens: files that are watched, and of those the ones that may be ready.
///
/// A watched file that changes puts its watch in the ready list; a wait looks only there, and asks
/// each file again before it tells of it. What is watched by level and still ready goes to the end
/// of the list, so that every file gets its turn.
final class EpollSet extends OpenFile {
  static final int EPOLLEXCLUSIVE = 1 << 28;
  static final int EPOLLWAKEUP = 1 << 29;
  static final int EPOLLONESHOT = 1 << 30;
  static final int EPOLLET = 1 << 31;

  /// What is about the watch and not about the file.
  private static final int PRIVATE = EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET;

  /// How many sets may follow each other, each watched by the next, less one (`EP_MAX_NESTS`).
  private static final int DEEPEST = 4;

  private final WatchQuotas quotas;
  private final WaitQueue waiters = new WaitQueue();
  private final Map<Key, Watch> watches = new LinkedHashMap<>();
  private final LinkedHashSet<Watch> ready = new LinkedHashSet<>();

  /// Those of other sets, which are few.
  private final LinkedHashSet<Watch> nested = new LinkedHashSet<>();

  EpollSet(Entry entry, int flags, WatchQuotas quotas) {
    super(entry, flags);
    this.quotas = quotas;
  }

  /// A file is watched once under each number that it was added by.
  private record Key(OpenFile file, int fd) {
    @Override
    @SuppressWarnings("ReferenceEquality") // the same description, not an equal one
    public boolean equals(Object other) {
      return other instanceof Key key && key.file == file && key.fd == fd;
    }

    @Override
    public int hashCode() {
      return 31 * System.identityHashCode(file) + fd;
    }
  }

  /// One file in one set.
  final class Watch implements WaitQueue.Waiter {
    final OpenFile file;
    final int fd;
    private int events;
    private long data;
    private boolean over;

    private Watch(OpenFile file, int fd, int events, long data) {
      this.file = file;
      this.fd = fd;
      set(events, data);
    }

    private void set(int newEvents, long newData) {
      events = (newEvents & ~EPOLLWAKEUP) | POLLERR | POLLHUP;
      data = newData;
    }

    int events() {
      return events;
    }

    long data() {
      return data;
    }

    /// One-shot, and it has been told of: until the next change of the watch it is silent.
    boolean isSpent() {
      return (events & ~PRIVATE) == 0;
    }

    private int found() {
      return file.poll() & events & ~PRIVATE;
    }

    @Override
    public void wake(int what) {
      if (!isSpent() && (what == 0 || (what & events) != 0) && !over) {
        ready.add(this);
        waiters.wake(READABLE);
      }
    }

    @Override
    public boolean waits() {
      return waiters.isAwaited();
    }

    private Key key() {
      return new Key(file, fd);
    }

    private void lookNow() {
      if (found() != 0) {
        ready.add(this);
        waiters.wake(READABLE);
      }
    }

    /// The set forgets the file.
    void end() {
      over = true;
      watches.remove(key());
      ready.remove(this);
      WaitQueue queue = file.waiters();
      if (queue != null) {
        queue.remove(this);
      }
      file.watches().remove(this);
      quotas.epoll().release(1);
      if (nested.remove(this)) {
        quotas.nested().release(1);
      }
    }

    private EpollSet owner() {
      return EpollSet.this;
    }
  }

  /// Told of by a wait.
  record Event(int events, long data) {}

  @Override
  FilesState.Open save(int place) {
    return new FilesState.OpenSet(place, flags());
  }

  /// @throws ErrnoException EEXIST, or ENOSPC if there are too many watches
  void add(OpenFile file, int fd, int events, long data) {
    Key key = new Key(file, fd);
    if (watches.containsKey(key)) {
      throw Errno.EEXIST.exception();
    }
    quotas.epoll().charge(1, Errno.ENOSPC);
    if (file instanceof EpollSet && !quotas.nested().tryCharge(1)) {
      quotas.epoll().release(1);
      throw Errno.ENOSPC.exception();
    }
    Watch watch = new Watch(file, fd, events, data);
    watches.put(key, watch);
    if (file instanceof EpollSet) {
      nested.add(watch);
    }
    file.watches().add(watch);
    WaitQueue queue = file.waiters();
    if (queue != null) {
      queue.add(watch);
    }
    watch.lookNow();
  }

  /// @throws ErrnoException ENOENT, or EINVAL for a watch that is exclusive
  void change(OpenFile file, int fd, int events, long data) {
    Watch watch = get(file, fd);
    if ((watch.events & EPOLLEXCLUSIVE) != 0) {
      throw Errno.EINVAL.exception();
    }
    watch.set(events, data);
    watch.lookNow();
  }

  /// @throws ErrnoException ENOENT
  void remove(OpenFile file, int fd) {
    get(file, fd).end();
  }

  private Watch get(OpenFile file, int fd) {
    Watch watch = watches.get(new Key(file, fd));
    if (watch == null) {
      throw Errno.ENOENT.exception();
    }
    return watch;
  }

  /// Refuses a set that leads back here, and chains that are too long.
  ///
  /// @throws ErrnoException ELOOP
  void requireNoLoop(EpollSet inner) {
    int below = inner.depth(this, 0);
    if (below > DEEPEST || below + 1 + height(0) > DEEPEST) {
      throw Errno.ELOOP.exception();
    }
  }

  /// The longest chain of sets below; more than [#DEEPEST] also if `forbidden` is among them.
  @SuppressWarnings("ReferenceEquality") // the same description
  private int depth(EpollSet forbidden, int above) {
    if (this == forbidden || above > DEEPEST) {
      return DEEPEST + 1;
    }
    int deepest = 0;
    for (Watch watch : nested) {
      if (watch.file instanceof EpollSet inner) {
        deepest = Math.max(deepest, 1 + inner.depth(forbidden, above + 1));
      }
    }
    return deepest;
  }

  private int height(int below) {
    int highest = 0;
    if (below <= DEEPEST) {
      for (Watch watch : watches()) {
        highest = Math.max(highest, 1 + watch.owner().height(below + 1));
      }
    }
    return highest;
  }

  /// Takes what is ready.
  ///
  /// @param most at least 1
  List<Event> take(int most) {
    List<Event> events = new ArrayList<>();
    for (int left = ready.size(); left > 0 && events.size() < most; left--) {
      Watch watch = ready.removeFirst();
      int found = watch.found();
      if (found == 0) {
        continue;
      }
      events.add(new Event(found, watch.data));
      if ((watch.events & EPOLLONESHOT) != 0) {
        watch.events &= PRIVATE;
      } else if ((watch.events & EPOLLET) == 0) {
        ready.addLast(watch);
      }
    }
    return events;
  }

  /// Whether a wait would find something; what turns out not to be ready leaves the list.
  private boolean isReady() {
    while (!ready.isEmpty()) {
      if (ready.getFirst().found() != 0) {
        return true;
      }
      ready.removeFirst();
    }
    return false;
  }

  @Override
  WaitQueue waiters() {
    return waiters;
  }

  @Override
  int poll() {
    return isReady() ? READABLE : 0;
  }

  @Override
  void close() {
    List.copyOf(watches.values()).forEach(Watch::end);
  }

  Collection<Watch> watched() {
    return watches.values();
  }

  /// Those that the next wait looks at, in that order.
  List<Watch> listed() {
    return List.copyOf(ready);
  }

  /// A watch that was saved.
  ///
  /// @param events as it had them, also when it is spent
  void restore(OpenFile file, int fd, int events, long data, boolean listed) {
    add(file, fd, 0, data);
    Watch watch = get(file, fd);
    watch.events = events;
    ready.remove(watch);
    if (listed) {
      ready.add(watch);
    }
  }
}
