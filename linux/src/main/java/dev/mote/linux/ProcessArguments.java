package dev.mote.linux;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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

  static ProcessArguments of(GuestSetup setup) {
    byte[] path = bytes(setup.path().toAbsolutePath().normalize().toString());
    var arguments = new ArrayList<byte[]>();
    arguments.add(bytes(setup.path().toString()));
    setup.arguments().forEach(argument -> arguments.add(bytes(argument)));
    List<byte[]> environment = setup.environment().stream().map(ProcessArguments::bytes).toList();
    return new ProcessArguments(path, arguments, environment);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// The name that a thread of the program has at first: the last part of its path, at most 15
  /// bytes.
  String commandName() {
    String path = new String(executablePath, StandardCharsets.ISO_8859_1);
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.substring(0, Math.min(name.length(), 15));
  }

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
