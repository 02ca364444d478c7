package dev.mote.machine;

import java.lang.foreign.MemorySegment;

/// What a processor held at CPL 3 when it was taken away from one thread of a guest, and holds
/// again when that goes on ([Vcpu#loadContext]). Between the two its registers can be read and
/// changed.
///
/// Not thread-safe: it belongs to the thread that runs the virtual machine.
public final class ProcessorContext implements Registers {
  /// In the order of `struct kvm_regs`.
  final long[] general = new long[CpuState.GENERAL];

  /// Selectors of ds, es, fs, gs.
  final int[] segments = new int[CpuState.SEGMENTS];

  long fsBase;
  long gsBase;

  /// In the standard form of XSAVE.
  final byte[] extended;

  final long xcr0;

  /// One that is to be filled.
  ProcessorContext(int extendedSize, long xcr0) {
    extended = new byte[extendedSize];
    this.xcr0 = xcr0;
  }

  /// A context that holds what a processor held.
  public ProcessorContext(CpuState state) {
    this(state.extended().length, state.xcr0());
    load(state);
  }

  /// One with the same content.
  public ProcessorContext copy() {
    return new ProcessorContext(state());
  }

  /// Takes over what a processor of the same kind held.
  public void load(CpuState state) {
    System.arraycopy(state.general(), 0, general, 0, general.length);
    System.arraycopy(state.segments(), 0, segments, 0, segments.length);
    fsBase = state.fsBase();
    gsBase = state.gsBase();
    System.arraycopy(state.extended(), 0, extended, 0, extended.length);
  }

  /// What it holds, as data.
  public CpuState state() {
    return new CpuState(general.clone(), segments.clone(), fsBase, gsBase, extended.clone(), xcr0);
  }

  /// @param base canonical, as all addresses below the end of user space are
  public void fsBase(long base) {
    if (!CpuState.isCanonical(base)) {
      throw new IllegalArgumentException("not canonical: 0x" + Long.toHexString(base));
    }
    fsBase = base;
  }

  MemorySegment extendedSegment() {
    return MemorySegment.ofArray(extended);
  }

  @Override
  public long rax() {
    return general[0];
  }

  @Override
  public long rbx() {
    return general[1];
  }

  @Override
  public long rcx() {
    return general[2];
  }

  @Override
  public long rdx() {
    return general[3];
  }

  @Override
  public long rsi() {
    return general[4];
  }

  @Override
  public long rdi() {
    return general[5];
  }

  @Override
  public long rsp() {
    return general[6];
  }

  @Override
  public long rbp() {
    return general[7];
  }

  @Override
  public long r8() {
    return general[8];
  }

  @Override
  public long r9() {
    return general[9];
  }

  @Override
  public long r10() {
    return general[10];
  }

  @Override
  public long r11() {
    return general[11];
  }

  @Override
  public long r12() {
    return general[12];
  }

  @Override
  public long r13() {
    return general[13];
  }

  @Override
  public long r14() {
    return general[14];
  }

  @Override
  public long r15() {
    return general[15];
  }

  @Override
  public long rip() {
    return general[CpuState.RIP];
  }

  @Override
  public long rflags() {
    return general[CpuState.RFLAGS];
  }

  @Override
  public void rax(long value) {
    general[0] = value;
  }

  @Override
  public void rbx(long value) {
    general[1] = value;
  }

  @Override
  public void rcx(long value) {
    general[2] = value;
  }

  @Override
  public void rdx(long value) {
    general[3] = value;
  }

  @Override
  public void rsi(long value) {
    general[4] = value;
  }

  @Override
  public void rdi(long value) {
    general[5] = value;
  }

  @Override
  public void rsp(long value) {
    general[6] = value;
  }

  @Override
  public void rbp(long value) {
    general[7] = value;
  }

  @Override
  public void r8(long value) {
    general[8] = value;
  }

  @Override
  public void r9(long value) {
    general[9] = value;
  }

  @Override
  public void r10(long value) {
    general[10] = value;
  }

  @Override
  public void r11(long value) {
    general[11] = value;
  }

  @Override
  public void r12(long value) {
    general[12] = value;
  }

  @Override
  public void r13(long value) {
    general[13] = value;
  }

  @Override
  public void r14(long value) {
    general[14] = value;
  }

  @Override
  public void r15(long value) {
    general[15] = value;
  }

  @Override
  public void rip(long value) {
    general[CpuState.RIP] = value;
  }

  @Override
  public void rflags(long value) {
    general[CpuState.RFLAGS] = value;
  }
}
