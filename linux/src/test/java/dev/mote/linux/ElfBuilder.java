package dev.mote.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Writes small ELF64 files for tests: right ones by default, and wrong ones by a patch of any
/// field of the headers.
///
/// ```
/// byte[] file = ElfBuilder.fixed().load(RX, 0x400000, code).entry(0x400000).bytes();
/// ```
///
/// The layout: ELF header, program headers, then each content, at the place in its page that its
/// address has, and at last the symbol table and section headers if there are symbols.
final class ElfBuilder {
  static final int R = 4;
  static final int RX = 5;
  static final int RW = 6;
  static final int RWX = 7;

  @SuppressWarnings("ArrayRecordComponent") // neither compared nor handed out
  private record Header(
      int type, int flags, long address, byte[] content, long memorySize, long alignment) {}

  private record Symbol(String name, long value, long size, int info, int section) {}

  private record Patch(int offset, int size, long value) {}

  private final int type;
  private long entry;
  private final List<Header> headers = new ArrayList<>();
  private final List<Symbol> symbols = new ArrayList<>();
  private final List<Patch> patches = new ArrayList<>();
  private int symbolSection = ElfLayout.SHT_SYMTAB;

  private ElfBuilder(int type) {
    this.type = type;
  }

  /// A program at fixed addresses.
  static ElfBuilder fixed() {
    return new ElfBuilder(ElfLayout.ET_EXEC);
  }

  /// A position-independent program.
  static ElfBuilder relocatable() {
    return new ElfBuilder(ElfLayout.ET_DYN);
  }

  /// The smallest program that is accepted: one executable page that holds `hlt`.
  static ElfBuilder smallest() {
    return fixed().load(RX, 0x40_0000, new byte[] {(byte) 0xf4}).entry(0x40_0000);
  }

  ElfBuilder entry(long address) {
    entry = address;
    return this;
  }

  ElfBuilder load(int flags, long address, byte[] content) {
    return load(flags, address, content, content.length);
  }

  /// A load segment that ends with zeros.
  ElfBuilder load(int flags, long address, byte[] content, long memorySize) {
    return header(ElfLayout.PT_LOAD, flags, address, content, memorySize, 4096);
  }

  ElfBuilder interpreter(String path) {
    return interpreter((path + "\0").getBytes(UTF_8));
  }

  /// With bytes that may be no name at all.
  ElfBuilder interpreter(byte[] name) {
    return header(ElfLayout.PT_INTERP, R, 0, name, name.length, 1);
  }

  ElfBuilder stack(int flags) {
    return header(ElfLayout.PT_GNU_STACK, flags, 0, new byte[0], 0, 16);
  }

  ElfBuilder header(
      int type, int flags, long address, byte[] content, long memorySize, long alignment) {
    headers.add(new Header(type, flags, address, content, memorySize, alignment));
    return this;
  }

  /// A global function, in the first section.
  ElfBuilder function(String name, long value, long size) {
    return symbol(name, value, size, 0x10 | ElfLayout.STT_FUNC, 1);
  }

  ElfBuilder symbol(String name, long value, long size, int info, int section) {
    symbols.add(new Symbol(name, value, size, info, section));
    return this;
  }

  /// As `strip` leaves it: the symbols are those for a dynamic loader.
  ElfBuilder stripped() {
    symbolSection = ElfLayout.SHT_DYNSYM;
    return this;
  }

  /// Overwrites bytes of the ELF header, or anywhere else, at last.
  ElfBuilder patch(int offset, int size, long value) {
    patches.add(new Patch(offset, size, value));
    return this;
  }

  /// Overwrites a field of a program header.
  ElfBuilder patchHeader(int index, int field, int size, long value) {
    return patch(ElfLayout.EHDR_SIZE + index * ElfLayout.PHDR_SIZE + field, size, value);
  }

  /// Where the section headers of a file with symbols are: null, symbols, names.
  static int sectionHeaders(byte[] file) {
    return (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(ElfLayout.E_SHOFF);
  }

  FileContent file() {
    return FileContent.of(bytes());
  }

  byte[] bytes() {
    var body = new ByteArrayOutputStream();
    int tableSize = headers.size() * ElfLayout.PHDR_SIZE;
    var table = ByteBuffer.allocate(tableSize).order(ByteOrder.LITTLE_ENDIAN);
    int start = ElfLayout.EHDR_SIZE + tableSize;
    for (Header header : headers) {
      if (header.type == ElfLayout.PT_LOAD) {
        pad(body, (int) ((header.address - start - body.size()) & 4095));
      }
      table.putInt(header.type).putInt(header.flags).putLong(start + body.size());
      table.putLong(header.address).putLong(header.address);
      table.putLong(header.content.length).putLong(header.memorySize).putLong(header.alignment);
      body.writeBytes(header.content);
    }
    int sectionHeaders = 0;
    if (!symbols.isEmpty()) {
      sectionHeaders = writeSymbols(body, start);
    }
    var file = ByteBuffer.allocate(start + body.size()).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
    file.putShort((short) type).putShort((short) ElfLayout.EM_X86_64).putInt(1);
    file.putLong(entry).putLong(ElfLayout.EHDR_SIZE).putLong(sectionHeaders).putInt(0);
    file.putShort((short) ElfLayout.EHDR_SIZE).putShort((short) ElfLayout.PHDR_SIZE);
    file.putShort((short) headers.size()).putShort((short) ElfLayout.SHDR_SIZE);
    file.putShort((short) (sectionHeaders == 0 ? 0 : 3)).putShort((short) 0);
    file.put(table.array()).put(body.toByteArray());
    for (Patch patch : patches) {
      for (int i = 0; i < patch.size; i++) {
        file.put(patch.offset + i, (byte) (patch.value >> (8 * i)));
      }
    }
    return file.array();
  }

  private int writeSymbols(ByteArrayOutputStream body, int start) {
    var names = new ByteArrayOutputStream();
    names.write(0);
    int size = (symbols.size() + 1) * ElfLayout.SYM_SIZE;
    var table = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    table.position(ElfLayout.SYM_SIZE);
    for (Symbol symbol : symbols) {
      table.putInt(names.size()).put((byte) symbol.info).put((byte) 0);
      table.putShort((short) symbol.section).putLong(symbol.value).putLong(symbol.size);
      names.writeBytes((symbol.name + "\0").getBytes(UTF_8));
    }
    int tableAt = start + body.size();
    body.writeBytes(table.array());
    body.writeBytes(names.toByteArray());
    int sectionsAt = start + body.size();
    var sections = ByteBuffer.allocate(3 * ElfLayout.SHDR_SIZE).order(ByteOrder.LITTLE_ENDIAN);
    writeSection(sections.position(64), symbolSection, tableAt, size, 2, ElfLayout.SYM_SIZE);
    writeSection(sections.position(128), ElfLayout.SHT_STRTAB, tableAt + size, names.size(), 0, 0);
    body.writeBytes(sections.array());
    return sectionsAt;
  }

  private static void writeSection(
      ByteBuffer section, int type, int offset, int size, int link, int entrySize) {
    section.putInt(0).putInt(type).putLong(0).putLong(0).putLong(offset).putLong(size);
    section.putInt(link).putInt(0).putLong(8).putLong(entrySize);
  }

  private static void pad(ByteArrayOutputStream body, int length) {
    body.writeBytes(new byte[length]);
  }
}
