package dev.mote.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// The only class that talks to the native linker.
///
/// Everything goes through one call shape: seven longs in, one long out, errno captured. Shapes,
/// not functions, cost start-up time, and with `syscall(2)` one shape reaches every Linux system
/// call. A result is the kernel's own: not negative, or `-errno`.
///
/// Each thread captures errno into a segment of its own: a shared one would mix up the errors of
/// two threads.
final class Libc {
  // System call numbers of x86-64, from asm/unistd_64.h.
  private static final long SYS_CLOSE = 3;
  private static final long SYS_POLL = 7;
  private static final long SYS_MMAP = 9;
  private static final long SYS_MPROTECT = 10;
  private static final long SYS_MUNMAP = 11;
  private static final long SYS_IOCTL = 16;
  private static final long SYS_MADVISE = 28;
  private static final long SYS_GETPID = 39;
  private static final long SYS_GETTID = 186;
  private static final long SYS_CLOCK_GETTIME = 228;
  private static final long SYS_TGKILL = 234;
  private static final long SYS_OPENAT = 257;
  private static final long SYS_GETRANDOM = 318;

  private static final short POLLOUT = 4;

  static final int AT_FDCWD = -100;
  static final int O_RDWR = 2;
  static final int O_CLOEXEC = 0x80000;
  static final int PROT_NONE = 0;
  static final int PROT_READ = 1;
  static final int PROT_WRITE = 2;
  static final int MAP_SHARED = 1;
  static final int MAP_PRIVATE = 2;
  static final int MAP_ANONYMOUS = 0x20;
  static final int MAP_NORESERVE = 0x4000;
  static final int MADV_DONTNEED = 4;
  static final int MADV_NOHUGEPAGE = 15;
  static final int MADV_POPULATE_WRITE = 23;

  /// `SIG_DFL`: the signal has no handler.
  private static final long SIG_DFL = 0;

  /// glibc's `struct sigaction` on x86-64: handler at 0, mask at 8, flags at 136; 152 bytes.
  private static final long SIGACTION_SIZE = 152;

  private static final long SIGACTION_FLAGS = 136;
  private static final int SA_RESTART = 0x10000000;
  private static final int SA_ONSTACK = 0x08000000;

  /// glibc's first signal for programs. The JVM uses 62 (the interrupt of blocking channels), glibc
  /// 32 and 33.
  private static final int FIRST_FREE_SIGNAL = 34;

  private static final int LAST_FREE_SIGNAL = 61;

