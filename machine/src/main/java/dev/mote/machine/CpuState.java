package dev.mote.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

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

  /// Offsets in the XSAVE area (Intel SDM volume 1, section 13.4).
  private static final int MXCSR = 24;

  private static final int INITIAL_MXCSR = 0x1f80;
  private static final short INITIAL_X87_CONTROL = 0x37f;
  private static final long INTERRUPTS_ON = 0x202; // in rflags, with the bit that is always set
  private static final int MXCSR_BITS = 0x2_ffff; // bit 17 is AMD's
  private static final int XSTATE_BV = 512;
  private static final int XSAVE_HEADER = 64;

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

  /// What a program starts with: zeros, and the floating point units as Linux sets them up.
  public static CpuState initial(Vcpu vcpu) {
    long[] general = new long[GENERAL];
    general[RFLAGS] = INTERRUPTS_ON;
    ByteBuffer area = ByteBuffer.allocate(vcpu.xsaveSize()).order(ByteOrder.LITTLE_ENDIAN);
    area.putShort(0, INITIAL_X87_CONTROL);
    area.putInt(MXCSR, INITIAL_MXCSR);
    return new CpuState(general, new int[SEGMENTS], 0, 0, area.array(), vcpu.xcr0());
  }

  /// Whether it can be loaded into a processor without that refusing it.
  ///
  /// @throws IllegalArgumentException if not, with the reason
  public void requireLoadable() {
    if (!isCanonical(general[RIP]) || general[RIP] < 0) {
      throw new IllegalArgumentException("rip is 0x%x".formatted(general[RIP]));
    }
    for (int selector : segments) {
      if (selector < 0 || selector > 0xffff) {
        throw new IllegalArgumentException("a segment's selector is " + selector);
      }
    }
    ByteBuffer area = ByteBuffer.wrap(extended).order(ByteOrder.LITTLE_ENDIAN);
    if ((area.getInt(MXCSR) & ~MXCSR_BITS) != 0) {
      throw new IllegalArgumentException("MXCSR is 0x%x".formatted(area.getInt(MXCSR)));
    }
    if ((area.getLong(XSTATE_BV) & ~xcr0) != 0) {
      throw new IllegalArgumentException(
          "the extended state has components 0x%x of 0x%x"
              .formatted(area.getLong(XSTATE_BV), xcr0));
    }
    for (int at = XSTATE_BV + Long.BYTES; at < XSTATE_BV + XSAVE_HEADER; at += Long.BYTES) {
      if (area.getLong(at) != 0) {
        throw new IllegalArgumentException("the header of the extended state is not standard");
      }
    }
  }

  static boolean isCanonical(long address) {
    return address << 16 >> 16 == address;
  }
}
