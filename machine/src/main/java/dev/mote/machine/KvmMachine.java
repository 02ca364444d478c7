package dev.mote.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A virtual machine of KVM: one memory slot, one vCPU, no device.
///
/// **One run.** KVM_RUN is the only system call: the registers travel in `kvm_run` ([KvmVcpu]). The
/// guest leaves through a stub at CPL 0 (system call, fault) or by the guest-call port at CPL 3.
///
/// **PVM** (a KVM without hardware virtualization) runs CPL 3 natively and interprets CPL 0, and
/// delivers SYSCALL as a page fault: a fetch at exactly LSTAR from CPL 3, with rcx and r11 as
/// SYSCALL leaves them. That is the system call that it is.
///
/// **Kick.** The order is: `kicked`, then `immediate_exit`, then the signal if a thread is inside.
/// The thread that runs publishes its id before it enters, with a full fence, so that either the
/// kernel sees `immediate_exit` or the kicker sees the thread. EINTR without `kicked` is somebody
/// else's signal, and the guest goes on.
final class KvmMachine implements VirtualMachine {
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final int ANY_CARRIER = -1;

  private final Kvm kvm;
  private final Arena arena = Arena.ofShared();
  private final GuestMemory memory;
  private final FrameMap frameMap;
  private @Nullable Frames frames; // made when it is asked for
  private final long memoryLimit;
  private final int vm;
  private final int vcpuFd;
  private final KvmVcpu vcpu;
  private final KvmRun run;
  private final MemorySegment errno; // of whoever runs it

  private final TimestampCounter timestampCounter;

  private Fault fault = new Fault(0, 0, 0);
  private boolean lost;
  private final VcpuThread thread = new VcpuThread();
  private int lastTid; // of the one that ran it last; ANY_CARRIER if it is virtual
  private boolean closed;
  private final Object closeLock = new Object();

  // Atomic objects rather than fields with a VarHandle: the first use of one takes a millisecond.
  private final AtomicInteger kicked = new AtomicInteger(); // 1 from a kick until it is reported
  private final AtomicInteger runningTid = new AtomicInteger(); // 0: no thread is inside KVM_RUN

