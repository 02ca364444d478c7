package dev.mote.linux;

import org.jspecify.annotations.Nullable;

/// A range of addresses that the program may know of, with one set of rights and one origin.
///
/// Immutable: a change of a part of a mapping replaces it by new ones.
///
/// @param start the first address, a multiple of the page size
/// @param end the first address behind, a multiple of the page size
/// @param protection bits of PROT_READ, PROT_WRITE, PROT_EXEC as they were asked for
/// @param shared whether MAP_SHARED was asked for
/// @param source where the pages come from, or null for zeros
/// @param offset in the source of the byte at `start`, a multiple of the page size
/// @param name what /proc/self/maps shows, or an empty string
record Mapping(
    long start,
    long end,
    int protection,
    boolean shared,
    @Nullable PageSource source,
    long offset,
    String name) {
  static final int PROT_NONE = 0;
  static final int PROT_READ = 1;
  static final int PROT_WRITE = 2;
  static final int PROT_EXEC = 4;

  static Mapping zeros(long start, long end, int protection, String name) {
    return new Mapping(start, end, protection, false, null, 0, name);
  }

  /// The part of this mapping within a range that lies in it.
  Mapping part(long from, long to) {
    return new Mapping(from, to, protection, shared, source, offset(from), name);
  }

  Mapping withProtection(int newProtection) {
    return new Mapping(start, end, newProtection, shared, source, offset, name);
  }

  /// Where in the source the byte at an address lies; 0 without a source.
  long offset(long address) {
    return source == null ? 0 : offset + (address - start);
  }

  /// Whether another mapping that begins where this one ends may be joined to it.
  @SuppressWarnings("ReferenceEquality") // of sources: only the very same one goes on
  boolean continuesIn(Mapping next) {
    return end == next.start
        && protection == next.protection
        && shared == next.shared
        && source == next.source
        && name.equals(next.name)
        && (source == null || next.offset == offset + (end - start));
  }

  long length() {
    return end - start;
  }
}
