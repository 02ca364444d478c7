package dev.mote.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Offsets and numbers of ELF64 (System V gABI chapters 4 and 5, `elf.h`), and unaligned
/// little-endian reads of them.
///
/// ```
/// Ehdr 64: ident 0 | type 16 | machine 18 | version 20 | entry 24 | phoff 32 | shoff 40 | flags 48
///          | ehsize 52 | phentsize 54 | phnum 56 | shentsize 58 | shnum 60 | shstrndx 62
/// Phdr 56: type 0 | flags 4 | offset 8 | vaddr 16 | paddr 24 | filesz 32 | memsz 40 | align 48
/// Shdr 64: name 0 | type 4 | flags 8 | addr 16 | offset 24 | size 32 | link 40 | info 44
///          | addralign 48 | entsize 56
/// Sym  24: name 0 | info 4 | other 5 | shndx 6 | value 8 | size 16
/// ```
final class ElfLayout {
  private ElfLayout() {}

  static final int EHDR_SIZE = 64;
  static final int EI_CLASS = 4;
  static final int EI_DATA = 5;
  static final int EI_OSABI = 7;
  static final int E_TYPE = 16;
  static final int E_MACHINE = 18;
  static final int E_ENTRY = 24;
  static final int E_PHOFF = 32;
  static final int E_SHOFF = 40;
  static final int E_PHENTSIZE = 54;
  static final int E_PHNUM = 56;
  static final int E_SHENTSIZE = 58;
  static final int E_SHNUM = 60;

  static final int ELFCLASS32 = 1;
  static final int ELFCLASS64 = 2;
  static final int ELFDATA2LSB = 1;
  static final int ELFDATA2MSB = 2;
  static final int ET_EXEC = 2;
  static final int ET_DYN = 3;
  static final int EM_X86_64 = 62;

  static final int PHDR_SIZE = 56;
  static final int P_TYPE = 0;
  static final int P_FLAGS = 4;
  static final int P_OFFSET = 8;
  static final int P_VADDR = 16;
  static final int P_FILESZ = 32;
  static final int P_MEMSZ = 40;
  static final int P_ALIGN = 48;

  static final int PT_LOAD = 1;
  static final int PT_DYNAMIC = 2;
  static final int PT_INTERP = 3;
  static final int PT_TLS = 7;
  static final int PT_GNU_STACK = 0x6474_e551;
  static final int PF_X = 1;
  static final int PF_W = 2;
  static final int PF_R = 4;

  static final int SHDR_SIZE = 64;
  static final int SH_TYPE = 4;
  static final int SH_OFFSET = 24;
  static final int SH_SIZE = 32;
  static final int SH_LINK = 40;
  static final int SH_ENTSIZE = 56;
  static final int SHT_SYMTAB = 2;
  static final int SHT_STRTAB = 3;
  static final int SHT_DYNSYM = 11;

  static final int SYM_SIZE = 24;
  static final int ST_NAME = 0;
  static final int ST_INFO = 4;
  static final int ST_SHNDX = 6;
  static final int ST_VALUE = 8;
  static final int ST_SIZE = 16;
  static final int STT_NOTYPE = 0;
  static final int STT_FUNC = 2;
  static final int STT_GNU_IFUNC = 10;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static int u8(MemorySegment bytes, long offset) {
    return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, offset));
  }

  static int u16(MemorySegment bytes, long offset) {
    return Short.toUnsignedInt(bytes.get(SHORT, offset));
  }

  static int i32(MemorySegment bytes, long offset) {
    return bytes.get(INT, offset);
  }

  static long i64(MemorySegment bytes, long offset) {
    return bytes.get(LONG, offset);
  }

  /// Whether `[offset, offset + length)`, both unsigned, lies within `size >= 0`.
  static boolean within(long offset, long length, long size) {
    return offset >= 0 && length >= 0 && offset <= size && length <= size - offset;
  }
}
