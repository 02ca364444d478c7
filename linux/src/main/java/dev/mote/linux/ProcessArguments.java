package dev.mote.linux;

import java.util.List;

/// What a process is started with. Strings are bytes, as on Linux, without their NUL.
///
/// @param executablePath the program's absolute path in the file tree (AT_EXECFN, /proc/self/exe)
/// @param arguments argv, the program's name first
/// @param environment entries of the form `NAME=value`
@SuppressWarnings("ArrayRecordComponent") // nobody changes them or compares such records
record ProcessArguments(byte[] executablePath, List<byte[]> arguments, List<byte[]> environment) {
  /// What all strings may take together: a quarter of the stack, as on Linux.
  static final long MAX_BYTES = Loader.STACK_SIZE / 4;

  /// Bytes on the stack: each string with its NUL and its pointer.
  long size() {
    long size = executablePath.length + 1L;
    for (byte[] string : arguments) {
      size += string.length + 1L + 8;
    }
    for (byte[] string : environment) {
      size += string.length + 1L + 8;
    }
    return size;
  }
}
