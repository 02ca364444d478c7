package dev.mote.linux;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// An `eventfd`: a 64-bit counter; writes add to it, a read takes it.
final class EventCounter extends OpenFile {
  private static final int SIZE = 8;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// The largest value that the counter can have, unsigned.
  private static final long MAXIMUM = -2;

  private final boolean semaphore;
  private final WaitQueue waiters = new WaitQueue();
  private long count;

  EventCounter(Entry entry, int flags, long initial, boolean semaphore) {
    super(entry, flags);
    this.count = initial;
    this.semaphore = semaphore;
  }

  @Override
  FilesState.Open save(int place) {
    return new FilesState.OpenCounter(place, flags(), count, semaphore);
  }

  @Override
  int read(byte[] target, int offset, int length) {
    if (length < SIZE) {
      throw Errno.EINVAL.exception();
    }
    if (count == 0) {
      return WOULD_BLOCK;
    }
    long value = semaphore ? 1 : count;
    count -= value;
    waiters.wake(WRITABLE);
    LONG.set(target, offset, value);
    return SIZE;
  }

  @Override
  int write(byte[] source, int offset, int length) {
    if (length < SIZE) {
      throw Errno.EINVAL.exception();
    }
    long value = (long) LONG.get(source, offset);
    if (value == -1) {
      throw Errno.EINVAL.exception();
    }
    if (Long.compareUnsigned(value, MAXIMUM - count) > 0) {
      return WOULD_BLOCK;
    }
    count += value;
    waiters.wake(READABLE);
    return SIZE;
  }

  @Override
  boolean continues() {
    return false;
  }

  @Override
  int readNothing() {
    throw Errno.EINVAL.exception();
  }

  @Override
  int writeNothing() {
    throw Errno.EINVAL.exception();
  }

  @Override
  WaitQueue waiters() {
    return waiters;
  }

  @Override
  int poll() {
    return (count != 0 ? POLLIN : 0) | (Long.compareUnsigned(count, MAXIMUM) < 0 ? POLLOUT : 0);
  }
}
