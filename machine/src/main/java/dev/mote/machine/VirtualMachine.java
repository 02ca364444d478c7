package dev.mote.machine;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// One virtual machine with one vCPU: the whole interface between a hypervisor and what is above
/// it.
///
/// Guest code runs at CPL 3 only. A virtual machine is used by one thread at a time; [#kick()]
/// alone may be called by any thread at any time, also after [#close()]. A virtual thread that runs
/// it blocks its carrier.
public interface VirtualMachine extends AutoCloseable {
  /// The port that CPL 3 may write one byte to; doing so is [VmExit#GUEST_CALL].
  ///
  /// This number, because KVM reports `rip` behind the instruction for it alone
  /// (KVM_X86_QUIRK_OUT_7E_INC_RIP).
  int GUEST_CALL_PORT = 0x7e;

  /// Guest physical memory.
  GuestMemory memory();

  /// The frames of the guest, if the machine was made for one.
  Frames frames();

  /// The frames of one of several guests.
  ///
  /// @param memoryLimit bytes of data that it may use; the machine was made for at least as much as
  ///   all its guests may
  Frames frames(long memoryLimit);

  /// The state of the processor at CPL 3, between two runs.
  CpuState saveCpu();

  /// Puts the processor into a state. What was going on in it before is forgotten.
  ///
  /// @param root guest physical address of the top-level page table
  /// @param stub where in that address space [RestoreStub] lies, by which the next run begins; null
  ///   if it has none, which costs a system call
  void loadCpu(CpuState state, long root, RestoreStub.@Nullable Place stub);

  /// A context for a thread of this machine's guest, to be filled by [#saveContext].
  ProcessorContext newContext();

  /// Copies what the processor holds at CPL 3. Between two runs.
  void saveContext(ProcessorContext target);

  /// Puts what another thread of the same guest had into the processor.
  ///
  /// @throws MachineException if the processor refuses it
  void loadContext(ProcessorContext source);

  /// The guest's registers; valid between two runs.
  Registers registers();

  /// Who is to [#run] it in place of the calling thread, where it is dear to run it by several
  /// threads in turns; null if the calling thread had better do it. May be called by any thread.
  @Nullable Executor elsewhere();

  /// Enters the guest with the registers as they are, until it exits.
  VmExit run();

  /// What happened, after [VmExit#FAULT].
  Fault fault();

  /// Whether the machine can never run again: the processor shut down, or the hypervisor could not
  /// go on.
  boolean isLost();

  /// Makes the present run, or else the next one, return [VmExit#INTERRUPTED] soon.
  void kick();

  /// @param gpa guest physical address of the top-level page table that the guest uses from the
  ///   next run on
  void pageTableRoot(long gpa);

  long fsBase();

  /// @param base a canonical address; another is an [IllegalArgumentException]
  void fsBase(long base);

  long gsBase();

  /// @param base a canonical address; another is an [IllegalArgumentException]
  void gsBase(long base);

  /// The processor state components that the guest may use (XCR0).
  long xcr0();

  /// The size in bytes of the extended state in its standard form, header included, as CPUID leaf
  /// 0xD says.
  int xsaveSize();

  /// Copies x87, SSE and AVX state out, in the standard (not compacted) form of XSAVE.
  ///
  /// @param target at least [#xsaveSize()] bytes
  void readXsave(MemorySegment target);

  /// Replaces x87, SSE and AVX state.
  ///
  /// @param source [#xsaveSize()] bytes in the standard form
  /// @return false if the processor would refuse the state (reserved bits of MXCSR or of the
  ///   header); nothing changed then
  boolean writeXsave(MemorySegment source);

  /// What CPUID leaf 1 tells the guest in EDX: the features that every x86-64 processor has, and a
  /// few more.
  long processorFeatures();

  /// Whether the guest may use RDFSBASE and its kin (CR4.FSGSBASE).
  boolean fsgsbase();

  /// What RDTSC reads in the guest.
  TimestampCounter timestampCounter();

  /// Frees everything; twice is harmless. The caller makes sure that no thread runs the machine.
  @Override
  void close();
}
