package dev.mote.machine;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The virtual processor of a machine, as a program at CPL 3 knows it: what it holds besides the
/// general registers, and what it can do. To be used between two runs, by the thread that runs the
/// machine.
public interface Vcpu {
  /// The state of the processor at CPL 3, between two runs.
  CpuState save();

  /// Puts the processor into a state. What was going on in it before is forgotten.
  ///
  /// @param root guest physical address of the top-level page table
  /// @param stub where in that address space [RestoreStub] lies, by which the next run begins; null
  ///   if it has none, which costs a system call
  void load(CpuState state, long root, RestoreStub.@Nullable Place stub);

  /// A context for a thread of this machine's guest, to be filled by [#saveContext].
  ProcessorContext newContext();

  /// Copies what the processor holds at CPL 3. Between two runs.
  void saveContext(ProcessorContext target);

  /// Puts what another thread of the same guest had into the processor.
  ///
  /// @throws MachineException if the processor refuses it
  void loadContext(ProcessorContext source);

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
  long features();

  /// Whether the guest may use RDFSBASE and its kin (CR4.FSGSBASE).
  boolean fsgsbase();
}