  /// @param memoryLimit bytes of data of all guests
  KvmMachine(Kvm kvm, long memoryLimit, int guests, CpuBaseline baseline) {
    this.kvm = kvm;
    this.memoryLimit = memoryLimit;
    int vmMade = -1;
    int vcpuMade = -1;
    try {
      long total = Supervisor.FIRST_FREE_FRAME + Frames.needed(memoryLimit, guests);
      memory = new GuestMemory(total << GuestMemory.PAGE_SHIFT, arena);
      frameMap = new FrameMap(memory, Supervisor.FIRST_FREE_FRAME);
      Supervisor.build(memory);
      vmMade = kvm.createVm();
      vm = vmMade;
      setMemorySlot();
      vcpuMade = (int) kvm.ioctl(vm, KvmAbi.KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU");
      vcpuFd = vcpuMade;
      vcpu = new KvmVcpu(kvm, vcpuFd, memory, baseline, arena);
      run = vcpu.run();
      errno = Libc.newErrno(arena);
      timestampCounter = new TimestampCounter(kvm, vcpuFd, arena);
    } catch (RuntimeException | Error e) {
      closeFd(vcpuMade);
      closeFd(vmMade);
      arena.close();
      throw e;
    }
  }

  private void setMemorySlot() {
    try (var scratch = Arena.ofConfined()) {
      // struct kvm_userspace_memory_region: slot u32, flags u32, guest_phys_addr, memory_size,
      // userspace_addr u64
      var region = scratch.allocate(32, 8);
      region.set(ValueLayout.JAVA_LONG, 16, memory.size());
      region.set(ValueLayout.JAVA_LONG, 24, memory.hva());
      kvm.ioctl(
          vm, KvmAbi.KVM_SET_USER_MEMORY_REGION, region.address(), "KVM_SET_USER_MEMORY_REGION");
    }
  }

  @Override
  public GuestMemory memory() {
    return memory;
  }

  @Override
  public Frames frames() {
    Frames known = frames;
    if (known == null) {
      known = frames(memoryLimit);
      frames = known;
    }
    return known;
  }

  @Override
  public Frames frames(long limit) {
    return Frames.of(frameMap, limit);
  }

  @Override
  public Registers registers() {
    return run;
  }

  @Override
  public Vcpu vcpu() {
    return vcpu;
  }

  @Override
  public Fault fault() {
    return fault;
  }

  @Override
  public @Nullable Executor elsewhere() {
    return thread.elsewhere();
  }

  @Override
  public VmExit run() {
    if (lost) {
      return VmExit.FAULT;
    }
    if (takeKick()) { // while the guest was on its way out: nothing to enter for
      return VmExit.INTERRUPTED;
    }
    if (!CpuState.isCanonical(run.rip())) {
      fault = new Fault(Fault.GENERAL_PROTECTION, 0, 0); // what the jump there would have caused
      return VmExit.FAULT;
    }
    enterThread();
    memory.entered();
    vcpu.prepareEntry();
    while (true) {
      long result = enter();
      vcpu.hasRun();
      if (result >= 0) {
        VmExit exit = decode();
        if (exit != VmExit.FAULT
            || fault.vector() != Fault.GENERAL_PROTECTION
            || !vcpu.isAtCpuid()) {
          return exit;
        }
        vcpu.answerCpuid();
        if (takeKick()) {
          return VmExit.INTERRUPTED; // it came while the guest stood in the stub of this exit
        }
        vcpu.prepareEntry();
        continue;
      }
      if (result != -EINTR && result != -EAGAIN) {
        MachineException.check(result, "KVM_RUN");
      }
      run.immediateExit(false);
      if (!vcpu.viewInterrupted()) {
        run.dirtyRegs(0); // inside a stub, a few instructions from its exit: let it get there
      } else if (kicked.getAndSet(0) != 0) {
        return VmExit.INTERRUPTED;
      } else {
        vcpu.prepareEntry(); // somebody else's signal
      }
    }
  }

  @Override
  public boolean isLost() {
    return lost;
  }

  private boolean takeKick() {
    if (kicked.get() == 0) {
      return false;
    }
    run.immediateExit(false);
    kicked.set(0);
    return true;
  }

  private void enterThread() {
    if (thread.enter()) {
      lastTid = Thread.currentThread().isVirtual() ? ANY_CARRIER : Libc.gettid(errno);
    }
  }

  private long enter() {
    // A virtual thread keeps its carrier from here to the end of the call, and no longer.
    runningTid.set(lastTid == ANY_CARRIER ? Libc.gettid(errno) : lastTid);
    long result = Libc.ioctlOften(errno, vcpuFd, KvmAbi.KVM_RUN, 0);
    runningTid.setRelease(0);
    return result;
  }

  private VmExit decode() {
    if (run.exitReason() != KvmAbi.KVM_EXIT_IO) {
      return lose();
    }
    return switch (run.ioPort()) {
      case Supervisor.SYSCALL_PORT -> {
        vcpu.viewSystemCall();
        yield VmExit.SYSTEM_CALL;
      }
      case Supervisor.EXCEPTION_PORT -> decodeException();
      case GUEST_CALL_PORT -> decodePortAccess();
      default -> lose();
    };
  }

  private VmExit decodePortAccess() {
    vcpu.viewPortAccess();
    if (run.ioIsOneByteOut()) {
      return VmExit.GUEST_CALL;
    }
    finishPortAccess();
    fault = new Fault(Fault.GENERAL_PROTECTION, 0, 0);
    return VmExit.FAULT;
  }

  private VmExit decodeException() {
    int vector = (int) memory.getLong(Supervisor.VECTOR_GPA);
    long errorCode = memory.getLong(Supervisor.ERROR_CODE_GPA);
    if ((memory.getLong(Supervisor.FRAME_GPA + Supervisor.FRAME_CS) & 3) == 0) {
      return lose(); // an exception in a stub
    }
    vcpu.viewException();
    boolean isPageFault = vector == Fault.PAGE_FAULT;
    if (isPageFault
        && run.rip() == Supervisor.SYSCALL_ENTRY
        && (errorCode & Fault.ERROR_FETCH) != 0) {
      vcpu.viewSystemCall(); // PVM
      return VmExit.SYSTEM_CALL;
    }
    fault = new Fault(vector, errorCode, isPageFault ? vcpu.faultAddress() : 0);
    return VmExit.FAULT;
  }

  /// Lets KVM complete an IN on the guest-call port, so that it is not pending in a later run, and
  /// puts the registers back as they were before the instruction, which is to have been refused.
  private void finishPortAccess() {
    try (var scratch = Arena.ofConfined()) {
      var before = scratch.allocate(KvmRun.REGS_SIZE, 8);
      before.copyFrom(run.page().asSlice(KvmRun.REGS, KvmRun.REGS_SIZE));
      run.dirtyRegs(0);
      run.immediateExit(true);
      enter();
      run.immediateExit(false);
      vcpu.hasRun();
      MemorySegment.copy(before, 0, run.page(), KvmRun.REGS, KvmRun.REGS_SIZE);
    }
  }

  /// The guest can never run again: the processor shut down, or the hypervisor could not go on.
  private VmExit lose() {
    lost = true;
    fault = new Fault(Fault.DOUBLE_FAULT, run.exitReason(), run.internalSuberror());
    return VmExit.FAULT;
  }

  @Override
  public void kick() {
    kicked.set(1);
    synchronized (closeLock) { // kvm_run is unmapped by close
      if (closed) {
        return;
      }
      run.immediateExit(true);
      int tid = runningTid.get();
      if (tid != 0) {
        Libc.tgkill(kvm.processId, tid, kvm.interruptSignal);
      }
    }
  }

  Processor processor() {
    return vcpu.processor();
  }

  @Override
  public TimestampCounter timestampCounter() {
    return timestampCounter;
  }

  private static void closeFd(int fd) {
    if (fd >= 0) {
      Libc.close(fd);
    }
  }

  @Override
  public void close() {
    synchronized (closeLock) {
      if (closed) {
        return;
      }
      closed = true;
      thread.close();
      closeFd(vcpuFd);
      closeFd(vm);
      arena.close();
    }
  }
}
