package dev.mote.linux;

import dev.mote.machine.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The vDSO: a shared object in the guest's memory whose functions tell the time, and whether the
/// guest was restored, without a system call. A program finds it by AT_SYSINFO_EHDR.
///
/// glibc, musl, Go and Rust's rustix each read it in their own way. What one or the other needs:
/// one PT_LOAD that is read and execute, DT_HASH (not all know DT_GNU_HASH, all know this one), a
/// DT_SONAME, and symbols of version LINUX_2.6. None reads section headers; there are none.
///
/// ```
/// DATA_ADDRESS  [vvar]  one page, read only: VdsoCode has its fields
/// ADDRESS       [vdso]  one page: ELF header, program headers, .hash, .dynsym, .dynstr, .gnu.version,
///                       .gnu.version_d, .dynamic, and at TEXT the code
/// ```
///
/// The same in every guest. Thread-safe.
final class Vdso {
  private static final long PAGE = AddressSpace.PAGE;

  /// Between what mmap places by itself and the stack, about where Linux has it.
  static final long DATA_ADDRESS = 0x7fff_f7ff_d000L;

  static final long ADDRESS = DATA_ADDRESS + PAGE;

  /// The page of code, as a program finds it.
  static final PageSource CODE_PAGE = new CodePage();

  /// The page of data: nothing known, so that the functions ask the host, until the host has
  /// written it.
  static final PageSource DATA_PAGE = new DataPage();

  /// Where in the object the code begins.
  static final int TEXT = 0x400;

  private static final String NAME = "linux-vdso.so.1";
  private static final String VERSION = "LINUX_2.6";
  private static final String PREFIX = "__vdso_";

  // ELF's numbers (System V ABI, and Linux Standard Base for versions).
  private static final int PT_DYNAMIC = 2;
  private static final int DT_NULL = 0;
  private static final int DT_HASH = 4;
  private static final int DT_STRTAB = 5;
  private static final int DT_SYMTAB = 6;
  private static final int DT_STRSZ = 10;
  private static final int DT_SYMENT = 11;
  private static final int DT_SONAME = 14;
  private static final int DT_VERSYM = 0x6fff_fff0;
  private static final int DT_VERDEF = 0x6fff_fffc;
  private static final int DT_VERDEFNUM = 0x6fff_fffd;
  private static final int SYMBOL_SIZE = 24;
  private static final int GLOBAL_FUNCTION = 1 << 4 | 2;
  private static final int WEAK_FUNCTION = 2 << 4 | 2;

  /// Any section but SHN_UNDEF (a symbol from elsewhere) and SHN_ABS (an address that stays).
  private static final short SOME_SECTION = 1;

  private static final class Holder {
    static final byte[] IMAGE = new Vdso().build();
  }

  /// Bytes of the shared object, as many as a page has.
  private final ByteBuffer image = ByteBuffer.allocate((int) PAGE).order(ByteOrder.LITTLE_ENDIAN);

  private final MachineCode code = VdsoCode.assemble(-PAGE, TEXT);
  private final StringBuilder strings = new StringBuilder("\0");
  private final int symbolCount = 2 + 2 * VdsoCode.FUNCTIONS.length;

  private Vdso() {}

  /// The shared object; a copy.
  static byte[] image() {
    return Holder.IMAGE.clone();
  }

  private byte[] build() {
    int name = string(NAME);
    int version = string(VERSION);
    image.position(ElfLayout.EHDR_SIZE + 2 * ElfLayout.PHDR_SIZE);
    int hash = hashTable();
    int symbols = symbols();
    int strtab = strings();
    int versions = versionsOfSymbols();
    int definitions = versionDefinitions(name, version);
    int dynamic = align();
    long[] entries = {
      DT_SONAME, name,
      DT_HASH, hash,
      DT_STRTAB, strtab,
      DT_SYMTAB, symbols,
      DT_STRSZ, strings.length(),
      DT_SYMENT, SYMBOL_SIZE,
      DT_VERSYM, versions,
      DT_VERDEF, definitions,
      DT_VERDEFNUM, 2,
      DT_NULL, 0
    };
    for (long word : entries) {
      image.putLong(word);
    }
    int end = image.position();
    byte[] text = code.bytes();
    if (end > TEXT || TEXT + text.length > PAGE) {
      throw new IllegalStateException("the vDSO does not fit into a page");
    }
    image.put(TEXT, text);
    header();
    programHeader(ElfLayout.PT_LOAD, ElfLayout.PF_R | ElfLayout.PF_X, 0, TEXT + text.length, PAGE);
    programHeader(PT_DYNAMIC, ElfLayout.PF_R, dynamic, end - dynamic, 8);
    return image.array();
  }

