package dev.mote;

import dev.mote.linux.ElfException;
import dev.mote.linux.ProgramFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/// A program to run in a sandbox: a static Linux executable and its arguments.
///
/// The file is read and checked when the program is made; later changes to it are not seen.
/// Immutable and thread-safe: any number of sandboxes can run the same program.
public final class Program {
  private final ProgramFile file;
  private final Path executable;
  private final List<String> arguments;

  private Program(ProgramFile file, Path executable, List<String> arguments) {
    this.file = file;
    this.executable = executable;
    this.arguments = arguments;
  }

  /// Reads a program.
  ///
  /// @param executable an ELF executable for x86-64 Linux, statically linked (static or
  ///   static-pie), of at most 1 GiB
  /// @param arguments what the program is called with, its own name not included
  /// @throws ProgramException if there is no such file or it is not such a program; the message
  ///   says why
  public static Program of(Path executable, String... arguments) {
    return of(executable, List.of(arguments));
  }

  /// The same as [#of(Path, String...)].
  public static Program of(Path executable, List<String> arguments) {
    List<String> copy = List.copyOf(arguments);
    for (String argument : copy) {
      if (argument.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("an argument cannot contain a NUL character");
      }
    }
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

  ProgramFile file() {
    return file;
  }

  /// Where the program was read from.
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
