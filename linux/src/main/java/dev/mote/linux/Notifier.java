package dev.mote.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What `inotify_init` opens: files and directories that are watched, and what has happened to
/// them.
final class Notifier extends OpenFile {
  static final int IN_ACCESS = 1;
  static final int IN_MODIFY = 2;
  static final int IN_ATTRIB = 4;
  static final int IN_CLOSE_WRITE = 8;
  static final int IN_CLOSE_NOWRITE = 0x10;
  static final int IN_OPEN = 0x20;
  static final int IN_MOVED_FROM = 0x40;
  static final int IN_MOVED_TO = 0x80;
  static final int IN_CREATE = 0x100;
  static final int IN_DELETE = 0x200;
  static final int IN_DELETE_SELF = 0x400;
  static final int IN_MOVE_SELF = 0x800;
  static final int IN_ALL_EVENTS = 0xfff;
  static final int IN_Q_OVERFLOW = 0x4000;
  static final int IN_IGNORED = 0x8000;
  static final int IN_EXCL_UNLINK = 0x400_0000;
  static final int IN_MASK_ADD = 0x2000_0000;
  static final int IN_ISDIR = 0x4000_0000;
  static final int IN_ONESHOT = 1 << 31;

  /// How many events wait at most (`max_queued_events`).
  static final int MOST_NOTICES = 16_384;

  /// `struct inotify_event`: wd 0, mask 4, cookie 8, len 12, then the name.
  private static final int HEADER = 16;

  private final WatchQuotas quotas;
  private final WaitQueue waiters = new WaitQueue();
  private final TreeMap<Integer, Watch> watches = new TreeMap<>();
  private final IdentityHashMap<Inode, Watch> byInode = new IdentityHashMap<>();
  private final ArrayDeque<Notice> notices = new ArrayDeque<>();
  private int lastWatch;
  private boolean overflown;

  Notifier(Entry entry, int flags, WatchQuotas quotas) {
    super(entry, flags);
    this.quotas = quotas;
  }

  private record Notice(int watch, int mask, int cookie, String name) {
    /// Names are filled up with NULs to a multiple of the header.
    int length() {
      return name.isEmpty() ? HEADER : HEADER + ((name.length() + HEADER) & -HEADER);
    }
  }

  /// One inode that is watched.
  final class Watch {
    private final int number;
    private final Inode inode;
    private int mask;

    private Watch(int number, Inode inode, int mask) {
      this.number = number;
      this.inode = inode;
      this.mask = mask;
    }

    /// Something has happened.
    ///
    /// @param event one IN_ bit, and IN_ISDIR if it is about a directory
    /// @param name in the directory that is watched; empty for the file itself
    void tell(int event, int cookie, String name) {
      if ((mask & event & IN_ALL_EVENTS) == 0) {
        return;
      }
      push(new Notice(number, event, cookie, name));
      if ((mask & IN_ONESHOT) != 0) {
        end();
      }
    }

    /// It is watched no more, and its last event says so.
    void end() {
      if (watches.remove(number) != null) {
        byInode.remove(inode);
        inode.watches().remove(this);
        inode.letGo();
        quotas.inotify().release(1);
        push(new Notice(number, IN_IGNORED, 0, ""));
      }
    }
  }

  /// @return the number of the watch
  /// @throws ErrnoException ENOSPC if there are too many
  int add(Inode inode, int mask, boolean replaces, boolean onlyNew) {
    Watch known = byInode.get(inode);
    if (known != null) {
      if (onlyNew) {
        throw Errno.EEXIST.exception();
      }
      known.mask = replaces ? mask : known.mask | mask;
      return known.number;
    }
    quotas.inotify().charge(1, Errno.ENOSPC);
    Watch watch = new Watch(++lastWatch, inode, mask);
    place(watch);
    return watch.number;
  }

