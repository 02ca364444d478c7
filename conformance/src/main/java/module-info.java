import org.jspecify.annotations.NullMarked;

/// Tests that run real programs natively and in a VM, hostile guests, and the rule of the layers.
@NullMarked
module dev.mote.conformance {
  requires dev.mote;
  requires static org.jspecify;
}
