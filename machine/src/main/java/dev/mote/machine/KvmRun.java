package dev.mote.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// The page that a vCPU shares with the kernel, `struct kvm_run` of `linux/kvm.h`, with its
/// register area.
///
/// ```
/// offset  type  field
///      1  u8    immediate_exit
///      8  u32   exit_reason
///     32  u8    io.direction
///     33  u8    io.size
///     34  u16   io.port
///     36  u32   io.count
///     40  u64   io.data_offset
///     32  u32   internal.suberror
///    288  u64   kvm_valid_regs
///    296  u64   kvm_dirty_regs
///    304        s.regs.regs: struct kvm_regs (144 bytes)
///    448        s.regs.sregs: struct kvm_sregs (312 bytes)
/// ```
///
/// The general registers double as the guest's registers between two runs ([Registers]).
final class KvmRun implements Registers {
  static final long IMMEDIATE_EXIT = 1;
  static final long EXIT_REASON = 8;
  static final long IO_DIRECTION = 32;
  static final long IO_SIZE = 33;
  static final long IO_PORT = 34;
  static final long IO_COUNT = 36;
  static final long INTERNAL_SUBERROR = 32;
  static final long VALID_REGS = 288;
  static final long DIRTY_REGS = 296;
  static final long REGS = 304;
  static final long REGS_SIZE = 144;
  static final long SREGS = 448;

  static final long RAX = REGS;
  static final long RBX = REGS + 8;
  static final long RCX = REGS + 16;
  static final long RDX = REGS + 24;
  static final long RSI = REGS + 32;
  static final long RDI = REGS + 40;
  static final long RSP = REGS + 48;
  static final long RBP = REGS + 56;
  static final long R8 = REGS + 64;
  static final long R9 = REGS + 72;
  static final long R10 = REGS + 80;
  static final long R11 = REGS + 88;
  static final long R12 = REGS + 96;
  static final long R13 = REGS + 104;
  static final long R14 = REGS + 112;
  static final long R15 = REGS + 120;
  static final long RIP = REGS + 128;
  static final long RFLAGS = REGS + 136;

  // All are aligned; but a look whether they are is a call, where the JIT compiler inlines no
  // deeper.
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private final MemorySegment page;

  KvmRun(MemorySegment page) {
    this.page = page;
  }

  MemorySegment page() {
    return page;
  }

  /// Any thread may set it; the kernel reads it when KVM_RUN begins.
  void immediateExit(boolean value) {
    page.set(BYTE, IMMEDIATE_EXIT, (byte) (value ? 1 : 0));
    VarHandle.fullFence(); // before the kicker looks for the thread
  }

  int exitReason() {
    return page.get(INT, EXIT_REASON);
  }

  boolean ioIsOneByteOut() {
    return page.get(BYTE, IO_DIRECTION) == KvmAbi.KVM_EXIT_IO_OUT
        && page.get(BYTE, IO_SIZE) == 1
        && page.get(INT, IO_COUNT) == 1;
  }

  int ioPort() {
    return page.get(SHORT, IO_PORT) & 0xffff;
  }

  int internalSuberror() {
    return page.get(INT, INTERNAL_SUBERROR);
  }

  void validRegs(long kinds) {
    page.set(LONG, VALID_REGS, kinds);
  }

  void dirtyRegs(long kinds) {
    page.set(LONG, DIRTY_REGS, kinds);
  }

  @Override
  public long rax() {
    return page.get(LONG, RAX);
  }

  @Override
  public long rbx() {
    return page.get(LONG, RBX);
  }

  @Override
  public long rcx() {
    return page.get(LONG, RCX);
  }

  @Override
  public long rdx() {
    return page.get(LONG, RDX);
  }

  @Override
  public long rsi() {
    return page.get(LONG, RSI);
  }

  @Override
  public long rdi() {
    return page.get(LONG, RDI);
  }

  @Override
  public long rbp() {
    return page.get(LONG, RBP);
  }

  @Override
  public long rsp() {
    return page.get(LONG, RSP);
  }

  @Override
  public long r8() {
    return page.get(LONG, R8);
  }

  @Override
  public long r9() {
    return page.get(LONG, R9);
  }

  @Override
  public long r10() {
    return page.get(LONG, R10);
  }

  @Override
  public long r11() {
    return page.get(LONG, R11);
  }

  @Override
  public long r12() {
    return page.get(LONG, R12);
  }

  @Override
  public long r13() {
    return page.get(LONG, R13);
  }

  @Override
  public long r14() {
    return page.get(LONG, R14);
  }

  @Override
  public long r15() {
    return page.get(LONG, R15);
  }

  @Override
  public long rip() {
    return page.get(LONG, RIP);
  }

  @Override
  public long rflags() {
    return page.get(LONG, RFLAGS);
  }

  @Override
  public void rax(long value) {
    page.set(LONG, RAX, value);
  }

  @Override
  public void rbx(long value) {
    page.set(LONG, RBX, value);
  }

  @Override
  public void rcx(long value) {
    page.set(LONG, RCX, value);
  }

  @Override
  public void rdx(long value) {
    page.set(LONG, RDX, value);
  }

  @Override
  public void rsi(long value) {
    page.set(LONG, RSI, value);
  }

  @Override
  public void rdi(long value) {
    page.set(LONG, RDI, value);
  }

  @Override
  public void rbp(long value) {
    page.set(LONG, RBP, value);
  }

  @Override
  public void rsp(long value) {
    page.set(LONG, RSP, value);
  }

  @Override
  public void r8(long value) {
    page.set(LONG, R8, value);
  }

  @Override
  public void r9(long value) {
    page.set(LONG, R9, value);
  }

  @Override
  public void r10(long value) {
    page.set(LONG, R10, value);
  }

  @Override
  public void r11(long value) {
    page.set(LONG, R11, value);
  }

  @Override
  public void r12(long value) {
    page.set(LONG, R12, value);
  }

  @Override
  public void r13(long value) {
    page.set(LONG, R13, value);
  }

  @Override
  public void r14(long value) {
    page.set(LONG, R14, value);
  }

  @Override
  public void r15(long value) {
    page.set(LONG, R15, value);
  }

  @Override
  public void rip(long value) {
    page.set(LONG, RIP, value);
  }

  @Override
  public void rflags(long value) {
    page.set(LONG, RFLAGS, value);
  }
}