  private void place(Watch watch) {
    watches.put(watch.number, watch);
    byInode.put(watch.inode, watch);
    watch.inode.watches().add(watch);
    watch.inode.hold();
  }

  /// @throws ErrnoException EINVAL if there is no such watch
  void remove(int number) {
    Watch watch = watches.get(number);
    if (watch == null) {
      throw Errno.EINVAL.exception();
    }
    watch.end();
  }

  private void push(Notice notice) {
    if (overflown || notice.equals(notices.peekLast())) {
      return;
    }
    if (notices.size() < MOST_NOTICES && quotas.notifications().tryCharge(1)) {
      notices.add(notice);
    } else {
      overflown = true;
    }
    waiters.wake(READABLE);
  }

  private @Nullable Notice first() {
    Notice first = notices.peek();
    return first == null && overflown ? new Notice(-1, IN_Q_OVERFLOW, 0, "") : first;
  }

  private void dropFirst() {
    if (notices.isEmpty()) {
      overflown = false;
    } else {
      notices.remove();
      quotas.notifications().release(1);
    }
  }

  @Override
  int read(byte[] target, int offset, int length) {
    Notice next = first();
    if (next == null) {
      return WOULD_BLOCK;
    }
    if (next.length() > length) {
      throw Errno.EINVAL.exception();
    }
    ByteBuffer out = ByteBuffer.wrap(target, offset, length).order(ByteOrder.LITTLE_ENDIAN);
    for (; next != null && next.length() <= out.remaining(); next = first()) {
      int end = out.position() + next.length();
      out.putInt(next.watch).putInt(next.mask).putInt(next.cookie).putInt(next.length() - HEADER);
      out.put(FileTree.bytes(next.name));
      while (out.position() < end) {
        out.put((byte) 0);
      }
      dropFirst();
    }
    return out.position() - offset;
  }

  @Override
  int readNothing() {
    throw Errno.EINVAL.exception();
  }

  @Override
  boolean continues() {
    return false;
  }

  @Override
  WaitQueue waiters() {
    return waiters;
  }

  @Override
  int poll() {
    return first() == null ? 0 : READABLE;
  }

  @Override
  long available() {
    long sum = 0;
    for (Notice notice : notices) {
      sum += notice.length();
    }
    return sum;
  }

  @Override
  void close() {
    for (Watch watch : List.copyOf(watches.values())) {
      watch.end();
    }
    quotas.notifications().release(notices.size());
    notices.clear();
  }

  @Override
  FilesState.Open save(int place) {
    return new FilesState.OpenNotifier(place, flags());
  }

  /// @param numbers of nodes; what has none is watched no more
  WaitingState.Notifying save(int open, Map<Inode, Integer> numbers) {
    return new WaitingState.Notifying(
        open,
        lastWatch,
        overflown,
        watches.values().stream()
            .filter(watch -> numbers.containsKey(watch.inode))
            .map(watch ->
                new WaitingState.NodeWatch(
                    watch.number, Objects.requireNonNull(numbers.get(watch.inode)), watch.mask))
            .toList(),
        notices.stream()
            .map(n -> new WaitingState.Notice(n.watch, n.mask, n.cookie, n.name))
            .toList());
  }

  void load(WaitingState.Notifying saved, List<Inode> nodes) {
    lastWatch = saved.lastWatch();
    overflown = saved.overflown();
    for (var watch : saved.watches()) {
      Inode inode = nodes.get(watch.node());
      if (watches.containsKey(watch.number()) || byInode.containsKey(inode)) {
        throw new IllegalArgumentException("two watches of one file");
      }
      quotas.inotify().charge(1, Errno.ENOSPC);
      place(new Watch(watch.number(), inode, watch.mask()));
    }
    for (var notice : saved.notices()) {
      quotas.notifications().charge(1, Errno.ENOSPC);
      notices.add(new Notice(notice.watch(), notice.mask(), notice.cookie(), notice.name()));
    }
  }
}
