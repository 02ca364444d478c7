package dev.mote.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The process's connection to `/dev/kvm`, made at first use and kept: what is the same for every
/// virtual machine is asked once, since it is dear (KVM_GET_SUPPORTED_CPUID alone costs as much as
/// making a machine).
///
/// Thread-safe.
final class Kvm {
  static final String DEVICE = "/dev/kvm";

  private static final class Holder {
    static final Kvm INSTANCE = open(Libc::ioctl);
  }

  /// How a call that is not on the hot path reaches the kernel; tests put failures in between.
  @FunctionalInterface
  interface Ioctl {
    /// @return what the kernel returned: not negative, or `-errno`
    long call(int fd, long request, long argument);
  }

  private final Ioctl kernel;
  private final int fd;
  private final int runSize;
  private final MemorySegment supportedCpuid;
  private final Map<CpuBaseline, Cpuid> cpuid = new EnumMap<>(CpuBaseline.class);
  final int interruptSignal;
  final int processId;
  final boolean intel;
  final boolean pvm;

  /// Whether the host itself tells time by the processors' time-stamp counter.
  final boolean countsTime;

  private Kvm(int fd, Ioctl kernel) {
    this.fd = fd;
    this.kernel = kernel;
    runSize = (int) ioctl(fd, KvmAbi.KVM_GET_VCPU_MMAP_SIZE, 0, "KVM_GET_VCPU_MMAP_SIZE");
    supportedCpuid = Cpuid.empty();
    ioctl(fd, KvmAbi.KVM_GET_SUPPORTED_CPUID, supportedCpuid.address(), "KVM_GET_SUPPORTED_CPUID");
    interruptSignal = Libc.claimInterruptSignal();
    processId = Libc.getpid();
    intel = Files.exists(Path.of("/sys/module/kvm_intel"));
    pvm = Files.exists(Path.of("/sys/module/kvm_pvm"));
    countsTime = TimestampCounter.isClockOfHost();
  }

  /// @throws HypervisorUnavailableException with the reason and its fix
  static Kvm instance() {
    try {
      return Holder.INSTANCE;
    } catch (ExceptionInInitializerError e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    } catch (NoClassDefFoundError _) {
      return open(Libc::ioctl); // the first attempt failed: say again why, or succeed by now
    }
  }

  static Kvm open(Ioctl kernel) {
    HostCheck.requireNativeAccess();
    int fd = (int) HostCheck.openDevice();
    try {
      HostCheck.requireInterface(fd);
      return new Kvm(fd, kernel);
    } catch (RuntimeException e) {
      Libc.close(fd);
      throw e;
    }
  }

  /// @param name the request's, for the message of the exception
  /// @return what the kernel returned, which is not negative
  /// @throws MachineException if it refused
  long ioctl(int fd, long request, long argument, String name) {
    return MachineException.check(kernel.call(fd, request, argument), name);
  }

  /// What CPUID shall tell a guest.
  ///
  /// @param vcpu a vCPU that has not run; its own table may be set
  synchronized Cpuid cpuid(int vcpu, CpuBaseline baseline) {
    Cpuid host = hostCpuid;
    if (host == null) {
      host = learnCpuid(vcpu);
      hostCpuid = host;
      cpuid.put(CpuBaseline.HOST, host);
    }
    Cpuid available = host;
    return cpuid.computeIfAbsent(baseline, b -> Cpuid.of(available.table, b, available.overridden));
  }

  private @Nullable Cpuid hostCpuid;

  /// PVM adds to the table what it cannot keep from working at CPL 3, and what it says to support
  /// is not what it shows: so the table is set once and read back.
  private Cpuid learnCpuid(int vcpu) {
    Cpuid wanted = Cpuid.of(supportedCpuid, CpuBaseline.HOST, false);
    MemorySegment shown = Cpuid.empty();
    ioctl(vcpu, KvmAbi.KVM_SET_CPUID2, wanted.table.address(), "KVM_SET_CPUID2");
    ioctl(vcpu, KvmAbi.KVM_GET_CPUID2, shown.address(), "KVM_GET_CPUID2");
    return Cpuid.differs(wanted.table, shown) ? Cpuid.of(shown, CpuBaseline.HOST, true) : wanted;
  }

  /// The rate of a vCPU's time-stamp counter, the same for all; negative if it is not known.
  synchronized long tscKilohertz(int vcpu) {
    if (tscKilohertz == 0) {
      tscKilohertz = kernel.call(vcpu, KvmAbi.KVM_GET_TSC_KHZ, 0);
    }
    return tscKilohertz;
  }

  private long tscKilohertz; // 0: not asked yet

  int createVm() {
    return (int) ioctl(fd, KvmAbi.KVM_CREATE_VM, 0, "KVM_CREATE_VM");
  }

  /// Maps the page that a vCPU shares with the kernel; it is unmapped when the arena closes.
  @SuppressWarnings("restricted") // the length is what mmap was asked for
  MemorySegment mapRun(int vcpu, Arena arena) {
    int size = runSize;
    long address =
        MachineException.check(
            Libc.mmap(size, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, vcpu),
            "mmap of kvm_run");
    return MemorySegment.ofAddress(address)
        .reinterpret(size, arena, _ -> Libc.munmap(address, size));
  }

  /// The special registers of a vCPU as KVM makes it, asked once.
  synchronized MemorySegment initialSregs(int vcpu) {
    if (initialSregs == null) {
      var struct = Arena.ofAuto().allocate(SpecialRegisters.SIZE, 8);
      ioctl(vcpu, KvmAbi.KVM_GET_SREGS, struct.address(), "KVM_GET_SREGS");
      initialSregs = struct;
    }
    return initialSregs;
  }

  private @Nullable MemorySegment initialSregs;

  /// The extended control registers, `struct kvm_xcrs`: XCR0 alone.
  static MemorySegment xcrs(Arena arena, long xcr0) {
    var struct = arena.allocate(392, 8);
    struct.set(ValueLayout.JAVA_INT, 0, 1); // nr_xcrs
    struct.set(ValueLayout.JAVA_LONG, 16, xcr0); // xcrs[0]: u32 xcr, u32 reserved, u64 value
    return struct;
  }
}
