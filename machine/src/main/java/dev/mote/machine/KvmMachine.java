package dev.mote.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A virtual machine of KVM: one memory slot, one vCPU, no device.
///
/// **One run.** The registers travel in `kvm_run`; KVM_RUN is the only system call. The guest
/// leaves through a stub at CPL 0 (system call, fault) or by the guest-call port at CPL 3. In the
/// first case the guest's own `rip`, `rsp` and `rflags` lie in rcx and r11 or in the interrupt
/// frame on the supervisor's stack; they are put into the register view, and the next run goes
/// through the supervisor's IRETQ over a frame that is written from the view.
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

  private static final int MSR_STAR = 0xc000_0081;
  private static final int MSR_LSTAR = 0xc000_0082;
  private static final int MSR_CSTAR = 0xc000_0083;
  private static final int MSR_FMASK = 0xc000_0084;

  /// Its bit 0 makes CPUID fault at CPL 3.
  private static final int MSR_MISC_FEATURES_ENABLES = 0x140;

  private static final long CPUID_FAULT = 1;

  private static final long RFLAGS_FIXED = 0x2;
  private static final long RFLAGS_IF = 0x200;
  private static final long RFLAGS_TF = 0x100;

  /// What CPL 3 may set: CF PF AF ZF SF TF DF OF NT RF AC ID.
  private static final long RFLAGS_USER = 0x25_4dd5;

  /// What SYSCALL clears: the same as Linux (the flags above, IF and IOPL).
  private static final long SYSCALL_MASK = 0x25_7fd5;

  private static final int CPUID_LENGTH = 2; // of 0f a2
  private static final long FRAME_MASK = 0xf_ffff_ffff_f000L; // of a page-table entry

  // The XSAVE area, Intel SDM volume 1, section 13.4; offsets in bytes.
  private static final long XMM_REGISTERS = 160;
  private static final long XMM_END = 416;
  private static final long XSTATE_BV = 512;
  private static final long XSTATE_SSE = 2;
  private static final long XSTATE_AVX = 4;

  private static final int TSS_AVAILABLE = 9;
  private static final int TSS_BUSY = 11;

  private final Kvm kvm;
  private final Cpuid cpuid;
  private final boolean answersCpuid; // CPUID faults, and its answers come from here
  private final Arena arena = Arena.ofShared();
  private final GuestMemory memory;
  private final FrameMap frameMap;
  private @Nullable Frames frames; // made when it is asked for
  private final long memoryLimit;
  private final int vm;
  private final int vcpu;
  private final KvmRun run;
  private final SpecialRegisters sregs; // lies in kvm_run; up to date only while sregsRead
  private final long cr4;
  private final MemorySegment xsave; // struct kvm_xsave, for both directions
  private final MemorySegment events; // struct kvm_vcpu_events
  private final MemorySegment errno; // of whoever runs it

  private final TimestampCounter timestampCounter;

  private long pageTableRoot;
  private boolean sregsRead;
  private boolean sregsDirty;
  private boolean throughStub; // the next entry to CPL 3 goes by the supervisor's IRETQ
  private RestoreStub.@Nullable Place restoreStub; // the next entry goes by this one

  /// What that takes into the vector registers; until then they hold what is no more.
  private byte[] extendedToRestore = {};

  private boolean interrupted; // the last run was
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
    int vmFd = -1;
    int vcpuFd = -1;
    try {
      long total = Supervisor.FIRST_FREE_FRAME + Frames.needed(memoryLimit, guests);
      memory = new GuestMemory(total << GuestMemory.PAGE_SHIFT, arena);
      frameMap = new FrameMap(memory, Supervisor.FIRST_FREE_FRAME);
      Supervisor.build(memory);
      vmFd = kvm.createVm();
      vm = vmFd;
      setMemorySlot();
      vcpuFd = (int) kvm.ioctl(vm, KvmAbi.KVM_CREATE_VCPU, 0, "KVM_CREATE_VCPU");
      vcpu = vcpuFd;
      cpuid = kvm.cpuid(vcpu, baseline);
      answersCpuid = cpuid.overridden && baseline != CpuBaseline.HOST;
      run = new KvmRun(kvm.mapRun(vcpu, arena));
      sregs = new SpecialRegisters(run.page().asSlice(KvmRun.SREGS, SpecialRegisters.SIZE));
      xsave = arena.allocate(4096, 64);
      events = arena.allocate(64, 8);
      errno = Libc.newErrno(arena);
      cr4 = supportedCr4();
      setUpVcpu();
      timestampCounter = new TimestampCounter(kvm, vcpu, arena);
    } catch (RuntimeException | Error e) {
      closeFd(vcpuFd);
      closeFd(vmFd);
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

  private long supportedCr4() {
    long bits = cpuid.hasLeaf1Ecx(Cpuid.XSAVE) ? SpecialRegisters.CR4_OSXSAVE : 0;
    if (cpuid.hasLeaf7Ebx(Cpuid.FSGSBASE)) {
      bits |= SpecialRegisters.CR4_FSGSBASE;
    }
    // A second wall around the supervisor. PVM interprets CPL 0, where there is nothing for them to
    // guard.
    if (cpuid.hasLeaf7Ebx(Cpuid.SMEP) && !kvm.pvm) {
      bits |= SpecialRegisters.CR4_SMEP;
    }
    if (cpuid.hasLeaf7Ebx(Cpuid.SMAP) && !kvm.pvm) {
      bits |= SpecialRegisters.CR4_SMAP;
    }
    if (cpuid.hasLeaf7Ecx(Cpuid.UMIP)) {
      bits |= SpecialRegisters.CR4_UMIP; // SGDT and its kin tell CPL 3 nothing
    }
    return bits;
  }

  private void setUpVcpu() {
    kvm.ioctl(vcpu, KvmAbi.KVM_SET_CPUID2, cpuid.table.address(), "KVM_SET_CPUID2");
    sregs.segment().copyFrom(kvm.initialSregs(vcpu));
    sregs.userMode(cr4);
    sregs.set(SpecialRegisters.CR3, 0); // no page table: whoever builds one sets the root
    sregsRead = true;
    markSregsDirty();
    try (var scratch = Arena.ofConfined()) {
      kvm.ioctl(vcpu, KvmAbi.KVM_SET_SREGS, sregs.segment().address(), "KVM_SET_SREGS");
      if ((cr4 & SpecialRegisters.CR4_OSXSAVE) != 0) {
        kvm.ioctl(
            vcpu, KvmAbi.KVM_SET_XCRS, Kvm.xcrs(scratch, cpuid.xcr0).address(), "KVM_SET_XCRS");
      }
      MemorySegment msrs = msrs(scratch);
      long set = kvm.ioctl(vcpu, KvmAbi.KVM_SET_MSRS, msrs.address(), "KVM_SET_MSRS");
      if (set != msrs.get(ValueLayout.JAVA_INT, 0)) {
        throw new MachineException("KVM_SET_MSRS refused a value after " + set);
      }
    }
    run.validRegs(KvmAbi.KVM_SYNC_X86_REGS);
  }

  /// `struct kvm_msrs`: a count, padding, then entries of index u32, reserved u32, data u64.
  private MemorySegment msrs(Arena arena) {
    // STAR: SYSCALL loads CS from bits 32 to 47 and SS 8 above; SYSRET's bits 48 to 63 are Linux's,
    // nothing uses them.
    long star = 0x23L << 48 | (long) Supervisor.KERNEL_CS << 32;
    // CSTAR, for SYSCALL outside 64-bit mode on AMD's processors: there is no 32-bit code segment,
    // but PVM's interpreter of IRETQ takes a data segment for one, and CSTAR would be address 0.
    long[][] values = {
      {MSR_STAR, star},
      {MSR_LSTAR, Supervisor.SYSCALL_ENTRY},
      {MSR_CSTAR, Supervisor.SYSCALL_ENTRY},
      {MSR_FMASK, SYSCALL_MASK},
      {MSR_MISC_FEATURES_ENABLES, answersCpuid ? CPUID_FAULT : 0}
    };
    var struct = arena.allocate(8 + 16L * values.length, 8);
    struct.set(ValueLayout.JAVA_INT, 0, values.length);
    for (int i = 0; i < values.length; i++) {
      struct.set(ValueLayout.JAVA_INT, 8 + 16L * i, (int) values[i][0]);
      struct.set(ValueLayout.JAVA_LONG, 16 + 16L * i, values[i][1]);
    }
    return struct;
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
    if (!isCanonical(run.rip())) {
      fault = new Fault(Fault.GENERAL_PROTECTION, 0, 0); // what the jump there would have caused
      return VmExit.FAULT;
    }
    enterThread();
    memory.entered();
    prepareEntry();
    while (true) {
      long result = enter();
      sregsRead = false;
      if (result >= 0) {
        VmExit exit = decode();
        if (exit != VmExit.FAULT || !isCpuid()) {
          return exit;
        }
        cpuid.answer(run);
        run.rip(run.rip() + CPUID_LENGTH);
        if (takeKick()) {
          return VmExit.INTERRUPTED; // it came while the guest stood in the stub of this exit
        }
        prepareEntry();
        continue;
      }
      if (result != -EINTR && result != -EAGAIN) {
        MachineException.check(result, "KVM_RUN");
      }
      interrupted = true;
      run.immediateExit(false);
      if (!viewInterrupted()) {
        run.dirtyRegs(0); // inside a stub, a few instructions from its exit: let it get there
      } else if (kicked.getAndSet(0) != 0) {
        return VmExit.INTERRUPTED;
      } else {
        prepareEntry(); // somebody else's signal
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
    long result = Libc.ioctlOften(errno, vcpu, KvmAbi.KVM_RUN, 0);
    runningTid.setRelease(0);
    return result;
  }

  /// Turns the register view, which is the guest's at CPL 3, into what the vCPU starts with.
  private void prepareEntry() {
    long flags = (run.rflags() & RFLAGS_USER) | RFLAGS_FIXED | RFLAGS_IF;
    if ((flags & RFLAGS_TF) != 0) {
      restoreWithoutStub(); // it would be left after one instruction
    }
    RestoreStub.Place restore = restoreStub;
    if (restore != null) {
      memory.setLong(restore.gpa() + RestoreStub.RAX, run.rax());
      memory.setLong(restore.gpa() + RestoreStub.RDX, run.rdx());
      memory.setLong(restore.gpa() + RestoreStub.RIP, run.rip());
      run.rax(-1);
      run.rdx(-1);
      run.rip(restore.gva());
      run.rflags(flags);
    } else if (throughStub) {
      memory.setLong(Supervisor.FRAME_GPA + Supervisor.FRAME_RIP, run.rip());
      memory.setLong(Supervisor.FRAME_GPA + Supervisor.FRAME_CS, Supervisor.USER_CS);
      memory.setLong(Supervisor.FRAME_GPA + Supervisor.FRAME_RFLAGS, flags);
      memory.setLong(Supervisor.FRAME_GPA + Supervisor.FRAME_RSP, run.rsp());
      memory.setLong(Supervisor.FRAME_GPA + Supervisor.FRAME_SS, Supervisor.USER_SS);
      run.rip(Supervisor.IRETQ);
      run.rsp(Supervisor.FRAME);
      run.rflags(RFLAGS_FIXED);
    } else {
      run.rflags(flags);
    }
    run.dirtyRegs(
        sregsDirty
            ? KvmAbi.KVM_SYNC_X86_REGS | KvmAbi.KVM_SYNC_X86_SREGS
            : KvmAbi.KVM_SYNC_X86_REGS);
    sregsDirty = false;
  }

  /// After an interruption: puts the guest's registers into the view.
  ///
  /// @return false if the guest stands in a stub on its way out, where it has none
  private boolean viewInterrupted() {
    RestoreStub.Place restore = restoreStub;
    if (restore != null) {
      if (isInStub(restore)) {
        viewBehindStub(restore);
        return true; // it goes there once more
      }
      restoreStub = null;
    }
    if (run.rip() == Supervisor.SYSCALL_ENTRY) {
      return false; // under PVM at CPL 3, but what it does next is the exit all the same
    }
    if (Supervisor.contains(run.rip())) {
      readSregs();
      if (sregs.cpl() == 0) {
        if (run.rip() != Supervisor.IRETQ) {
          return false;
        }
        viewFrame(); // not yet back at CPL 3
        return true;
      }
    }
    throughStub = false;
    return true;
  }

  private boolean isInStub(RestoreStub.Place restore) {
    long in = run.rip() - restore.gva();
    return in >= 0 && in < RestoreStub.CODE_SIZE;
  }

  private void viewBehindStub(RestoreStub.Place restore) {
    run.rax(memory.getLong(restore.gpa() + RestoreStub.RAX));
    run.rdx(memory.getLong(restore.gpa() + RestoreStub.RDX));
    run.rip(memory.getLong(restore.gpa() + RestoreStub.RIP));
  }

  /// Does by the hypervisor what the stub was to do, or could not.
  private void restoreWithoutStub() {
    if (restoreStub != null && !writeXsave(MemorySegment.ofArray(extendedToRestore))) {
      throw new MachineException("the processor refuses the extended state of a snapshot");
    }
  }

  /// Puts the interrupted program's `rip`, `rsp` and `rflags` into the register view.
  private void viewFrame() {
    run.rip(memory.getLong(Supervisor.FRAME_GPA + Supervisor.FRAME_RIP));
    run.rflags(memory.getLong(Supervisor.FRAME_GPA + Supervisor.FRAME_RFLAGS));
    run.rsp(memory.getLong(Supervisor.FRAME_GPA + Supervisor.FRAME_RSP));
    throughStub = true;
  }

  private VmExit decode() {
    if (run.exitReason() != KvmAbi.KVM_EXIT_IO) {
      return lose();
    }
    if (run.ioPort() != Supervisor.EXCEPTION_PORT) {
      restoreStub = null;
    }
    return switch (run.ioPort()) {
      case Supervisor.SYSCALL_PORT -> {
        throughStub = true;
        yield viewSystemCall();
      }
      case Supervisor.EXCEPTION_PORT -> decodeException();
      case GUEST_CALL_PORT -> decodePortAccess();
      default -> lose();
    };
  }

  private VmExit decodePortAccess() {
    throughStub = false;
    if (run.ioIsOneByteOut()) {
      return VmExit.GUEST_CALL;
    }
    finishPortAccess();
    fault = new Fault(Fault.GENERAL_PROTECTION, 0, 0);
    return VmExit.FAULT;
  }

  /// SYSCALL left the program's `rip` in rcx and its flags in r11.
  private VmExit viewSystemCall() {
    run.rip(run.rcx());
    run.rflags(run.r11());
    return VmExit.SYSTEM_CALL;
  }

  private VmExit decodeException() {
    int vector = (int) memory.getLong(Supervisor.VECTOR_GPA);
    long errorCode = memory.getLong(Supervisor.ERROR_CODE_GPA);
    if ((memory.getLong(Supervisor.FRAME_GPA + Supervisor.FRAME_CS) & 3) == 0) {
      return lose(); // an exception in a stub
    }
    viewFrame();
    RestoreStub.Place restore = restoreStub;
    if (restore != null && isInStub(restore)) {
      viewBehindStub(restore);
      restoreWithoutStub();
    }
    restoreStub = null;
    if (vector == Fault.PAGE_FAULT) {
      if (run.rip() == Supervisor.SYSCALL_ENTRY && (errorCode & Fault.ERROR_FETCH) != 0) {
        return viewSystemCall(); // PVM
      }
      readSregs();
      fault = new Fault(vector, errorCode, sregs.get(SpecialRegisters.CR2));
    } else {
      fault = new Fault(vector, errorCode, 0);
    }
    return VmExit.FAULT;
  }

  /// Whether the fault is that of a CPUID that is to be answered here.
  private boolean isCpuid() {
    return answersCpuid
        && fault.vector() == Fault.GENERAL_PROTECTION
        && codeByte(run.rip()) == 0x0f
        && codeByte(run.rip() + 1) == 0xa2;
  }

  /// A byte of the program, found by its page tables; -1 if it is not mapped.
  private int codeByte(long gva) {
    if (gva < 0 || gva >= PageTables.USER_END) {
      return -1;
    }
    long table = pageTableRoot;
    for (int shift = 39; shift >= GuestMemory.PAGE_SHIFT; shift -= 9) {
      long entry = memory.getLong(table + (gva >>> shift & 511) * 8);
      if ((entry & 1) == 0) {
        return -1;
      }
      table = entry & FRAME_MASK;
    }
    return memory.getByte(table + (gva & GuestMemory.PAGE_SIZE - 1)) & 0xff;
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
      sregsRead = false;
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

  @Override
  public CpuState saveCpu() {
    readSregs();
    long[] general = new long[CpuState.GENERAL];
    for (int i = 0; i < general.length; i++) {
      general[i] = run.page().get(ValueLayout.JAVA_LONG, KvmRun.REGS + 8L * i);
    }
    int[] segments = new int[CpuState.SEGMENTS];
    for (int i = 0; i < segments.length; i++) {
      segments[i] = sregs.selector(SpecialRegisters.DATA_SEGMENTS[i]);
    }
    byte[] extended = new byte[cpuid.xsaveSize];
    readXsave(MemorySegment.ofArray(extended));
    return new CpuState(
        general,
        segments,
        sregs.base(SpecialRegisters.FS),
        sregs.base(SpecialRegisters.GS),
        extended,
        cpuid.xcr0);
  }

  @Override
  public void loadCpu(CpuState state, long root, RestoreStub.@Nullable Place stub) {
    pageTableRoot = root; // without reading special registers that are written below
    forgetPendingEvents();
    for (int i = 0; i < CpuState.GENERAL; i++) {
      run.page().set(ValueLayout.JAVA_LONG, KvmRun.REGS + 8L * i, state.general()[i]);
    }
    sregs.segment().copyFrom(kvm.initialSregs(vcpu));
    sregs.userMode(cr4);
    for (int i = 0; i < CpuState.SEGMENTS; i++) {
      sregs.dataSegment(SpecialRegisters.DATA_SEGMENTS[i], state.segments()[i]);
    }
    sregs.base(SpecialRegisters.FS, state.fsBase());
    sregs.base(SpecialRegisters.GS, state.gsBase());
    sregs.set(SpecialRegisters.CR3, pageTableRoot);
    sregsRead = true;
    markSregsDirty();
    throughStub = false;
    restoreStub = null;
    if (stub != null && (cr4 & SpecialRegisters.CR4_OSXSAVE) != 0) {
      restoreStub = stub;
      extendedToRestore = state.extended();
    } else if (!writeXsave(MemorySegment.ofArray(state.extended()))) {
      throw new MachineException("the processor refuses the extended state of a snapshot");
    }
  }

  @Override
  public ProcessorContext newContext() {
    return new ProcessorContext(cpuid.xsaveSize, cpuid.xcr0);
  }

  @Override
  public void saveContext(ProcessorContext target) {
    readSregs();
    MemorySegment.copy(
        run.page(), ValueLayout.JAVA_LONG, KvmRun.REGS, target.general, 0, CpuState.GENERAL);
    for (int i = 0; i < CpuState.SEGMENTS; i++) {
      target.segments[i] = sregs.selector(SpecialRegisters.DATA_SEGMENTS[i]);
    }
    target.fsBase = sregs.base(SpecialRegisters.FS);
    target.gsBase = sregs.base(SpecialRegisters.GS);
    readXsave(target.extendedSegment());
  }

  @Override
  public void loadContext(ProcessorContext source) {
    forgetPendingEvents();
    readSregs();
    MemorySegment.copy(
        source.general, 0, run.page(), ValueLayout.JAVA_LONG, KvmRun.REGS, CpuState.GENERAL);
    for (int i = 0; i < CpuState.SEGMENTS; i++) {
      sregs.dataSegment(SpecialRegisters.DATA_SEGMENTS[i], source.segments[i]);
    }
    sregs.base(SpecialRegisters.FS, source.fsBase);
    sregs.base(SpecialRegisters.GS, source.gsBase);
    markSregsDirty();
    if (!writeXsave(source.extendedSegment())) {
      throw new MachineException("the processor refuses the extended state of a thread");
    }
  }

  /// An exception may wait to be delivered to a program that was interrupted; its instruction will
  /// cause it again.
  private void forgetPendingEvents() {
    if (interrupted) {
      events.fill((byte) 0);
      kvm.ioctl(vcpu, KvmAbi.KVM_SET_VCPU_EVENTS, events.address(), "KVM_SET_VCPU_EVENTS");
      interrupted = false;
    }
  }

  private void readSregs() {
    if (!sregsRead) {
      kvm.ioctl(vcpu, KvmAbi.KVM_GET_SREGS, sregs.segment().address(), "KVM_GET_SREGS");
      sregsRead = true;
    }
  }

  private void markSregsDirty() {
    sregs.taskRegister(kvm.intel ? TSS_BUSY : TSS_AVAILABLE);
    sregsDirty = true;
  }

  @Override
  public void pageTableRoot(long gpa) {
    pageTableRoot = gpa;
    readSregs();
    sregs.set(SpecialRegisters.CR3, gpa);
    markSregsDirty();
  }

  @Override
  public long fsBase() {
    readSregs();
    return sregs.base(SpecialRegisters.FS);
  }

  @Override
  public void fsBase(long base) {
    segmentBase(SpecialRegisters.FS, base);
  }

  @Override
  public long gsBase() {
    readSregs();
    return sregs.base(SpecialRegisters.GS);
  }

  @Override
  public void gsBase(long base) {
    segmentBase(SpecialRegisters.GS, base);
  }

  private void segmentBase(long segment, long base) {
    if (!isCanonical(base)) {
      throw new IllegalArgumentException("not canonical: 0x" + Long.toHexString(base));
    }
    readSregs();
    sregs.base(segment, base);
    markSregsDirty();
  }

  @Override
  public long xcr0() {
    return cpuid.xcr0;
  }

  @Override
  public int xsaveSize() {
    return cpuid.xsaveSize;
  }

  Processor processor() {
    return cpuid.processor();
  }

  @Override
  public long processorFeatures() {
    return Integer.toUnsignedLong(cpuid.leaf1Edx());
  }

  @Override
  public boolean fsgsbase() {
    return (cr4 & SpecialRegisters.CR4_FSGSBASE) != 0;
  }

  @Override
  public void readXsave(MemorySegment target) {
    if (restoreStub != null) {
      MemorySegment.copy(
          MemorySegment.ofArray(extendedToRestore), 0, target, 0, extendedToRestore.length);
      return;
    }
    kvm.ioctl(vcpu, KvmAbi.KVM_GET_XSAVE, xsave.address(), "KVM_GET_XSAVE");
    MemorySegment.copy(xsave, 0, target, 0, cpuid.xsaveSize);
  }

  @Override
  public boolean writeXsave(MemorySegment source) {
    MemorySegment.copy(source, 0, xsave, 0, cpuid.xsaveSize);
    xsave.asSlice(cpuid.xsaveSize).fill((byte) 0);
    keepControlRegister();
    if (Libc.ioctl(vcpu, KvmAbi.KVM_SET_XSAVE, xsave.address()) < 0) {
      return false;
    }
    restoreStub = null; // it would undo this
    return true;
  }

  /// The area leaves out components that are as after a reset (Intel SDM volume 1, section 13.6).
  /// If it leaves out both with which the hypervisor takes MXCSR (Linux: xfeatures_mxcsr_quirk), it
  /// leaves that as it was, other than the processor: then one of them is put in.
  private void keepControlRegister() {
    long present = xsave.get(ValueLayout.JAVA_LONG, XSTATE_BV);
    if ((present & (XSTATE_SSE | XSTATE_AVX)) == 0) {
      xsave.asSlice(XMM_REGISTERS, XMM_END - XMM_REGISTERS).fill((byte) 0);
      xsave.set(ValueLayout.JAVA_LONG, XSTATE_BV, present | XSTATE_SSE);
    }
  }

  @Override
  public TimestampCounter timestampCounter() {
    return timestampCounter;
  }

  private static boolean isCanonical(long address) {
    return address << 16 >> 16 == address;
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
      closeFd(vcpu);
      closeFd(vm);
      arena.close();
    }
  }
}
