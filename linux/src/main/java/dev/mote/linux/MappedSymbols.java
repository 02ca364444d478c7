package dev.mote.linux;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Names the functions at addresses of a program, by the files that are mapped there: the program
/// itself, and its libraries.
///
/// For one fault report: files are read as a whole, the first time that an address is in one, and
/// only if they are not large.
final class MappedSymbols {
  /// What all files together may have, in bytes.
  private static final long MOST_BYTES = 32 << 20;

  private static final Symbols NONE = new Symbols(MemorySegment.NULL);

  private final AddressSpace space;
  private final Map<String, Symbols> known = new HashMap<>(); // by the names of mappings
  private long left = MOST_BYTES;

  MappedSymbols(AddressSpace space) {
    this.space = space;
  }

  /// The function that contains an address.
  Optional<Symbols.Place> find(long address) {
    Mapping mapping = space.find(address);
    PageSource source = mapping == null ? null : mapping.source();
    if (mapping == null || source == null) {
      return Optional.empty();
    }
    Symbols symbols = known.computeIfAbsent(mapping.name(), _ -> read(source));
    return symbols.findAt(mapping.offset(address));
  }

  private Symbols read(PageSource source) {
    if (source instanceof Loader.FilePages program) {
      return new Symbols(program.file());
    }
    FileContent content = FileMappings.contentOf(source);
    try {
      if (content == null || content.size() > left) {
        return NONE;
      }
      byte[] bytes = new byte[(int) content.size()];
      left -= bytes.length;
      content.read(0, bytes, 0, bytes.length);
      return new Symbols(MemorySegment.ofArray(bytes));
    } catch (ErrnoException _) {
      return NONE; // a file of the host that can no longer be read
    }
  }
}
