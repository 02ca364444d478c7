package dev.mote.linux;

/// A part of a program that is put into memory before it starts (`PT_LOAD`): `fileSize` bytes of
/// the file from `fileOffset`, then zeros up to `memorySize`, from `address` on.
///
/// Checked by [ElfImage#parse]: no sum of these numbers overflows, the file has the bytes, and
/// `address` and `fileOffset` are congruent modulo the page size when `fileSize > 0`. Rights belong
/// to whole pages, and two segments may share a page, as those of most linkers do. Linux maps
/// segments in the order of their headers, each from the page of its first byte to the page of its
/// last, with what the file has there, and a later mapping replaces an earlier one page by page;
/// only behind a file part that is followed by zeros is the rest of the page cleared.
///
/// @param fileOffset of its first byte in the file
/// @param fileSize in bytes, `<= memorySize`; 0 for a segment of zeros alone
/// @param address of its first byte; relative to the load bias in a position-independent program
/// @param memorySize in bytes, at least 1
/// @param alignment a power of two, at least 1, at most 1 GiB: a load bias must be a multiple
record LoadSegment(
    long fileOffset,
    long fileSize,
    long address,
    long memorySize,
    boolean readable,
    boolean writable,
    boolean executable,
    long alignment) {

  /// The address behind its last byte.
  long end() {
    return address + memorySize;
  }

  boolean contains(long wanted) {
    return wanted >= address && wanted < end();
  }
}
