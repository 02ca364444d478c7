package dev.mote.linux;

/// A file that can be put into memory: a program or its dynamic loader.
///
/// @param image its headers, checked
/// @param pages its bytes
/// @param name what /proc/self/maps shows, one character per byte
record Loadable(ElfImage image, PageSource pages, String name) {
  /// What its segments take, in bytes.
  long memorySize() {
    return image.segments().stream().mapToLong(LoadSegment::memorySize).sum();
  }
}
