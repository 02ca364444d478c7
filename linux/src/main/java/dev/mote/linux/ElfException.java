package dev.mote.linux;

/// A file cannot be run as a program: [#reason()] for code, [#getMessage()] for people. The message
/// reads on after the name of the file, as in `/bin/tool: is a 32-bit program for i386`; what it
/// quotes of the file is made printable.
public final class ElfException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  ElfException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /// Why a file is refused.
  public enum Reason {
    /// No ELF file at all: empty, text, an archive, a program of another system.
    NOT_ELF,
    /// A text that begins with `#!`: its interpreter may be a program that can run.
    SCRIPT,
    /// A program for a 32-bit machine, x32 included.
    NOT_64_BIT,
    /// A program for a machine that keeps the high byte first.
    BIG_ENDIAN,
    /// A program for another processor than x86-64.
    OTHER_MACHINE,
    /// A program of another operating system, by its mark in the header.
    OTHER_SYSTEM,
    /// An object file, a core dump, or another ELF file that nobody starts.
    NOT_A_PROGRAM,
    /// A program that asks for a dynamic loader by a name that cannot be one.
    BAD_INTERPRETER,
    /// The file ends before what its headers promise.
    TRUNCATED,
    /// The program headers have a size or a number that no linker makes.
    BAD_PROGRAM_HEADERS,
    /// A segment that cannot be where, or as large as, its header says.
    BAD_SEGMENT,
    /// Two segments claim the same byte of memory.
    OVERLAPPING_SEGMENTS,
    /// Nothing to load.
    NO_LOAD_SEGMENT,
    /// No address to start at: usually a shared library.
    NO_ENTRY,
    /// The start address is not in a segment that may be executed.
    ENTRY_NOT_EXECUTABLE,
    /// Its segments need more memory than the sandbox has.
    TOO_LARGE
  }
}
