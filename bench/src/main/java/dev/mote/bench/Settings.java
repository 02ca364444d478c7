package dev.mote.bench;

import java.nio.file.Path;

/// Where the benchmarks find what they measure with.
///
/// @param home the root of the source tree, where `./mote` is
/// @param work where `bench/run` put the compiled floor, programs and classes
record Settings(Path home, Path work) {
  Path program(String name) {
    return work.resolve("programs").resolve(name);
  }

  Path floor() {
    return work.resolve("floor");
  }

  Path mote() {
    return home.resolve("mote");
  }
}