  private void header() {
    image.position(0);
    image.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}); // 64 bits, little endian, version 1
    image.position(16);
    image.putShort((short) ElfLayout.ET_DYN).putShort((short) ElfLayout.EM_X86_64).putInt(1);
    image
        .putLong(0)
        .putLong(ElfLayout.EHDR_SIZE)
        .putLong(0); // entry, program headers, section headers
    image.putInt(0).putShort((short) ElfLayout.EHDR_SIZE); // flags
    image.putShort((short) ElfLayout.PHDR_SIZE).putShort((short) 2); // size and number
    image.putShort((short) ElfLayout.SHDR_SIZE).putInt(0); // of section headers
  }

  private void programHeader(int type, int flags, long offset, long size, long alignment) {
    image.putInt(type).putInt(flags);
    image.putLong(offset).putLong(offset).putLong(offset); // in the file, virtual, physical
    image.putLong(size).putLong(size).putLong(alignment);
  }

  private int align() {
    image.position((image.position() + 7) & -8);
    return image.position();
  }

  /// Adds a string.
  ///
  /// @return its place in the string table
  private int string(String string) {
    int at = strings.length();
    strings.append(string).append('\0');
    return at;
  }

  /// One bucket: every search walks the chain from the first symbol to the last.
  private int hashTable() {
    int at = align();
    image.putInt(1).putInt(symbolCount);
    image.putInt(1); // the bucket
    image.putInt(0); // the chain, by symbol
    for (int symbol = 1; symbol < symbolCount; symbol++) {
      image.putInt((symbol + 1) % symbolCount);
    }
    return at;
  }

  private int symbols() {
    int at = align();
    image.position(at + SYMBOL_SIZE); // the first is none
    for (int i = 0; i < VdsoCode.FUNCTIONS.length; i++) {
      String function = VdsoCode.FUNCTIONS[i];
      boolean last = i == VdsoCode.FUNCTIONS.length - 1;
      long start = code.address(function);
      long end = code.address(last ? VdsoCode.RESTORE_ID_FUNCTION : VdsoCode.FUNCTIONS[i + 1]);
      int name = string(PREFIX + function);
      symbol(name, GLOBAL_FUNCTION, start, end - start);
      symbol(name + PREFIX.length(), WEAK_FUNCTION, start, end - start);
    }
    long start = code.address(VdsoCode.RESTORE_ID_FUNCTION);
    long size = code.address(VdsoCode.END) - start;
    symbol(string(VdsoCode.RESTORE_ID_FUNCTION), GLOBAL_FUNCTION, start, size);
    return at;
  }

  private void symbol(int name, int info, long value, long size) {
    image.putInt(name).put((byte) info).put((byte) 0).putShort(SOME_SECTION);
    image.putLong(value).putLong(size);
  }

  private int strings() {
    int at = image.position();
    image.put(strings.toString().getBytes(StandardCharsets.US_ASCII));
    return at;
  }

  private int versionsOfSymbols() {
    int at = align();
    image.putShort((short) 0);
    for (int symbol = 1; symbol < symbolCount; symbol++) {
      image.putShort((short) 2);
    }
    return at;
  }

  /// Version 1 is the object itself, version 2 that of the symbols.
  private int versionDefinitions(int name, int version) {
    int at = align();
    versionDefinition(1, NAME, name, false);
    versionDefinition(2, VERSION, version, true);
    return at;
  }

  /// `Elf64_Verdef` and its one `Elf64_Verdaux`.
  private void versionDefinition(int index, String text, int name, boolean last) {
    int base = index == 1 ? 1 : 0; // VER_FLG_BASE
    image.putShort((short) 1).putShort((short) base).putShort((short) index).putShort((short) 1);
    image.putInt(hash(text)).putInt(20).putInt(last ? 0 : 28);
    image.putInt(name).putInt(0);
  }

  /// ELF's hash of a name.
  private static int hash(String text) {
    int hash = 0;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash << 4) + text.charAt(i);
      int high = hash & 0xf000_0000;
      hash = (hash ^ high >>> 24) & ~high;
    }
    return hash;
  }

  private record CodePage() implements PageSource {
    @Override
    public long size() {
      return PAGE;
    }

    @Override
    public void copy(long position, GuestMemory memory, long gpa, int length) {
      if (position < PAGE) {
        int count = (int) Math.min(length, PAGE - position);
        memory.write(gpa, Holder.IMAGE, (int) position, count);
      }
    }
  }

  private record DataPage() implements PageSource {
    @Override
    public long size() {
      return PAGE;
    }

    @Override
    public void copy(long position, GuestMemory memory, long gpa, int length) {}
  }
}
