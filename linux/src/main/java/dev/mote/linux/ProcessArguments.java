package dev.mote.linux;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What a process is started with. Strings are bytes, as on Linux, without their NUL.
///
/// @param fileName the program as it was named when it was started (AT_EXECFN)
/// @param arguments argv, the program's name first
/// @param environment entries of the form `NAME=value`
@SuppressWarnings("ArrayRecordComponent") // nobody changes them or compares such records
record ProcessArguments(byte[] fileName, List<byte[]> arguments, List<byte[]> environment) {
  /// What all strings may take together: a quarter of the stack, as on Linux.
  static final long MAX_BYTES = Loader.STACK_SIZE / 4;

  /// @param fileName what the program is called there: its path
  static ProcessArguments of(GuestSetup setup, byte[] fileName) {
    var arguments = new ArrayList<byte[]>();
    arguments.add(bytes(setup.path().toString()));
    setup.arguments().forEach(argument -> arguments.add(bytes(argument)));
    List<byte[]> environment = setup.environment().stream().map(ProcessArguments::bytes).toList();
    return new ProcessArguments(fileName, arguments, environment);
  }

  /// The same for an interpreter that is to run what these are for, as `#!` says it: the name of
  /// the interpreter, its argument if there is one, and the path of the script stand for argv[0].
  ///
  /// @param path of the script
  ProcessArguments runBy(Script script, byte[] path) {
    var all = new ArrayList<byte[]>();
    all.add(script.interpreter());
    if (script.argument() != null) {
      all.add(script.argument());
    }
    all.add(path);
    all.addAll(arguments.subList(1, arguments.size()));
    return new ProcessArguments(fileName, all, environment);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// The name that a thread of the program has at first: the last part of its path, at most 15
  /// bytes.
  String commandName() {
    String path = FileTree.byteString(fileName);
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.substring(0, Math.min(name.length(), 15));
  }

  /// Bytes on the stack: each string with its NUL and its pointer.
  long size() {
    long size = fileName.length + 1L;
    for (byte[] string : arguments) {
      size += string.length + 1L + 8;
    }
    for (byte[] string : environment) {
      size += string.length + 1L + 8;
    }
    return size;
  }
}
