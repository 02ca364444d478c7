package dev.mote.linux;

import static dev.mote.linux.ElfLayout.EHDR_SIZE;
import static dev.mote.linux.ElfLayout.EI_CLASS;
import static dev.mote.linux.ElfLayout.EI_DATA;
import static dev.mote.linux.ElfLayout.EI_OSABI;
import static dev.mote.linux.ElfLayout.EM_X86_64;
import static dev.mote.linux.ElfLayout.E_MACHINE;
import static dev.mote.linux.ElfLayout.E_TYPE;
import static dev.mote.linux.ElfLayout.u16;
import static dev.mote.linux.ElfLayout.u8;

import dev.mote.linux.ElfException.Reason;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Tells from the first bytes of a file whether it is an x86-64 Linux program, and if not, what it
/// is: half of all failures to start a program are a file of the wrong kind.
final class ElfIdentity {
  private ElfIdentity() {}

  private static final int MAX_SNIFFED = 256;

  /// A copy of the ELF header of a 64-bit x86 executable.
  ///
  /// @throws ElfException when the file is anything else
  static MemorySegment readHeader(FileContent file) {
    byte[] sniffed = new byte[MAX_SNIFFED];
    byte[] start = Arrays.copyOf(sniffed, file.read(0, sniffed, 0, MAX_SNIFFED));
    if (!startsWith(start, 0x7f, 'E', 'L', 'F')) {
      throw notElf(start);
    }
    if (start.length < EHDR_SIZE) {
      throw new ElfException(Reason.TRUNCATED, "ends within its ELF header");
    }
    MemorySegment header = MemorySegment.ofArray(start).asSlice(0, EHDR_SIZE);
    checkMachine(header);
    checkSystem(u8(header, EI_OSABI));
    checkType(u16(header, E_TYPE));
    return header;
  }

  private static void checkMachine(MemorySegment header) {
    int dataClass = u8(header, EI_CLASS);
    int data = u8(header, EI_DATA);
    int machine = u16(header, E_MACHINE);
    boolean bigEndian = data == ElfLayout.ELFDATA2MSB;
    String name = machineName(bigEndian ? (machine & 0xff) << 8 | machine >> 8 : machine);
    if (dataClass == ElfLayout.ELFCLASS32) {
      throw new ElfException(Reason.NOT_64_BIT, "is a 32-bit program for " + name);
    }
    if (dataClass != ElfLayout.ELFCLASS64) {
      throw new ElfException(
          Reason.NOT_64_BIT, "is neither a 32-bit nor a 64-bit ELF file (class " + dataClass + ")");
    }
    if (bigEndian) {
      throw new ElfException(Reason.BIG_ENDIAN, "is a big-endian program for " + name);
    }
    if (data != ElfLayout.ELFDATA2LSB) {
      throw new ElfException(
          Reason.BIG_ENDIAN, "has an unknown byte order (data encoding " + data + ")");
    }
    if (machine != EM_X86_64) {
      throw new ElfException(Reason.OTHER_MACHINE, "is a program for " + name + ", not x86-64");
    }
  }

  /// Linux does not look at this mark, and takes programs of other systems for its own until their
  /// first system call.
  private static void checkSystem(int system) {
    String name =
        switch (system) {
          case 2 -> "NetBSD";
          case 6 -> "Solaris";
          case 9 -> "FreeBSD";
          case 12 -> "OpenBSD";
          default -> "";
        };
    if (!name.isEmpty()) {
      throw new ElfException(Reason.OTHER_SYSTEM, "is a program for " + name + ", not Linux");
    }
  }

  private static void checkType(int type) {
    String name =
        switch (type) {
          case ElfLayout.ET_EXEC, ElfLayout.ET_DYN -> "";
          case 1 -> "an object file (link it first)";
          case 4 -> "a core dump";
          default -> "an ELF file of the unknown type " + type;
        };
    if (!name.isEmpty()) {
      throw new ElfException(Reason.NOT_A_PROGRAM, "is " + name + ", not a program");
    }
  }

  private static ElfException notElf(byte[] start) {
    if (startsWith(start, '#', '!')) {
      return new ElfException(
          Reason.SCRIPT,
          "is a script for " + interpreter(start) + ": run it out of a file tree that has that");
    }
    return new ElfException(Reason.NOT_ELF, "is " + kind(start) + ", not an ELF program");
  }

  private static String kind(byte[] start) {
    if (start.length == 0) {
      return "empty";
    }
    if (startsWith(start, 'M', 'Z')) {
      return "a Windows program (PE)";
    }
    if (isMachO(start)) {
      return "a macOS program (Mach-O)";
    }
    if (startsWith(start, 0xca, 0xfe, 0xba, 0xbe)) {
      return "a Java class";
    }
    if (startsWith(start, 0, 'a', 's', 'm')) {
      return "a WebAssembly module";
    }
    if (startsWith(start, 'P', 'K')) {
      return "a zip or jar archive";
    }
    if (startsWith(start, '!', '<', 'a', 'r', 'c', 'h', '>')) {
      return "a static library (ar)";
    }
    if (startsWith(start, 0x1f, 0x8b)) {
      return "gzip data";
    }
    return isText(start) ? "text" : "unknown data";
  }

  /// The fat Mach-O header and a Java class share their first four bytes. A count of processors
  /// follows in one, a version of at least 45 in the other.
  private static boolean isMachO(byte[] start) {
    return startsWith(start, 0xcf, 0xfa, 0xed, 0xfe)
        || startsWith(start, 0xce, 0xfa, 0xed, 0xfe)
        || startsWith(start, 0xfe, 0xed, 0xfa, 0xcf)
        || startsWith(start, 0xfe, 0xed, 0xfa, 0xce)
        || (startsWith(start, 0xca, 0xfe, 0xba, 0xbe, 0, 0, 0)
            && start.length > 7
            && start[7] > 0
            && start[7] < 45);
  }

  private static boolean isText(byte[] start) {
    for (byte value : start) {
      if (value >= 0 && value < ' ' && (value < '\t' || value > '\r')) {
        return false;
      }
    }
    return true;
  }

  private static String interpreter(byte[] start) {
    int end = 2;
    while (end < start.length && start[end] != '\n') {
      end++;
    }
    return Printable.of(new String(start, 2, end - 2, StandardCharsets.UTF_8).strip());
  }

  private static boolean startsWith(byte[] bytes, int... prefix) {
    if (bytes.length < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (bytes[i] != (byte) prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private static String machineName(int machine) {
    return switch (machine) {
      case 2, 18, 43 -> "sparc";
      case 3 -> "i386";
      case 4 -> "m68k";
      case 8 -> "mips";
      case 20 -> "powerpc";
      case 21 -> "powerpc64";
      case 22 -> "s390x";
      case 40 -> "arm";
      case 42 -> "superh";
      case 50 -> "ia64";
      case EM_X86_64 -> "x86-64";
      case 183 -> "aarch64";
      case 243 -> "riscv";
      case 247 -> "bpf";
      case 258 -> "loongarch";
      default -> "the unknown machine " + machine;
    };
  }
}