  private static final MemoryLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
  private static final MethodHandle CALL = shape();
  private static final MemorySegment SYSCALL = symbol("syscall");
  private static final ThreadLocal<MemorySegment> ERRNO =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(ERRNO_LAYOUT));

  /// `struct timespec`.
  private static final ThreadLocal<MemorySegment> TIMESPEC =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(16, 8));

  private Libc() {}

  @SuppressWarnings("restricted") // the one place where Mote calls native code
  private static MethodHandle shape() {
    var l = ValueLayout.JAVA_LONG;
    return Linker.nativeLinker()
        .downcallHandle(
            FunctionDescriptor.of(l, l, l, l, l, l, l, l),
            // Not firstVariadicArg(1), although syscall(2) is variadic: on x86-64 integers are
            // passed
            // in the same way, and asking for it costs 5 ms of a start.
            Linker.Option.captureCallState("errno"));
  }

  private static MemorySegment symbol(String name) {
    SymbolLookup lookup = Linker.nativeLinker().defaultLookup();
    return lookup.find(name).orElseThrow(() -> new AssertionError("libc has no " + name));
  }

  private static long call(
      MemorySegment function, long a, long b, long c, long d, long e, long f, long g) {
    return call(ERRNO.get(), function, a, b, c, d, e, f, g);
  }

  private static long call(
      MemorySegment errno,
      MemorySegment function,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      long g) {
    long result;
    try {
      result = (long) CALL.invokeExact(function, errno, a, b, c, d, e, f, g);
    } catch (Throwable t) {
      throw new AssertionError(t); // the linker throws only when the call was declared wrongly
    }
    return result == -1 ? -errno.get(ValueLayout.JAVA_INT, 0) : result;
  }

  static long openReadWrite(String path) {
    try (var arena = Arena.ofConfined()) {
      long name = arena.allocateFrom(path).address();
      return call(SYSCALL, SYS_OPENAT, AT_FDCWD, name, O_RDWR | O_CLOEXEC, 0, 0, 0);
    }
  }

  static long close(int fd) {
    return call(SYSCALL, SYS_CLOSE, fd, 0, 0, 0, 0, 0);
  }

  static long ioctl(int fd, long request, long argument) {
    return call(SYSCALL, SYS_IOCTL, fd, request, argument, 0, 0, 0);
  }

  /// The ioctl of the hot path, which makes no object: one that may be made again after it failed.
  /// The caller brings an errno segment that nobody else uses meanwhile.
  static long ioctlOften(MemorySegment errno, int fd, long request, long argument) {
    if (Direct.isReady()) {
      long result = Direct.ioctl(fd, request, argument);
      if (result != -1) {
        return result;
      }
    }
    return call(errno, SYSCALL, SYS_IOCTL, fd, request, argument, 0, 0, 0);
  }

  /// A second shape, without errno. To capture that, the linker of JDK 25 makes a slice of the
  /// segment, which is an object for each call wherever the compiler has inlined much already. As
  /// the shape takes some 10 ms, it is made by a thread of its own, in processes that live so long
  /// that it matters.
  private static final class Direct {
    private static final int CALLS_BEFORE = 2_000;

    private static volatile boolean ready;
    private static int calls; // about: what threads count at the same time may be lost

    private static final class Shape {
      static final MethodHandle CALL = shape();

      @SuppressWarnings("restricted")
      private static MethodHandle shape() {
        var l = ValueLayout.JAVA_LONG;
        return Linker.nativeLinker().downcallHandle(SYSCALL, FunctionDescriptor.of(l, l, l, l, l));
      }
    }

    static boolean isReady() {
      if (!ready && ++calls == CALLS_BEFORE) {
        Thread.ofPlatform().daemon().name("mote-linker").start(Direct::make);
      }
      return ready;
    }

    private static void make() {
      ready = ioctl(-1, 0, 0) == -1;
    }

    static long ioctl(int fd, long request, long argument) {
      try {
        return (long) Shape.CALL.invokeExact(SYS_IOCTL, (long) fd, request, argument);
      } catch (Throwable t) {
        throw new AssertionError(t); // the linker throws only when the call was declared wrongly
      }
    }
  }

  /// A place for the errno of one caller at a time.
  static MemorySegment newErrno(Arena arena) {
    return arena.allocate(ERRNO_LAYOUT);
  }

  static long mmap(long length, int protection, int flags, int fd) {
    return call(SYSCALL, SYS_MMAP, 0, length, protection, flags, fd, 0);
  }

  static long munmap(long address, long length) {
    return call(SYSCALL, SYS_MUNMAP, address, length, 0, 0, 0, 0);
  }

  static long mprotect(long address, long length, int protection) {
    return call(SYSCALL, SYS_MPROTECT, address, length, protection, 0, 0, 0);
  }

  static long madvise(long address, long length, int advice) {
    return call(SYSCALL, SYS_MADVISE, address, length, advice, 0, 0, 0);
  }

  /// @return how many bytes were filled, which may be fewer than asked for if more than 256 were
  static long getrandom(MemorySegment target) {
    return call(SYSCALL, SYS_GETRANDOM, target.address(), target.byteSize(), 0, 0, 0, 0);
  }

  /// Polls one descriptor for POLLOUT.
  ///
  /// @return 1 if it is ready or has an error, 0 if not, or `-errno`
  static long pollOut(int fd, int millis) {
    try (var arena = Arena.ofConfined()) {
      var pollfd = arena.allocate(8, 4); // struct pollfd: fd 0, events 4, revents 6
      pollfd.set(ValueLayout.JAVA_INT, 0, fd);
      pollfd.set(ValueLayout.JAVA_SHORT, 4, POLLOUT);
      return call(SYSCALL, SYS_POLL, pollfd.address(), 1, millis, 0, 0, 0);
    }
  }

  static int getpid() {
    return (int) call(SYSCALL, SYS_GETPID, 0, 0, 0, 0, 0, 0);
  }

  static int gettid() {
    return (int) call(SYSCALL, SYS_GETTID, 0, 0, 0, 0, 0, 0);
  }

  static int gettid(MemorySegment errno) {
    return (int) call(errno, SYSCALL, SYS_GETTID, 0, 0, 0, 0, 0, 0);
  }

  static long tgkill(int process, int thread, int signal) {
    return call(SYSCALL, SYS_TGKILL, process, thread, signal, 0, 0, 0);
  }

  /// CPU time that a thread of this process has used, in nanoseconds; `-errno` if there is no such
  /// thread.
  static long threadCpuNanos(int tid) {
    long clock =
        ((long) ~tid << 3) | 6; // CPUCLOCK_PERTHREAD_MASK | CPUCLOCK_SCHED, linux/posix-timers.h
    return clockNanos(clock);
  }

  /// What a clock says, in nanoseconds, or `-errno`.
  static long clockNanos(long clock) {
    MemorySegment time = TIMESPEC.get(); // asked for at each call of a guest: nothing is allocated
    long result = call(SYSCALL, SYS_CLOCK_GETTIME, clock, time.address(), 0, 0, 0, 0);
    if (result < 0) {
      return result;
    }
    return time.get(ValueLayout.JAVA_LONG, 0) * 1_000_000_000L + time.get(ValueLayout.JAVA_LONG, 8);
  }

  /// Takes the first real-time signal that nobody handles and gives it a handler that does nothing:
  /// libc's `abs`, which is pure, so that no Java runs in a signal handler. A thread that gets the
  /// signal inside `KVM_RUN` leaves the guest with EINTR; every other system call is restarted.
  ///
  /// @return the signal's number
  static int claimInterruptSignal() {
    MemorySegment sigaction = symbol("sigaction");
    try (var arena = Arena.ofConfined()) {
      var old = arena.allocate(SIGACTION_SIZE, 8);
      var action = arena.allocate(SIGACTION_SIZE, 8);
      action.set(ValueLayout.JAVA_LONG, 0, symbol("abs").address());
      action.set(ValueLayout.JAVA_INT, SIGACTION_FLAGS, SA_RESTART | SA_ONSTACK);
      for (int signal = FIRST_FREE_SIGNAL; signal <= LAST_FREE_SIGNAL; signal++) {
        long asked = call(sigaction, signal, 0, old.address(), 0, 0, 0, 0);
        if ((int) asked == 0 && old.get(ValueLayout.JAVA_LONG, 0) == SIG_DFL) {
          long set = call(sigaction, signal, action.address(), 0, 0, 0, 0, 0);
          if ((int) set == 0) {
            return signal;
          }
        }
      }
    }
    throw new MachineException(
        "every real-time signal from "
            + FIRST_FREE_SIGNAL
            + " to "
            + LAST_FREE_SIGNAL
            + " already has a handler in this process; Mote needs one to stop a running guest");
  }
}
