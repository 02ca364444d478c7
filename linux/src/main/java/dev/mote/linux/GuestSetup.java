package dev.mote.linux;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// What a guest is made from.
///
/// @param file the bytes that the image was parsed from
/// @param memoryLimit in bytes
record GuestSetup(
    ElfImage image, MemorySegment file, ProcessArguments arguments, long memoryLimit) {
  /// The name that a thread of the program has at first: the last part of its path, at most 15
  /// bytes.
  String commandName() {
    String path = new String(arguments.executablePath(), StandardCharsets.ISO_8859_1);
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.substring(0, Math.min(name.length(), 15));
  }
}
