package dev.mote.linux;

import static dev.mote.linux.ElfLayout.EHDR_SIZE;
import static dev.mote.linux.ElfLayout.EI_CLASS;
import static dev.mote.linux.ElfLayout.E_PHNUM;
import static dev.mote.linux.ElfLayout.E_PHOFF;
import static dev.mote.linux.ElfLayout.E_SHENTSIZE;
import static dev.mote.linux.ElfLayout.E_SHNUM;
import static dev.mote.linux.ElfLayout.E_SHOFF;
import static dev.mote.linux.ElfLayout.PHDR_SIZE;
import static dev.mote.linux.ElfLayout.PT_LOAD;
import static dev.mote.linux.ElfLayout.P_FILESZ;
import static dev.mote.linux.ElfLayout.P_OFFSET;
import static dev.mote.linux.ElfLayout.P_TYPE;
import static dev.mote.linux.ElfLayout.P_VADDR;
import static dev.mote.linux.ElfLayout.SHDR_SIZE;
import static dev.mote.linux.ElfLayout.SH_ENTSIZE;
import static dev.mote.linux.ElfLayout.SH_LINK;
import static dev.mote.linux.ElfLayout.SH_OFFSET;
import static dev.mote.linux.ElfLayout.SH_SIZE;
import static dev.mote.linux.ElfLayout.SH_TYPE;
import static dev.mote.linux.ElfLayout.ST_INFO;
import static dev.mote.linux.ElfLayout.ST_NAME;
import static dev.mote.linux.ElfLayout.ST_SHNDX;
import static dev.mote.linux.ElfLayout.ST_SIZE;
import static dev.mote.linux.ElfLayout.ST_VALUE;
import static dev.mote.linux.ElfLayout.SYM_SIZE;
import static dev.mote.linux.ElfLayout.i32;
import static dev.mote.linux.ElfLayout.i64;
import static dev.mote.linux.ElfLayout.u16;
import static dev.mote.linux.ElfLayout.u8;
import static dev.mote.linux.ElfLayout.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Names the functions of a program by address, for fault reports: from `.symtab`, or from
/// `.dynsym` when the program was stripped.
///
/// The tables are read where they are, on each question, and nothing is kept: a program that never
/// faults pays nothing, one that does pays a walk of at most [#MAX_SYMBOLS] entries (some
/// milliseconds) a frame. The tables are as hostile as the rest of the file; whatever is in them,
/// no question throws, and no answer is longer than a line.
///
/// The file must stay readable as long as questions are asked. Safe for several threads.
final class Symbols {
  /// Most symbols that are looked at; later ones are not found. Large programs have some 500,000.
  static final int MAX_SYMBOLS = 1 << 20;

  /// How far a function without a size reaches at most, in bytes.
  static final int MAX_UNSIZED_REACH = 1 << 16;

  private static final int MAX_SECTIONS = 1 << 16;
  private static final int SHN_UNDEF = 0;
  private static final int STB_LOCAL = 0;
  private static final int STB_GLOBAL = 1;

  private final MemorySegment file;

  /// @param file the whole file, of any kind: what is not ELF64 has no symbols
  Symbols(MemorySegment file) {
    this.file = file.asReadOnly();
  }

  /// A place in a program: `offset` bytes behind the start of the function `name`. Names are as the
  /// linker has them (C++ and Rust mangled), but printable.
  record Place(String name, long offset) {
    @Override
    public String toString() {
      return name + "+0x" + Long.toHexString(offset);
    }
  }

  /// The function that contains an address of the image (for a position-independent program:
  /// without its load bias). A function without a size, as assembly has, reaches to the next
  /// function, but not beyond [#MAX_UNSIZED_REACH].
  Optional<Place> find(long address) {
    long sections = sectionHeaders();
    if (sections == 0) {
      return Optional.empty();
    }
    int count = sectionCount(sections);
    var found = find(sections, count, ElfLayout.SHT_SYMTAB, address);
    return found.isPresent() ? found : find(sections, count, ElfLayout.SHT_DYNSYM, address);
  }

  /// The function that contains a byte of the file, by its offset: where that is in memory is in
  /// the program headers.
  Optional<Place> findAt(long offset) {
    if (!isElf64()) {
      return Optional.empty();
    }
    long headers = i64(file, E_PHOFF);
    int count = Math.min(u16(file, E_PHNUM), ElfImage.MAX_PROGRAM_HEADERS);
    if (!within(headers, (long) count * PHDR_SIZE, file.byteSize())) {
      return Optional.empty();
    }
    for (long at = headers; at < headers + (long) count * PHDR_SIZE; at += PHDR_SIZE) {
      long inside = offset - i64(file, at + P_OFFSET);
      if (i32(file, at + P_TYPE) == PT_LOAD && inside >= 0 && inside < i64(file, at + P_FILESZ)) {
        return find(i64(file, at + P_VADDR) + inside);
      }
    }
    return Optional.empty();
  }

