package dev.mote.machine;

/// Which processor features a guest is told of.
///
/// A snapshot that travels between machines is taken under a baseline that both have. The levels
/// are those of the x86-64 psABI; each includes what the level before it has.
///
/// A baseline decides what CPUID says, and is refused where a host cannot decide that
/// ([CpuidControl]). What it leaves out is not always out of order: a program that uses an
/// instruction without asking may find that it works.
public enum CpuBaseline {
  /// SSE3, SSSE3, SSE4.1, SSE4.2, POPCNT, CMPXCHG16B, LAHF; no XSAVE.
  X86_64_V2,
  /// XSAVE, AVX, AVX2, BMI1, BMI2, F16C, FMA, LZCNT, MOVBE.
  X86_64_V3,
  /// AVX-512 F, BW, CD, DQ, VL.
  X86_64_V4,
  /// What the host's processor and hypervisor offer, up to AVX-512.
  HOST;

  /// @param level of the x86-64 psABI, 2 to 4; 0 for [#HOST]
  public static CpuBaseline ofLevel(int level) {
    return switch (level) {
      case 0 -> HOST;
      case 2 -> X86_64_V2;
      case 3 -> X86_64_V3;
      case 4 -> X86_64_V4;
      default -> throw new IllegalArgumentException("no such level: " + level);
    };
  }
}
