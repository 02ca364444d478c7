package dev.mote;

import dev.mote.linux.ElfException;
import dev.mote.linux.ProgramFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A program to run in a sandbox: a Linux executable and its arguments.
///
/// It is either a file of this host, which is read and checked when the program is made (later
/// changes to it are not seen), or a file that the sandbox has in its own file tree, which is
/// looked for when the sandbox runs. A dynamically linked program needs a file tree with its
/// dynamic loader and its libraries, a script one with its interpreter.
///
/// Immutable and thread-safe: any number of sandboxes can run the same program.
public final class Program {
  private final @Nullable ProgramFile file; // null: the sandbox has it
  private final Path executable;
  private final List<String> arguments;

  private Program(@Nullable ProgramFile file, Path executable, List<String> arguments) {
    this.file = file;
    this.executable = executable;
    this.arguments = arguments;
  }

  /// Reads a program.
  ///
  /// @param executable an ELF executable for x86-64 Linux of at most 1 GiB
  /// @param arguments what the program is called with, its own name not included
  /// @throws ProgramException if there is no such file or it is not such a program; the message
  ///   says why
  public static Program of(Path executable, String... arguments) {
    return of(executable, List.of(arguments));
  }

  /// The same as [#of(Path, String...)].
  public static Program of(Path executable, List<String> arguments) {
    List<String> copy = checked(arguments);
    try {
      if (Files.exists(executable) && !Files.isRegularFile(executable)) {
        throw new ProgramException(
            ProgramException.Kind.NOT_RUNNABLE, executable + ": is not a regular file");
      }
      return new Program(ProgramFile.read(executable), executable, copy);
    } catch (NoSuchFileException _) {
      throw new ProgramException(ProgramException.Kind.NOT_FOUND, executable + ": no such file");
    } catch (IOException e) {
      throw new ProgramException(
          ProgramException.Kind.NOT_RUNNABLE, executable + ": cannot be read: " + e.getMessage());
    } catch (ElfException e) {
      throw new ProgramException(
          ProgramException.Kind.NOT_RUNNABLE, executable + ": " + e.getMessage());
    }
  }

  /// Names a program that the sandbox has in its file tree: an executable or a script.
  ///
  /// @param path in the sandbox: absolute, relative to its working directory, or a name without a
  ///   slash, which is looked for in the `PATH` of its environment
  /// @param arguments what the program is called with, its own name not included
  public static Program inTree(String path, List<String> arguments) {
    if (path.isEmpty() || path.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("the program's path is empty or has a NUL in it");
    }
    return new Program(null, Path.of(path), checked(arguments));
  }

  private static List<String> checked(List<String> arguments) {
    List<String> copy = List.copyOf(arguments);
    for (String argument : copy) {
      if (argument.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("an argument cannot contain a NUL character");
      }
    }
    return copy;
  }

  @Nullable ProgramFile file() {
    return file;
  }

  /// Where the program was read from, or is in the sandbox.
  public Path executable() {
    return executable;
  }

  /// What it is called with, its own name not included.
  public List<String> arguments() {
    return arguments;
  }

  @Override
  public String toString() {
    return executable + (arguments.isEmpty() ? "" : " " + String.join(" ", arguments));
  }
}
