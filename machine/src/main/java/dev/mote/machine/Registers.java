package dev.mote.machine;

/// The guest's general registers between two runs, as the guest sees them at CPL 3.
///
/// Not thread-safe: they belong to the thread that runs the virtual machine, and mean nothing while
/// it runs.
public interface Registers {
  long rax();

  long rbx();

  long rcx();

  long rdx();

  long rsi();

  long rdi();

  long rbp();

  long rsp();

  long r8();

  long r9();

  long r10();

  long r11();

  long r12();

  long r13();

  long r14();

  long r15();

  long rip();

  long rflags();

  void rax(long value);

  void rbx(long value);

  void rcx(long value);

  void rdx(long value);

  void rsi(long value);

  void rdi(long value);

  void rbp(long value);

  void rsp(long value);

  void r8(long value);

  void r9(long value);

  void r10(long value);

  void r11(long value);

  void r12(long value);

  void r13(long value);

  void r14(long value);

  void r15(long value);

  void rip(long value);

  /// @param value the flags; those that CPL 3 may not set (IOPL, VM, VIF, VIP) are ignored when the
  ///   guest is entered
  void rflags(long value);
}
