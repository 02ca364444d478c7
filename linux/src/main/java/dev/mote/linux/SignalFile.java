package dev.mote.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A `signalfd`: a read takes pending signals of a set from the thread that reads and from its
/// process.
final class SignalFile extends OpenFile {
  /// `struct signalfd_siginfo`.
  private static final int SIZE = 128;

  private final LinuxProcess process;
  private long signals;

  /// @param signals bit n-1 is signal n
  SignalFile(Entry entry, int flags, LinuxProcess process, long signals) {
    super(entry, flags);
    this.process = process;
    signals(signals);
  }

  void signals(long newSignals) {
    signals = newSignals & ~Signals.UNBLOCKABLE;
    process.signals().arrivals.wake(READABLE);
  }

  @Override
  FilesState.Open save(int place) {
    return new FilesState.OpenSignals(place, flags(), signals);
  }

  @Override
  int read(byte[] target, int offset, int length) {
    if (length < SIZE) {
      throw Errno.EINVAL.exception();
    }
    int done = 0;
    while (length - done >= SIZE) {
      SignalInfo info = process.task().takeSignal(signals);
      if (info == null) {
        break;
      }
      encode(info, ByteBuffer.wrap(target, offset + done, SIZE));
      done += SIZE;
    }
    return done == 0 ? WOULD_BLOCK : done;
  }

  /// ```
  /// signo 0, code 8, pid 12, uid 16, timer id 24, overrun 32, status 40, int 44, ptr 48, addr 72
  /// ```
  private static void encode(SignalInfo info, ByteBuffer window) {
    ByteBuffer out = window.slice().order(ByteOrder.LITTLE_ENDIAN);
    out.put(new byte[SIZE]);
    out.putInt(0, info.signal()).putInt(8, info.code());
    if (info.isFault()) {
      out.putLong(72, info.address());
    } else if (info.code() != SignalInfo.SI_KERNEL) {
      boolean timer = info.code() == SignalInfo.SI_TIMER;
      out.putInt(timer ? 24 : 12, info.sender()).putInt(32, info.overrun());
      out.putInt(44, (int) info.value()).putLong(48, info.value());
      if (info.signal() == SignalInfo.SIGCHLD && info.code() > 0) {
        out.putInt(40, (int) info.value()).putInt(44, 0).putLong(48, 0);
      }
    }
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
    return process.signals().arrivals;
  }

  @Override
  int poll() {
    return (process.task().pendingSignals() & signals) != 0 ? POLLIN : 0;
  }
}
