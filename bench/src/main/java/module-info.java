import org.jspecify.annotations.NullMarked;

/// Benchmarks: each figure stands beside the floor that the same machine sets.
@NullMarked
@SuppressWarnings("requires-automatic") // JMH has no module descriptor
module dev.mote.bench {
  requires com.dylibso.chicory.runtime;
  requires com.dylibso.chicory.wasm;
  requires dev.mote;
  requires dev.mote.store;
  requires dev.mote.machine;
  requires jdk.management;
  requires jmh.core;
  requires static org.jspecify;

  // JMH's generated code makes the states and calls the benchmarks by reflection.
  exports dev.mote.bench to
      jmh.core;

  // The interface and the record that are called with.
  opens dev.mote.bench to
      dev.mote,
      dev.mote.values;
}
