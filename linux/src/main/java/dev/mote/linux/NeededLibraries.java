package dev.mote.linux;

import static dev.mote.linux.ElfLayout.EHDR_SIZE;
import static dev.mote.linux.ElfLayout.E_PHENTSIZE;
import static dev.mote.linux.ElfLayout.E_PHNUM;
import static dev.mote.linux.ElfLayout.E_PHOFF;
import static dev.mote.linux.ElfLayout.PHDR_SIZE;
import static dev.mote.linux.ElfLayout.PT_DYNAMIC;
import static dev.mote.linux.ElfLayout.PT_LOAD;
import static dev.mote.linux.ElfLayout.P_FILESZ;
import static dev.mote.linux.ElfLayout.P_OFFSET;
import static dev.mote.linux.ElfLayout.P_TYPE;
import static dev.mote.linux.ElfLayout.P_VADDR;
import static dev.mote.linux.ElfLayout.i32;
import static dev.mote.linux.ElfLayout.i64;
import static dev.mote.linux.ElfLayout.u16;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The names of the libraries that a dynamic program asks for (`DT_NEEDED`), for a message.
///
/// The file may be anything: what is wrong in it ends the list, and what is read is bounded.
///
/// @param names printable, at most [#MOST]
record NeededLibraries(List<String> names) {
  static final int MOST = 16;

  private static final int MOST_ENTRIES = 1024;
  private static final int ENTRY_SIZE = 16; // Elf64_Dyn: tag 0, value 8
  private static final int LONGEST_NAME = 256;
  private static final int DT_NEEDED = 1;
  private static final int DT_STRTAB = 5;

  static NeededLibraries of(FileContent file) {
    var names = new ArrayList<String>();
    try {
      MemorySegment header = read(file, 0, EHDR_SIZE);
      int count = Math.min(u16(header, E_PHNUM), ElfImage.MAX_PROGRAM_HEADERS);
      if (header.byteSize() == EHDR_SIZE && u16(header, E_PHENTSIZE) == PHDR_SIZE) {
        MemorySegment segments = read(file, i64(header, E_PHOFF), count * PHDR_SIZE);
        addNames(file, segments, names);
      }
    } catch (ErrnoException | IndexOutOfBoundsException _) {
      return new NeededLibraries(List.copyOf(names)); // as far as it can be read
    }
    return new NeededLibraries(List.copyOf(names));
  }

  private static void addNames(FileContent file, MemorySegment segments, List<String> names) {
    MemorySegment dynamic = dynamic(file, segments);
    long strings = -1;
    for (long at = 0; at < dynamic.byteSize(); at += ENTRY_SIZE) {
      if (i64(dynamic, at) == DT_STRTAB) {
        strings = offsetOf(segments, i64(dynamic, at + 8));
      }
    }
    for (long at = 0; at < dynamic.byteSize() && strings >= 0 && names.size() < MOST; ) {
      if (i64(dynamic, at) == DT_NEEDED) {
        byte[] name = new byte[LONGEST_NAME];
        int length = 0;
        int count =
            file.read(strings + (i64(dynamic, at + 8) & 0xffff_ffffL), name, 0, LONGEST_NAME);
        while (length < count && name[length] != 0) {
          length++;
        }
        names.add(Printable.of(new String(name, 0, length, StandardCharsets.UTF_8)));
      }
      at += ENTRY_SIZE;
    }
  }

  private static MemorySegment dynamic(FileContent file, MemorySegment segments) {
    for (long at = 0; at < segments.byteSize(); at += PHDR_SIZE) {
      if (i32(segments, at + P_TYPE) == PT_DYNAMIC) {
        long size = Math.clamp(i64(segments, at + P_FILESZ), 0, MOST_ENTRIES * ENTRY_SIZE);
        return read(file, i64(segments, at + P_OFFSET), (int) size & -ENTRY_SIZE);
      }
    }
    return MemorySegment.ofArray(new byte[0]);
  }

  /// Where in the file an address is; -1 if nowhere.
  private static long offsetOf(MemorySegment segments, long address) {
    for (long at = 0; at < segments.byteSize(); at += PHDR_SIZE) {
      long inside = address - i64(segments, at + P_VADDR);
      if (i32(segments, at + P_TYPE) == PT_LOAD
          && inside >= 0
          && inside < i64(segments, at + P_FILESZ)) {
        return i64(segments, at + P_OFFSET) + inside;
      }
    }
    return -1;
  }

  /// Bytes of the file.
  ///
  /// @throws IndexOutOfBoundsException if it has not as many
  private static MemorySegment read(FileContent file, long offset, int length) {
    byte[] bytes = new byte[length];
    if (offset < 0 || file.read(offset, bytes, 0, length) < length) {
      throw new IndexOutOfBoundsException("the file ends");
    }
    return MemorySegment.ofArray(bytes);
  }
}
