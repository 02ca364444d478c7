package dev.mote.machine;

/// What a processor holds at CPL 3 between two instructions: everything that code there can read or
/// change. Page tables and what lies at CPL 0 are no part of it.
///
/// Immutable: nobody changes the arrays. What they hold is checked where it is loaded.
///
/// @param general rax, rbx, rcx, rdx, rsi, rdi, rsp, rbp, r8 to r15, rip, rflags: the order of
///   `struct kvm_regs`
/// @param segments selectors of ds, es, fs, gs
/// @param fsBase canonical
/// @param gsBase canonical
/// @param extended x87, SSE, AVX and what else XCR0 turns on, in the standard form of XSAVE
/// @param xcr0 the processor that it comes from
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
public record CpuState(
    long[] general, int[] segments, long fsBase, long gsBase, byte[] extended, long xcr0) {
  static final int GENERAL = 18;
  static final int SEGMENTS = 4;

  static final int RAX = 0;
  static final int RDX = 3;
  static final int RIP = 16;
  static final int RFLAGS = 17;

  /// @throws IllegalArgumentException if the arrays have other lengths, or an address is not
  ///   canonical
  public CpuState {
    if (general.length != GENERAL || segments.length != SEGMENTS) {
      throw new IllegalArgumentException("not as many registers as the processor has");
    }
    if (!isCanonical(fsBase) || !isCanonical(gsBase)) {
      throw new IllegalArgumentException("the base of a segment is not canonical");
    }
    if (extended.length < 576 || extended.length > RestoreStub.AREA_SIZE) {
      throw new IllegalArgumentException(
          extended.length + " bytes are no extended state of a processor");
    }
  }

  static boolean isCanonical(long address) {
    return address << 16 >> 16 == address;
  }
}
