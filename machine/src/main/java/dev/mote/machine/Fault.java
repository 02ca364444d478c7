package dev.mote.machine;

/// An exception that guest code caused, as the processor reports it.
///
/// @param vector the exception's number (Intel SDM volume 3, table 6-1)
/// @param errorCode the error code that the processor pushed, 0 for vectors that have none
/// @param address the content of CR2 for a page fault, else 0
public record Fault(int vector, long errorCode, long address) {
  public static final int DIVIDE_ERROR = 0;
  public static final int DEBUG = 1;
  public static final int BREAKPOINT = 3;
  public static final int OVERFLOW = 4;
  public static final int BOUND_RANGE = 5;
  public static final int INVALID_OPCODE = 6;
  public static final int DEVICE_NOT_AVAILABLE = 7;

  /// Also reported when the guest broke the supervisor pages, so that it cannot be continued.
  public static final int DOUBLE_FAULT = 8;

  public static final int INVALID_TSS = 10;
  public static final int SEGMENT_NOT_PRESENT = 11;
  public static final int STACK_SEGMENT = 12;
  public static final int GENERAL_PROTECTION = 13;
  public static final int PAGE_FAULT = 14;
  public static final int X87_FLOATING_POINT = 16;
  public static final int ALIGNMENT_CHECK = 17;
  public static final int MACHINE_CHECK = 18;
  public static final int SIMD_FLOATING_POINT = 19;

  /// Page-fault error code: the page was present, so a right was missing.
  public static final long ERROR_PRESENT = 1;

  /// Page-fault error code: the access was a write.
  public static final long ERROR_WRITE = 2;

  /// Page-fault error code: the access came from CPL 3.
  public static final long ERROR_USER = 4;

  /// Page-fault error code: the access fetched an instruction.
  public static final long ERROR_FETCH = 16;
}
