package dev.mote.machine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a guest is shown of the processor: what a snapshot that travels is bound to.
///
/// @param features the feature words of CPUID, in an order of this class's own
/// @param digest of all that CPUID tells, in hexadecimal digits
/// @param xcr0 state components that the guest has
/// @param xsaveSize bytes of extended state
public record Processor(List<Integer> features, String digest, long xcr0, int xsaveSize) {
  /// Why a guest that was shown this cannot go on where it would be shown another.
  ///
  /// @param exact whether everything must be the same: what it was shown was no baseline
  /// @return null if it can
  public @Nullable String obstacle(Processor here, boolean exact) {
    if ((xcr0 & ~here.xcr0) != 0) {
      return "state components 0x%x, and this machine has 0x%x".formatted(xcr0, here.xcr0);
    }
    if (features.size() != here.features.size()) {
      return features.size() + " feature words";
    }
    for (int i = 0; i < features.size(); i++) {
      int missing = features.get(i) & ~here.features.get(i);
      if (missing != 0) {
        return "features 0x%x of word %d, which this machine has not".formatted(missing, i);
      }
    }
    if (xsaveSize != here.xsaveSize) {
      return "%d bytes of extended state, and this machine has %d"
          .formatted(xsaveSize, here.xsaveSize);
    }
    return exact && !digest.equals(here.digest)
        ? "another model of processor than this machine's"
        : null;
  }
}
