package dev.mote.linux;

/// The buffer between the two ends of a pipe or FIFO: 64 KiB unless changed, memory only for what
/// is in it.
final class Pipe {
  /// Writes of up to this many bytes are never split (`PIPE_BUF`).
  static final int ATOMIC = 4096;

  static final int DEFAULT_CAPACITY = 64 << 10;
  static final int LARGEST_CAPACITY = 1 << 20;

  private final Quota quota;
  private final Quota own;

  /// Those who wait at an end that reads, at one that writes, and at one that does both.
  private final WaitQueue atReaders = new WaitQueue();

  private final WaitQueue atWriters = new WaitQueue();
  private final WaitQueue atBoth = new WaitQueue();
  private byte[] ring = new byte[0];
  private int start;
  private int used;
  private int capacity;
  private int readers;
  private int writers;

  /// How often an end was opened; a FIFO's `open` waits for the other side's count to change.
  private long readersEver;

  private long writersEver;

  /// @param quotas what all pipes may hold together; without room the pipe has one page, as a
  ///   user's pipes have in Linux beyond `pipe-user-pages-soft`
  Pipe(BufferQuotas quotas) {
    quota = quotas.shared();
    own = quotas.own();
  }

  /// Before it is opened.
  ///
  /// @throws ErrnoException ENFILE if there are too many pipes (`pipe-user-pages-hard`)
  void requireRoom() {
    if (readers + writers == 0 && own.free() < ATOMIC) {
      throw Errno.ENFILE.exception();
    }
  }

  int capacity() {
    return capacity;
  }

  /// Those who wait at an end.
  WaitQueue waiters(boolean reads, boolean writes) {
    return reads && writes ? atBoth : reads ? atReaders : atWriters;
  }

  private void wakeReaders() {
    atReaders.wake(OpenFile.READABLE);
    atBoth.wake(OpenFile.READABLE);
  }

  private void wakeWriters() {
    atWriters.wake(OpenFile.WRITABLE);
    atBoth.wake(OpenFile.WRITABLE);
  }

  private void wakeAll(int events) {
    atReaders.wake(events);
    atWriters.wake(events);
    atBoth.wake(events);
  }

  /// `F_SETPIPE_SZ`: rounds up to a power of two of pages and returns the new capacity.
  int resize(int wanted) {
    if (wanted < 0) {
      throw Errno.EINVAL.exception();
    }
    if (wanted > LARGEST_CAPACITY) {
      throw Errno.EPERM.exception();
    }
    int rounded = Math.max(ATOMIC, Integer.highestOneBit(Math.max(1, wanted - 1)) << 1);
    if (rounded < used) {
      throw Errno.EBUSY.exception();
    }
    if (rounded > capacity) {
      quota.charge(rounded - capacity, Errno.EPERM);
    } else {
      quota.release(capacity - rounded);
    }
    capacity = rounded;
    relocate(Math.min(capacity, Math.max(used, ring.length)));
    wakeWriters();
    return capacity;
  }

  void open(boolean reads, boolean writes) {
    if (readers + writers == 0) {
      own.charge(ATOMIC, Errno.ENFILE);
      capacity = quota.tryCharge(DEFAULT_CAPACITY - ATOMIC) ? DEFAULT_CAPACITY : ATOMIC;
    }
    if (reads) {
      readers++;
      readersEver++;
    }
    if (writes) {
      writers++;
      writersEver++;
    }
    wakeAll(0); // an open that waits for the other side
  }

  void close(boolean reads, boolean writes) {
    readers -= reads ? 1 : 0;
    writers -= writes ? 1 : 0;
    if (readers + writers == 0) {
      quota.release(capacity - ATOMIC);
      own.release(ATOMIC);
      ring = new byte[0];
      used = 0;
      start = 0;
    }
    wakeAll(OpenFile.POLLHUP | OpenFile.POLLERR);
  }

  FilesState.PipeState save() {
    byte[] bytes = new byte[used];
    int first = Math.min(used, ring.length - start);
    System.arraycopy(ring, start, bytes, 0, first);
    System.arraycopy(ring, 0, bytes, first, used - first);
    return new FilesState.PipeState(capacity, bytes, readersEver, writersEver);
  }

  /// The buffer of a pipe whose ends will be opened again.
  void load(FilesState.PipeState saved) {
    int length = saved.bytes().length;
    if (saved.capacity() < 0 || saved.capacity() > LARGEST_CAPACITY || length > saved.capacity()) {
      throw new IllegalArgumentException("the buffer of a pipe");
    }
    if (saved.capacity() > 0) {
      own.charge(ATOMIC, Errno.ENFILE);
      quota.charge(Math.max(0, saved.capacity() - ATOMIC), Errno.EPERM);
    }
    capacity = saved.capacity();
    ring = saved.bytes().clone();
    used = length;
    start = 0;
    readersEver = saved.readersEver();
    writersEver = saved.writersEver();
  }

  /// An end that was open when the pipe was saved.
  void reopen(boolean reads, boolean writes) {
    readers += reads ? 1 : 0;
    writers += writes ? 1 : 0;
  }

  boolean hasReaders() {
    return readers > 0;
  }

  boolean hasWriters() {
    return writers > 0;
  }

  long readersEver() {
    return readersEver;
  }

  long writersEver() {
    return writersEver;
  }

  int used() {
    return used;
  }

  int room() {
    return capacity - used;
  }

  /// Reads what there is; 0 when no writer is left, WOULD_BLOCK when one is.
  int read(byte[] target, int offset, int length) {
    if (used == 0) {
      return writers == 0 ? 0 : OpenFile.WOULD_BLOCK;
    }
    boolean wasFull = room() < ATOMIC;
    int count = Math.min(length, used);
    int first = Math.min(count, ring.length - start);
    System.arraycopy(ring, start, target, offset, first);
    System.arraycopy(ring, 0, target, offset + first, count - first);
    used -= count;
    start = used == 0 ? 0 : (start + count) % ring.length;
    if (wasFull) {
      wakeWriters();
    }
    return count;
  }

  /// Writes what fits; nothing at all when `length` is at most [#ATOMIC] and does not fit.
  ///
  /// @throws ErrnoException EPIPE when no reader is left
  int write(byte[] source, int offset, int length) {
    if (readers == 0) {
      throw Errno.EPIPE.exception();
    }
    int count = Math.min(length, room());
    if (count == 0 || (count < length && length <= ATOMIC)) {
      return OpenFile.WOULD_BLOCK;
    }
    if (used + count > ring.length) {
      relocate(Math.min(capacity, Math.max(ATOMIC, Integer.highestOneBit(used + count - 1) << 1)));
    }
    int at = (start + used) % ring.length;
    int first = Math.min(count, ring.length - at);
    System.arraycopy(source, offset, ring, at, first);
    System.arraycopy(source, offset + first, ring, 0, count - first);
    used += count;
    wakeReaders();
    return count;
  }

  private void relocate(int length) {
    byte[] moved = new byte[length];
    int first = Math.min(used, ring.length - start);
    System.arraycopy(ring, start, moved, 0, first);
    System.arraycopy(ring, 0, moved, first, used - first);
    ring = moved;
    start = 0;
  }
}
