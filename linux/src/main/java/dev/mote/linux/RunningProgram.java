package dev.mote.linux;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The program that a guest runs, as it was loaded: what others must know of it later.
///
/// The arguments and the environment are read where they are, in the program's own memory, as on
/// Linux: a program may write its title over them.
///
/// @param executable its absolute path, one character per byte
/// @param entry its place in the file tree; null if only the path is known
/// @param breakStart where the heap begins
/// @param arguments address of the first argument's first byte
/// @param argumentsEnd address behind the last one's NUL
/// @param environment address of its first byte
/// @param environmentEnd address behind its last NUL
/// @param room for another environment; null for none
record RunningProgram(
    String executable,
    @Nullable Entry entry,
    long breakStart,
    long arguments,
    long argumentsEnd,
    long environment,
    long environmentEnd,
    @Nullable EnvironmentRoom room) {
  /// A program that is not loaded yet.
  static RunningProgram of(GuestSetup setup) {
    byte[] path =
        setup.path().toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8);
    return new RunningProgram(FileTree.byteString(path), null, 0, 0, 0, 0, 0, null);
  }

  static RunningProgram load(GuestState.ProgramState saved, long breakStart) {
    return new RunningProgram(
        saved.executable(),
        null,
        breakStart,
        saved.arguments(),
        saved.argumentsEnd(),
        saved.environment(),
        saved.environmentEnd(),
        saved.room() == null ? null : EnvironmentRoom.load(saved.room()));
  }

  GuestState.ProgramState save() {
    return new GuestState.ProgramState(
        path(),
        arguments,
        argumentsEnd,
        environment,
        environmentEnd,
        room == null ? null : room.save());
  }

  /// The same with the environment that is in its room.
  RunningProgram withEnvironment(long end) {
    long start = Objects.requireNonNull(room).strings();
    return new RunningProgram(
        executable, entry, breakStart, arguments, argumentsEnd, start, end, room);
  }

  /// The same with the environment that it has for good.
  RunningProgram withoutRoom() {
    return new RunningProgram(
        executable, entry, breakStart, arguments, argumentsEnd, environment, environmentEnd, null);
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
