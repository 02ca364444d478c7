package dev.mote.linux;

/// What the files of one sandbox may use of the host.
///
/// @param bytes what all in-memory files hold together, in bytes; counted in pages of 4 KiB
/// @param files how many in-memory files, directories, links and further names there may be
/// @param openFiles how many descriptors a process may have: the hard `RLIMIT_NOFILE`
/// @param pipeBytes what all pipes hold together, in bytes; above it a new pipe has 4 KiB
/// @param streamBytes how many bytes each of standard output and standard error takes
public record FileLimits(long bytes, int files, int openFiles, long pipeBytes, long streamBytes) {
  static final int MOST_OPEN_FILES = 1 << 20;

  /// Checks that nothing is negative and that `openFiles` is at most 1,048,576.
  ///
  /// @throws IllegalArgumentException otherwise
  public FileLimits {
    if (bytes < 0 || files < 0 || pipeBytes < 0 || streamBytes < 0) {
      throw new IllegalArgumentException("a limit is negative");
    }
    if (openFiles < 0 || openFiles > MOST_OPEN_FILES) {
      throw new IllegalArgumentException("openFiles is not within 0 and " + MOST_OPEN_FILES);
    }
  }

  /// 64 MiB in 32,768 files, 4,096 descriptors, 8 MiB in pipes, 16 MiB to each output stream.
  public static FileLimits defaults() {
    return new FileLimits(64L << 20, 32_768, 4096, 8L << 20, 16L << 20);
  }
}
