package dev.mote.linux;

import static dev.mote.linux.OpenFlags.CHANGEABLE;
import static dev.mote.linux.OpenFlags.CREATION;
import static dev.mote.linux.OpenFlags.O_APPEND;
import static dev.mote.linux.OpenFlags.O_NONBLOCK;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An open file description: what several descriptors may share. It has the position and the status
/// flags; "close on exec" belongs to the descriptor.
///
/// Reading and writing never block the host: they return [#WOULD_BLOCK], and the system call
/// decides whether the guest waits or gets EAGAIN. What a kind cannot do fails with the error that
/// Linux has for it; the methods here are the answers of a file that can do nothing.
abstract sealed class OpenFile
    permits OpenRegularFile,
        OpenDirectory,
        OpenPath,
        OpenPipe,
        OpenDevice,
        EventCounter,
        EpollSet,
        TimerFile,
        SignalFile,
        Notifier,
        Socket,
        OpenChannel,
        StandardStream {
  /// No byte now, perhaps later. Results of 0 and more are counts.
  static final int WOULD_BLOCK = -1;

  static final int POLLIN = 1;
  static final int POLLPRI = 2;
  static final int POLLOUT = 4;
  static final int POLLERR = 8;
  static final int POLLHUP = 0x10;
  static final int POLLNVAL = 0x20;
  static final int POLLRDNORM = 0x40;
  static final int POLLWRNORM = 0x100;
  static final int POLLWRBAND = 0x200;
  static final int POLLRDHUP = 0x2000;

  static final int READABLE = POLLIN | POLLRDNORM;
  static final int WRITABLE = POLLOUT | POLLWRNORM;

  static final int SEEK_SET = 0;
  static final int SEEK_CUR = 1;
  static final int SEEK_END = 2;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;

  private final Entry entry;
  private int flags;
  private int references = 1;

  /// The epoll sets that watch this description; null while none ever has.
  private @Nullable Set<EpollSet.Watch> watches;

  /// @param entry what was opened
  /// @param flags as `open` got them; those that only act at the opening are dropped
  OpenFile(Entry entry, int flags) {
    this.entry = entry;
    this.flags = flags & ~CREATION;
    entry.inode.hold();
  }

  final Entry entry() {
    return entry;
  }

  final Inode inode() {
    return entry.inode;
  }

  final int flags() {
    return flags;
  }

  /// `F_SETFL`: flags that cannot be changed are ignored.
  final void changeFlags(int wanted) {
    flags = (flags & ~CHANGEABLE) | (wanted & CHANGEABLE);
  }

  final boolean nonBlocking() {
    return (flags & O_NONBLOCK) != 0;
  }

  final boolean appends() {
    return (flags & O_APPEND) != 0;
  }

  final void requireReadable() {
    if (!OpenFlags.reads(flags)) {
      throw Errno.EBADF.exception();
    }
  }

  final void requireWritable() {
    if (!OpenFlags.writes(flags)) {
      throw Errno.EBADF.exception();
    }
  }

  /// One more descriptor or mapping refers to this description.
  final OpenFile retain() {
    references++;
    return this;
  }

  /// How many descriptors, mappings, calls and messages refer to it.
  final int references() {
    return references;
  }

  /// The last release closes it.
  final void release() {
    if (--references == 0) {
      if (watches != null) {
        List.copyOf(watches).forEach(EpollSet.Watch::end);
      }
      close();
      if (!(this instanceof OpenPath)) {
        boolean wrote = OpenFlags.writes(flags);
        Notices.about(entry, wrote ? Notifier.IN_CLOSE_WRITE : Notifier.IN_CLOSE_NOWRITE);
      }
      entry.inode.dropLocks(this);
      entry.inode.letGo();
    }
  }

  /// What it is, as data.
  ///
  /// @param place the number of its entry
  abstract FilesState.Open save(int place);

  /// Frees what this description holds; called once.
  void close() {}

  /// Reads at the position and moves it. 0 is the end of the file.
  int read(byte[] target, int offset, int length) {
    throw Errno.EINVAL.exception();
  }

  /// Writes at the position and moves it.
  int write(byte[] source, int offset, int length) {
    throw Errno.EINVAL.exception();
  }

  int readAt(long position, byte[] target, int offset, int length) {
    throw Errno.ESPIPE.exception();
  }

  int writeAt(long position, byte[] source, int offset, int length) {
    throw Errno.ESPIPE.exception();
  }

  /// Moves the position and returns it.
  long seek(long offset, int whence) {
    throw Errno.ESPIPE.exception();
  }

  /// What a read of no bytes gives.
  int readNothing() {
    return 0;
  }

  int writeNothing() {
    return 0;
  }

  /// Whether the calls that name a position work.
  boolean isPositioned() {
    return false;
  }

  /// Whether a write that could not place everything goes on waiting, as on a pipe; otherwise it
  /// returns what it has placed.
  boolean writesEverything() {
    return false;
  }

  /// When a write that would block is made again though nothing was signalled; see [Task#block].
  long writeAgainAt() {
    return Task.NO_DEADLINE;
  }

  /// Whether a system call that filled one buffer asks for more, as it does for all but streams
  /// whose reads end where one arrival ended.
  boolean continues() {
    return true;
  }

  /// POLL* bits: what can be done now without waiting.
  int poll() {
    return READABLE | WRITABLE;
  }

  /// Those who wait for that to change; null if it never does.
  @Nullable WaitQueue waiters() {
    return null;
  }

  /// Whether epoll can watch it: it has a state that changes.
  boolean isWatchable() {
    return waiters() != null;
  }

  /// Where it is in epoll sets.
  final Set<EpollSet.Watch> watches() {
    if (watches == null) {
      watches = new LinkedHashSet<>(2);
    }
    return watches;
  }

  void sync() {
    throw Errno.EINVAL.exception();
  }

  /// How many bytes a read would give at once (`FIONREAD`); -1 when the file does not know.
  long available() {
    return -1;
  }

  /// The terminal that this file is; null if it is none.
  @Nullable Terminal terminal() {
    return null;
  }

  /// The bytes for a file mapping; the mapping must hold a reference to this description.
  ///
  /// @throws ErrnoException ENODEV when the file has none
  FileContent content() {
    throw Errno.ENODEV.exception();
  }

  /// The in-memory file behind this description.
  ///
  /// @throws ErrnoException `error` when it is not one
  final MemoryFile memoryFile(Errno error) {
    if (entry.inode instanceof MemoryFile file) {
      return file;
    }
    throw error.exception();
  }
}
