package dev.mote;

/// Which processor features a guest is told of. The levels are those of the x86-64 psABI; each
/// includes the one before.
public enum CpuBaseline {
  /// SSE3, SSSE3, SSE4.1, SSE4.2, POPCNT, CMPXCHG16B, LAHF.
  X86_64_V2(2),
  /// AVX, AVX2, BMI1, BMI2, F16C, FMA, LZCNT, MOVBE.
  X86_64_V3(3),
  /// AVX-512 F, BW, CD, DQ, VL.
  X86_64_V4(4),
  /// What the host's processor offers. The default.
  HOST(0);

  private final int level;

  CpuBaseline(int level) {
    this.level = level;
  }

  int level() {
    return level;
  }

  /// Reads a name as the command line has it: `x86-64-v2`, `x86-64-v3`, `x86-64-v4`, `host`.
  ///
  /// @throws IllegalArgumentException if it is none of these
  public static CpuBaseline parse(String text) {
    for (CpuBaseline baseline : values()) {
      if (baseline.toString().equals(text)) {
        return baseline;
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not a processor baseline; use x86-64-v2, x86-64-v3, x86-64-v4 or host");
  }

  @Override
  public String toString() {
    return level == 0 ? "host" : "x86-64-v" + level;
  }
}