  private boolean isElf64() {
    return file.byteSize() >= EHDR_SIZE && u8(file, EI_CLASS) == ElfLayout.ELFCLASS64;
  }

  private Optional<Place> find(long sections, int sectionCount, int type, long address) {
    for (int i = 0; i < sectionCount; i++) {
      long section = sections + (long) i * SHDR_SIZE;
      if (i32(file, section + SH_TYPE) == type && i64(file, section + SH_ENTSIZE) == SYM_SIZE) {
        int link = i32(file, section + SH_LINK);
        if (link < 0 || link >= sectionCount) {
          return Optional.empty();
        }
        return search(contents(section), contents(sections + (long) link * SHDR_SIZE), address);
      }
    }
    return Optional.empty();
  }

  private Optional<Place> search(MemorySegment symbols, MemorySegment names, long address) {
    long count = Math.min(symbols.byteSize() / SYM_SIZE, MAX_SYMBOLS);
    long best = -1;
    long bestValue = 0;
    int bestRank = 0;
    for (long i = 0; i < count; i++) {
      long symbol = i * SYM_SIZE;
      long value = i64(symbols, symbol + ST_VALUE);
      // Below, not above, what is best so far: most symbols are done with here.
      if (Long.compareUnsigned(value, address) > 0
          || Long.compareUnsigned(value, bestValue) < 0
          || !isCode(symbols, symbol)) {
        continue;
      }
      long size = i64(symbols, symbol + ST_SIZE);
      long reach = size == 0 ? MAX_UNSIZED_REACH : size;
      if (Long.compareUnsigned(address - value, reach) >= 0) {
        continue; // ends before the address; one that began earlier may reach it
      }
      int rank = rank(symbols, symbol, size);
      if (best < 0 || value != bestValue || rank > bestRank) {
        best = symbol;
        bestValue = value;
        bestRank = rank;
      }
    }
    if (best < 0) {
      return Optional.empty();
    }
    String name = name(names, i32(symbols, best + ST_NAME));
    return name.isEmpty() ? Optional.empty() : Optional.of(new Place(name, address - bestValue));
  }

  private static boolean isCode(MemorySegment symbols, long symbol) {
    int type = u8(symbols, symbol + ST_INFO) & 0xf;
    return (type == ElfLayout.STT_FUNC
            || type == ElfLayout.STT_GNU_IFUNC
            || type == ElfLayout.STT_NOTYPE)
        && u16(symbols, symbol + ST_SHNDX) != SHN_UNDEF
        && i32(symbols, symbol + ST_NAME) != 0;
  }

  /// Of several names for one address, the one that people know: sized before unsized, then global
  /// before weak before local.
  private static int rank(MemorySegment symbols, long symbol, long size) {
    int binding = u8(symbols, symbol + ST_INFO) >> 4;
    int known = binding == STB_GLOBAL ? 2 : binding == STB_LOCAL ? 0 : 1;
    return (size != 0 ? 4 : 0) + known;
  }

  private String name(MemorySegment names, int start) {
    if (start < 0 || start >= names.byteSize()) {
      return "";
    }
    // A character has at most four bytes; Printable cuts what is left.
    long limit = Math.min(names.byteSize() - start, 4L * Printable.MAX_LENGTH);
    byte[] bytes = names.asSlice(start, limit).toArray(ValueLayout.JAVA_BYTE);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return Printable.of(new String(bytes, 0, length, StandardCharsets.UTF_8));
  }

  /// Where the section headers are, or 0: they cannot be there.
  private long sectionHeaders() {
    if (!isElf64()) {
      return 0;
    }
    long offset = i64(file, E_SHOFF);
    boolean usable =
        u16(file, E_SHENTSIZE) == SHDR_SIZE && within(offset, SHDR_SIZE, file.byteSize());
    return usable ? offset : 0;
  }

  /// The number of section headers that are within the file; a number that does not fit into the
  /// ELF header is in the first section header.
  private int sectionCount(long sections) {
    long count = u16(file, E_SHNUM);
    if (count == 0) {
      count = i64(file, sections + SH_SIZE);
    }
    long room = (file.byteSize() - sections) / SHDR_SIZE;
    return count < 0 ? 0 : (int) Math.min(Math.min(count, room), MAX_SECTIONS);
  }

  /// The bytes of a section; none when they are not within the file.
  private MemorySegment contents(long section) {
    long offset = i64(file, section + SH_OFFSET);
    long size = i64(file, section + SH_SIZE);
    return within(offset, size, file.byteSize()) ? file.asSlice(offset, size) : MemorySegment.NULL;
  }
}
