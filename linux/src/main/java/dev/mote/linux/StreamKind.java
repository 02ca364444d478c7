package dev.mote.linux;

/// What a standard stream is to the program: `fstat`, `ioctl`, `lseek` and `poll` follow it.
public enum StreamKind {
  /// A pipe, as in a pipeline.
  PIPE,

  /// A terminal.
  TERMINAL,

  /// A regular file, as after `<` or `>` of a shell. Its reads and writes never wait.
  FILE,

  /// `/dev/null`.
  NULL
}
