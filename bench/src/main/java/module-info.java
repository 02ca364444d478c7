import org.jspecify.annotations.NullMarked;

/// Benchmarks: each figure stands beside the floor that the same machine sets.
@NullMarked
module dev.mote.bench {
  requires dev.mote;
  requires static org.jspecify;
}
