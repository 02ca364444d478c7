package dev.mote.linux;

import static dev.mote.linux.ElfLayout.E_ENTRY;
import static dev.mote.linux.ElfLayout.E_PHENTSIZE;
import static dev.mote.linux.ElfLayout.E_PHNUM;
import static dev.mote.linux.ElfLayout.E_PHOFF;
import static dev.mote.linux.ElfLayout.E_TYPE;
import static dev.mote.linux.ElfLayout.PF_R;
import static dev.mote.linux.ElfLayout.PF_W;
import static dev.mote.linux.ElfLayout.PF_X;
import static dev.mote.linux.ElfLayout.PHDR_SIZE;
import static dev.mote.linux.ElfLayout.PT_GNU_STACK;
import static dev.mote.linux.ElfLayout.PT_INTERP;
import static dev.mote.linux.ElfLayout.PT_LOAD;
import static dev.mote.linux.ElfLayout.PT_TLS;
import static dev.mote.linux.ElfLayout.P_ALIGN;
import static dev.mote.linux.ElfLayout.P_FILESZ;
import static dev.mote.linux.ElfLayout.P_FLAGS;
import static dev.mote.linux.ElfLayout.P_MEMSZ;
import static dev.mote.linux.ElfLayout.P_OFFSET;
import static dev.mote.linux.ElfLayout.P_TYPE;
import static dev.mote.linux.ElfLayout.P_VADDR;
import static dev.mote.linux.ElfLayout.i32;
import static dev.mote.linux.ElfLayout.i64;
import static dev.mote.linux.ElfLayout.u16;
import static dev.mote.linux.ElfLayout.within;

