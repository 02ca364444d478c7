package dev.mote.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// A vCPU of KVM and what it holds.
///
/// The general registers travel in `kvm_run`, with the special ones if they were changed. Between
/// two runs the view of them is the guest's at CPL 3, wherever the vCPU itself stands: after a
/// system call or a fault it stands in a stub at CPL 0, and the guest's own `rip`, `rsp` and
/// `rflags` lie in rcx and r11 or in the interrupt frame on the supervisor's stack. They are put
/// into the view, and the next run goes through the supervisor's IRETQ over a frame that is written
/// from it.
final class KvmVcpu implements Vcpu {
  private static final long RFLAGS_FIXED = 0x2;
  private static final long RFLAGS_IF = 0x200;
  private static final long RFLAGS_TF = 0x100;

  /// What CPL 3 may set: CF PF AF ZF SF TF DF OF NT RF AC ID.
  private static final long RFLAGS_USER = 0x25_4dd5;

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
  private final int fd;
  private final GuestMemory memory;
  private final Cpuid cpuid;
  private final boolean answersCpuid; // CPUID faults, and its answers come from here
  private final KvmRun run;
  private final SpecialRegisters sregs; // lies in kvm_run; up to date only while sregsRead
  private final long cr4;
  private final MemorySegment xsave; // struct kvm_xsave, for both directions
  private final MemorySegment events; // struct kvm_vcpu_events

  private long pageTableRoot;
  private boolean sregsRead;
  private boolean sregsDirty;
  private boolean throughStub; // the next entry to CPL 3 goes by the supervisor's IRETQ
  private RestoreStub.@Nullable Place restoreStub; // the next entry goes by this one

  /// What that takes into the vector registers; until then they hold what is no more.
  private byte[] extendedToRestore = {};

  private boolean interrupted; // the last run was

  /// @param fd of a vCPU that was just made; the caller closes it
  /// @param memory that of its machine
  /// @param arena as long as the vCPU
  KvmVcpu(Kvm kvm, int fd, GuestMemory memory, CpuBaseline baseline, Arena arena) {
    this.kvm = kvm;
    this.fd = fd;
    this.memory = memory;
    cpuid = kvm.cpuid(fd, baseline);
    answersCpuid = cpuid.overridden && baseline != CpuBaseline.HOST;
    cr4 = VcpuSetup.cr4(kvm, cpuid);
    run = new KvmRun(kvm.mapRun(fd, arena));
    sregs = new SpecialRegisters(run.page().asSlice(KvmRun.SREGS, SpecialRegisters.SIZE));
    xsave = arena.allocate(4096, 64);
    events = arena.allocate(64, 8);
    sregs.segment().copyFrom(kvm.initialSregs(fd));
    sregs.userMode(cr4);
    sregs.set(SpecialRegisters.CR3, 0); // no page table: whoever builds one sets the root
    sregsRead = true;
    markSregsDirty();
    VcpuSetup.apply(kvm, fd, cpuid, sregs, answersCpuid);
    run.validRegs(KvmAbi.KVM_SYNC_X86_REGS);
  }

  /// What it shares with the hypervisor; its registers are the view.
  KvmRun run() {
    return run;
  }

  Processor processor() {
    return cpuid.processor();
  }

  /// Turns the register view, which is the guest's at CPL 3, into what the vCPU starts with.
  void prepareEntry() {
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

  /// It has run: what was known of its special registers is no longer so.
  void hasRun() {
    sregsRead = false;
  }

  /// After an interruption, which [#forgetPendingEvents] has to know of: puts the guest's registers
  /// into the view.
  ///
  /// @return false if the guest stands in a stub on its way out, where it has none
  boolean viewInterrupted() {
    interrupted = true;
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

  /// After a system call: SYSCALL left the program's `rip` in rcx and its flags in r11.
  void viewSystemCall() {
    restoreStub = null;
    throughStub = true;
    run.rip(run.rcx());
    run.rflags(run.r11());
  }

  /// After an access to a port, at CPL 3.
  void viewPortAccess() {
    restoreStub = null;
    throughStub = false;
  }

  /// After an exception at CPL 3.
  void viewException() {
    viewFrame();
    RestoreStub.Place restore = restoreStub;
    if (restore != null && isInStub(restore)) {
      viewBehindStub(restore);
      restoreWithoutStub();
    }
    restoreStub = null;
  }

  /// Where the last page fault was.
  long faultAddress() {
    readSregs();
    return sregs.get(SpecialRegisters.CR2);
  }

  /// Whether the program stands at a CPUID that is to be answered here.
  boolean isAtCpuid() {
    return answersCpuid && codeByte(run.rip()) == 0x0f && codeByte(run.rip() + 1) == 0xa2;
  }

  /// Does that instruction for the program.
  void answerCpuid() {
    cpuid.answer(run);
    run.rip(run.rip() + CPUID_LENGTH);
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

  @Override
  public CpuState save() {
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
  public void load(CpuState state, long root, RestoreStub.@Nullable Place stub) {
    pageTableRoot = root; // without reading special registers that are written below
    forgetPendingEvents();
    for (int i = 0; i < CpuState.GENERAL; i++) {
      run.page().set(ValueLayout.JAVA_LONG, KvmRun.REGS + 8L * i, state.general()[i]);
    }
    sregs.segment().copyFrom(kvm.initialSregs(fd));
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
      kvm.ioctl(fd, KvmAbi.KVM_SET_VCPU_EVENTS, events.address(), "KVM_SET_VCPU_EVENTS");
      interrupted = false;
    }
  }

  private void readSregs() {
    if (!sregsRead) {
      kvm.ioctl(fd, KvmAbi.KVM_GET_SREGS, sregs.segment().address(), "KVM_GET_SREGS");
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
    if (!CpuState.isCanonical(base)) {
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

  @Override
  public long features() {
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
    kvm.ioctl(fd, KvmAbi.KVM_GET_XSAVE, xsave.address(), "KVM_GET_XSAVE");
    MemorySegment.copy(xsave, 0, target, 0, cpuid.xsaveSize);
  }

  @Override
  public boolean writeXsave(MemorySegment source) {
    MemorySegment.copy(source, 0, xsave, 0, cpuid.xsaveSize);
    xsave.asSlice(cpuid.xsaveSize).fill((byte) 0);
    keepControlRegister();
    if (Libc.ioctl(fd, KvmAbi.KVM_SET_XSAVE, xsave.address()) < 0) {
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
}
