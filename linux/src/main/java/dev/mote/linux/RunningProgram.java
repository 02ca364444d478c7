package dev.mote.linux;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The program that a guest runs, as it was loaded: what others must know of it later.
///
/// The arguments and the environment are read where they are, in the program's own memory, as on
/// Linux: a program may write its title over them.
///
/// @param executable its absolute path, one character per byte
/// @param entry its place in the file tree; null if only the path is known
/// @param breakStart where the heap begins
/// @param arguments address of the first argument's first byte; the others follow, and then the
///   environment
/// @param environment address of its first byte, behind the last argument
/// @param environmentEnd address behind its last NUL
record RunningProgram(
    String executable,
    @Nullable Entry entry,
    long breakStart,
    long arguments,
    long environment,
    long environmentEnd) {
  /// A program that is not loaded yet.
  static RunningProgram of(GuestSetup setup) {
    byte[] path =
        setup.path().toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8);
    return new RunningProgram(FileTree.byteString(path), null, 0, 0, 0, 0);
  }

  static RunningProgram load(GuestState.ProgramState saved, long breakStart) {
    return new RunningProgram(
        saved.executable(),
        null,
        breakStart,
        saved.arguments(),
        saved.environment(),
        saved.environmentEnd());
  }

  GuestState.ProgramState save() {
    return new GuestState.ProgramState(path(), arguments, environment, environmentEnd);
  }

  /// Where the file is now, with " (deleted)" behind it if it has lost its name.
  String path() {
    try {
      return entry == null ? executable : entry.path();
    } catch (ErrnoException _) {
      return executable; // its path has become longer than any path may be
    }
  }
}