import dev.mote.linux.ElfException.Reason;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the headers of an x86-64 program, or of a program's dynamic loader, say, checked: whoever
/// loads it may rely on every number here. Immutable; the file itself is not kept.
///
/// @param type fixed addresses, or anywhere
/// @param entry the first instruction, inside an executable segment
/// @param programHeadersAddress where the program finds its own program headers (`AT_PHDR`), or 0
///   when no segment carries them
/// @param programHeaderCount `AT_PHNUM`; each has [#PROGRAM_HEADER_SIZE] bytes (`AT_PHENT`)
/// @param segments what to load, at least one, in the order of the file: it matters where two share
///   a page
/// @param interpreter the path of the dynamic loader that starts the program (`PT_INTERP`), one
///   character per byte; null for a static program
/// @param hasTls there is a template for thread-local storage (`PT_TLS`); the C library finds it by
///   the program headers
/// @param executableStack the program asks for a stack that may be executed (`PT_GNU_STACK`)
record ElfImage(
    Type type,
    long entry,
    long programHeadersAddress,
    int programHeaderCount,
    List<LoadSegment> segments,
    @Nullable String interpreter,
    boolean hasTls,
    boolean executableStack) {

  /// Where a program may be put.
  enum Type {
    /// At the addresses it names (`ET_EXEC`).
    FIXED,
    /// Anywhere, by a load bias that is added to every address here (`ET_DYN`, static-pie).
    RELOCATABLE
  }

  /// The size of a program header in bytes.
  static final int PROGRAM_HEADER_SIZE = PHDR_SIZE;

  /// Most program headers that are accepted. Linkers make about a dozen; Linux stops at 1,170.
  static final int MAX_PROGRAM_HEADERS = 128;

  /// The end of user addresses: Linux keeps the last page below 2^47 free.
  static final long ADDRESS_END = (1L << 47) - 4096;

  /// The first address that a program with fixed addresses may use (`vm.mmap_min_addr`).
  static final long LOWEST_FIXED_ADDRESS = 0x1_0000;

  /// Most that may lie between the first and the last byte of a program without fixed addresses, so
  /// that there is room for it somewhere: 1 TiB.
  static final long MAX_RELOCATABLE_SPAN = 1L << 40;

  /// The largest alignment of a segment: the largest page of the processor, 1 GiB.
  static final long MAX_ALIGNMENT = 1L << 30;

  private static final long PAGE_SIZE = 4096;

  /// Reads and checks the headers of a program. Work and memory are bounded by
  /// [#MAX_PROGRAM_HEADERS], whatever the file says and however large it is.
  ///
  /// @param file the whole file; headers are copied before they are looked at, so that a file that
  ///   changes meanwhile (a shared mapping) cannot pass the checks and then differ
  /// @param memoryLimit most bytes that the pages of its segments may have together
  /// @throws ElfException when this is no program that can run, with the reason
  /// @throws ErrnoException when the file cannot be read
  static ElfImage parse(FileContent file, long memoryLimit) {
    MemorySegment header = ElfIdentity.readHeader(file);
    var type = u16(header, E_TYPE) == ElfLayout.ET_EXEC ? Type.FIXED : Type.RELOCATABLE;
    int count = u16(header, E_PHNUM);
    long tableOffset = i64(header, E_PHOFF);
    MemorySegment table = readProgramHeaders(file, header, tableOffset, count);

    var segments = new ArrayList<LoadSegment>();
    String interpreter = null;
    boolean hasTls = false;
    boolean executableStack = false;
    for (int i = 0; i < count; i++) {
      MemorySegment entry = table.asSlice((long) i * PHDR_SIZE, PHDR_SIZE);
      switch (i32(entry, P_TYPE)) {
        case PT_LOAD -> {
          // Linux maps nothing for a segment without memory.
          if (i64(entry, P_MEMSZ) != 0 || i64(entry, P_FILESZ) != 0) {
            segments.add(readSegment(file, entry, i, type));
          }
        }
        case PT_INTERP -> {
          if (interpreter == null) { // Linux takes the first
            interpreter = readInterpreter(file, entry);
          }
        }
        case PT_TLS -> hasTls = true;
        case PT_GNU_STACK -> executableStack = (i32(entry, P_FLAGS) & PF_X) != 0;
        default -> {} // notes, relocation read-only, unwind tables: of no concern to a loader
      }
    }
    checkTogether(segments, type, memoryLimit);
    long start = i64(header, E_ENTRY);
    checkEntry(segments, start, type);
    return new ElfImage(
        type,
        start,
        addressOf(segments, tableOffset),
        count,
        List.copyOf(segments),
        interpreter,
        hasTls,
        executableStack);
  }

  /// The page of the first byte of all segments.
  long lowestPage() {
    return segments.stream().mapToLong(LoadSegment::address).min().orElseThrow() & -PAGE_SIZE;
  }

  /// The address behind the last byte of all segments: the program break starts at or above it.
  long end() {
    return segments.stream().mapToLong(LoadSegment::end).max().orElseThrow();
  }

  /// The largest alignment of all segments and a page: what a load bias must be a multiple of.
  long alignment() {
    return Math.max(
        PAGE_SIZE, segments.stream().mapToLong(LoadSegment::alignment).max().orElseThrow());
  }

  private static MemorySegment readProgramHeaders(
      FileContent file, MemorySegment header, long offset, int count) {
    if (count == 0) {
      throw new ElfException(Reason.NO_LOAD_SEGMENT, "has no program headers: nothing to load");
    }
    if (count > MAX_PROGRAM_HEADERS) {
      throw new ElfException(
          Reason.BAD_PROGRAM_HEADERS,
          "has " + count + " program headers; at most " + MAX_PROGRAM_HEADERS + " are accepted");
    }
    int size = u16(header, E_PHENTSIZE);
    if (size != PHDR_SIZE) {
      throw new ElfException(
          Reason.BAD_PROGRAM_HEADERS,
          "has program headers of " + size + " bytes; ELF64 has " + PHDR_SIZE);
    }
    long length = (long) count * PHDR_SIZE;
    if (!within(offset, length, file.size())) {
      throw new ElfException(Reason.TRUNCATED, "ends before its program headers do");
    }
    return copy(file, offset, (int) length);
  }

  private static LoadSegment readSegment(
      FileContent file, MemorySegment entry, int index, Type type) {
    long offset = i64(entry, P_OFFSET);
    long fileSize = i64(entry, P_FILESZ);
    long address = i64(entry, P_VADDR);
    long memorySize = i64(entry, P_MEMSZ);
    long alignment = Math.max(1, i64(entry, P_ALIGN));
    int flags = i32(entry, P_FLAGS);
    if (Long.compareUnsigned(fileSize, memorySize) > 0) {
      throw bad(index, "has more bytes in the file than in memory");
    }
    if (!within(address, memorySize, ADDRESS_END)) {
      throw bad(index, "does not fit below 2^47");
    }
    if (type == Type.FIXED && address < LOWEST_FIXED_ADDRESS) {
      throw bad(index, "lies below the lowest address that a program may use, 64 KiB");
    }
    if (Long.bitCount(alignment) != 1 || i64(entry, P_ALIGN) < 0 || alignment > MAX_ALIGNMENT) {
      throw bad(index, "has an alignment that is no power of two up to 1 GiB");
    }
    if (!within(offset, fileSize, file.size())) {
      if (fileSize != 0) {
        throw new ElfException(Reason.TRUNCATED, "ends before its load segment " + index + " does");
      }
      offset = 0; // no bytes of the file: where they are not does not matter
    }
    if (fileSize != 0 && ((address ^ offset) & (PAGE_SIZE - 1)) != 0) {
      throw bad(index, "is at another place in its page than its bytes are in the file's");
    }
    return new LoadSegment(
        offset,
        fileSize,
        address,
        memorySize,
        (flags & PF_R) != 0,
        (flags & PF_W) != 0,
        (flags & PF_X) != 0,
        alignment);
  }

  /// What can only be said of all segments: no byte twice, not too much, not too far apart.
  private static void checkTogether(List<LoadSegment> segments, Type type, long memoryLimit) {
    if (segments.isEmpty()) {
      throw new ElfException(Reason.NO_LOAD_SEGMENT, "has no load segment");
    }
    var ascending = new ArrayList<>(segments);
    // Not comparingLong: its lambda is of a kind that the AOT cache does not keep, 1 ms of a start.
    ascending.sort((a, b) -> Long.compare(a.address(), b.address()));
    long total = 0;
    long pageEnd = 0;
    long end = 0;
    for (var segment : ascending) {
      if (segment.address() < end) {
        throw new ElfException(
            Reason.OVERLAPPING_SEGMENTS,
            "has two load segments at 0x" + Long.toHexString(segment.address()));
      }
      end = segment.end();
      long firstPage = Math.max(pageEnd, segment.address() & -PAGE_SIZE);
      pageEnd = Math.max(firstPage, (end + PAGE_SIZE - 1) & -PAGE_SIZE);
      total += pageEnd - firstPage;
    }
    if (type == Type.RELOCATABLE && end - ascending.getFirst().address() > MAX_RELOCATABLE_SPAN) {
      throw new ElfException(
          Reason.BAD_SEGMENT, "has load segments that are more than 1 TiB apart");
    }
    if (total > memoryLimit) {
      throw new ElfException(
          Reason.TOO_LARGE,
          "needs " + total + " bytes of memory for its segments; the limit is " + memoryLimit);
    }
  }

  private static void checkEntry(List<LoadSegment> segments, long entry, Type type) {
    if (entry == 0) {
      throw new ElfException(
          Reason.NO_ENTRY,
          type == Type.RELOCATABLE
              ? "has no entry point: a shared library, not a program"
              : "has no entry point");
    }
    for (var segment : segments) {
      if (segment.executable() && segment.contains(entry)) {
        return;
      }
    }
    throw new ElfException(
        Reason.ENTRY_NOT_EXECUTABLE,
        "starts at 0x" + Long.toHexString(entry) + ", which no executable segment contains");
  }

  /// Where the file's bytes from `offset` on are in memory, by the rule of Linux since 5.18.
  private static long addressOf(List<LoadSegment> segments, long offset) {
    for (var segment : segments) {
      if (offset >= segment.fileOffset() && offset - segment.fileOffset() < segment.fileSize()) {
        return segment.address() + (offset - segment.fileOffset());
      }
    }
    return 0;
  }

  /// The path must end with a NUL, and the first one ends it.
  private static String readInterpreter(FileContent file, MemorySegment entry) {
    long offset = i64(entry, P_OFFSET);
    long size = i64(entry, P_FILESZ);
    if (size < 2 || size > PathWalk.PATH_MAX) {
      throw new ElfException(
          Reason.BAD_INTERPRETER, "has a name of " + size + " bytes for its dynamic loader");
    }
    if (!within(offset, size, file.size())) {
      throw new ElfException(Reason.TRUNCATED, "ends before the name of its dynamic loader does");
    }
    byte[] name = copy(file, offset, (int) size).toArray(ValueLayout.JAVA_BYTE);
    if (name[name.length - 1] != 0) {
      throw new ElfException(
          Reason.BAD_INTERPRETER, "has a name without an end for its dynamic loader");
    }
    String text = FileTree.byteString(name);
    return text.substring(0, text.indexOf('\0'));
  }

  private static MemorySegment copy(FileContent file, long offset, int length) {
    byte[] bytes = new byte[length];
    if (file.read(offset, bytes, 0, length) < length) {
      throw new ElfException(Reason.TRUNCATED, "became shorter while it was read");
    }
    return MemorySegment.ofArray(bytes);
  }

  private static ElfException bad(int index, String what) {
    return new ElfException(Reason.BAD_SEGMENT, "has a load segment (" + index + ") that " + what);
  }
}
