package dev.mote.linux;

import dev.mote.linux.GuestFailure.Blame;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Finds out what is to be loaded for a file that is to be executed: follows the `#!` of scripts,
/// reads the headers of the program, and finds its dynamic loader. All of it is looked for in the
/// guest's tree, and nothing of the guest changes.
final class ExecutableSearch {
  /// How many scripts may be run one by another, as on Linux.
  private static final int MOST_SCRIPTS = 5;

  static final int ANY_EXECUTE = 0111;

  private final ProcessFiles files;
  private final FileMappings mappings;
  private final Loader loader;
  private final long memoryLimit;

  /// @param memoryLimit the most bytes that the segments of a file may have
  ExecutableSearch(ProcessFiles files, FileMappings mappings, Loader loader, long memoryLimit) {
    this.files = files;
    this.mappings = mappings;
    this.loader = loader;
    this.memoryLimit = memoryLimit;
  }

  /// Finds what is to be loaded.
  ///
  /// @param entry the file that is to be executed
  /// @param isClosed whether an interpreter could not open the file any more by its name
  /// @throws ExecException if it cannot be executed
  /// @throws ErrnoException if a file cannot be read
  Executable find(Entry entry, ProcessArguments arguments, boolean isClosed) {
    mappings.sweepIfMany(); // of earlier attempts
    Entry at = entry;
    ProcessArguments changed = arguments;
    byte[] name = arguments.fileName();
    OpenFile file = open(at);
    try {
      for (int scripts = 0; ; scripts++) {
        Script script = script(file);
        if (script == null) {
          return load(at, file, changed);
        }
        if (isClosed) {
          throw Errno.ENOENT.exception();
        }
        changed = changed.runBy(script, name);
        name = script.interpreter();
        at = interpreter(name);
        OpenFile next = open(at);
        file.release();
        file = next;
        if (scripts == MOST_SCRIPTS) {
          throw new ExecException(Errno.ELOOP, Blame.PROGRAM, "is a script of too many scripts");
        }
      }
    } finally {
      file.release(); // mappings hold it on their own
    }
  }

  private static @Nullable Script script(OpenFile file) {
    byte[] start = new byte[Script.SIZE];
    file.content().read(0, start, 0, start.length);
    try {
      return Script.parse(start);
    } catch (ErrnoException e) {
      throw new ExecException(
          e.errno, Blame.PROGRAM, "is a script whose first line names no interpreter");
    }
  }

  private Entry interpreter(byte[] path) {
    try {
      return files.walk(ProcessFiles.AT_FDCWD, FileTree.byteString(path), true).existing();
    } catch (ErrnoException e) {
      throw new ExecException(
          e.errno,
          Blame.MISSING_INTERPRETER,
          "is a script for %s, which is not in its file tree".formatted(printable(path)));
    }
  }

  /// Opens a file to execute it.
  ///
  /// @throws ExecException EACCES if it is no regular file, or nobody may execute it
  private static OpenFile open(Entry entry) {
    boolean isFile = entry.inode instanceof RegularFile;
    if (entry.inode instanceof RegularFile file && (file.mode() & ANY_EXECUTE) != 0) {
      return new OpenRegularFile(entry, OpenFlags.O_RDONLY, file);
    }
    throw new ExecException(
        Errno.EACCES,
        Blame.PROGRAM,
        isFile ? "nobody may execute it (chmod +x)" : "is not a regular file");
  }

  private Executable load(Entry entry, OpenFile file, ProcessArguments arguments) {
    Loadable program = loadable(file, Errno.ENOEXEC, "");
    String path = program.image().interpreter();
    Loadable itsLoader = path == null ? null : dynamicLoader(path, file);
    try {
      loader.check(program, itsLoader);
    } catch (ElfException e) {
      throw refused(e, Errno.ELIBBAD, "");
    }
    return new Executable(entry, program, itsLoader, arguments);
  }

  private Loadable dynamicLoader(String path, OpenFile program) {
    OpenFile file;
    try {
      file = open(files.walk(ProcessFiles.AT_FDCWD, path, true).existing());
    } catch (ErrnoException e) {
      throw new ExecException(
          e.errno, Blame.MISSING_INTERPRETER, missing(path, NeededLibraries.of(program.content())));
    }
    try {
      return loadable(file, Errno.ELIBBAD, "has a dynamic loader that ");
    } finally {
      file.release();
    }
  }

  private static String missing(String path, NeededLibraries libraries) {
    String text =
        "is dynamically linked and needs %s, which is not in its file tree"
            .formatted(printable(FileTree.bytes(path)));
    return libraries.names().isEmpty()
        ? text
        : text + " (nor may be its libraries: " + String.join(", ", libraries.names()) + ")";
  }

  private Loadable loadable(OpenFile file, Errno bad, String what) {
    try {
      ElfImage image = ElfImage.parse(file.content(), memoryLimit);
      return new Loadable(image, mappings.pages(file), FileMappings.name(file));
    } catch (ElfException e) {
      throw refused(e, bad, what);
    }
  }

  private static ExecException refused(ElfException e, Errno bad, String what) {
    Errno errno = e.reason() == ElfException.Reason.TOO_LARGE ? Errno.ENOMEM : bad;
    return new ExecException(errno, Blame.PROGRAM, what + e.getMessage());
  }

  private static String printable(byte[] path) {
    return Printable.of(new String(path, StandardCharsets.UTF_8));
  }
}
