package dev.mote.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/// Static x86-64 programs of a few instructions: an ELF header, one program header, code. The file
/// is one segment, readable, writable and executable, at 0x400000.
final class TinyProgram {
  private static final long BASE = 0x40_0000;
  private static final int HEADERS = 0x78;

  private TinyProgram() {}

  /// Writes a program into a file.
  ///
  /// @param code machine code in hexadecimal; white space does not count
  static Path write(Path file, String code) throws IOException {
    byte[] instructions = HexFormat.of().parseHex(code.replaceAll("\\s", ""));
    int size = HEADERS + instructions.length;
    ByteBuffer elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
    elf.putShort((short) 2).putShort((short) 62).putInt(1); // ET_EXEC, EM_X86_64, EV_CURRENT
    elf.putLong(BASE + HEADERS).putLong(64).putLong(0); // entry, program headers, section headers
    elf.putInt(0).putShort((short) 64).putShort((short) 56).putShort((short) 1); // one header
    elf.putShort((short) 0).putShort((short) 0).putShort((short) 0);
    elf.putInt(1).putInt(7).putLong(0).putLong(BASE).putLong(BASE); // PT_LOAD, R+W+X
    elf.putLong(size).putLong(size).putLong(0x1000);
    elf.put(instructions);
    Files.write(file, elf.array());
    if (!file.toFile().setExecutable(true)) {
      throw new IOException("cannot make " + file + " executable");
    }
    return file;
  }

  /// exit_group(status)
  static String exit(int status) {
    return "b8e7000000" // mov eax, 231
        + "bf"
        + HexFormat.of().toHexDigits(Integer.reverseBytes(status)) // mov edi, status
        + "0f05"; // syscall
  }

  /// Computes and never ends.
  static String spin() {
    return "ebfe"; // jmp to itself
  }

  /// Writes a byte to address 0.
  static String nullPointer() {
    return "31c0 8800"; // xor eax, eax; mov [rax], al
  }

  /// kill(getpid(), signal)
  static String killItself(int signal) {
    return "b827000000 0f05" // getpid
        + "89c7" // mov edi, eax
        + "be"
        + HexFormat.of().toHexDigits(Integer.reverseBytes(signal)) // mov esi, signal
        + "b83e000000 0f05" // kill
        + spin();
  }

  /// Maps a gibibyte and writes to each page of it.
  static String memoryHog() {
    return "b809000000 31ff be00000040 ba03000000" // mmap(0, 1 GiB, read and write,
        + "41ba22400000 49c7c0ffffffff 4531c9 0f05" // private, anonymous, not reserved, -1, 0)
        + "c60001" // touch: mov byte [rax], 1
        + "480500100000" // add rax, 4096
        + "ebf5"; // jmp touch
  }

  /// Writes to standard output without end.
  static String writeForEver() {
    return "b801000000 bf01000000 be00004000 ba40000000 0f05" // next: write(1, 0x400000, 64)
        + "ebe8"; // jmp next
  }

  /// Copies standard input to standard output until its end, then exits with status 0.
  static String cat() {
    return "4881ec00100000" // sub rsp, 4096
        + "31c0 31ff 4889e6 ba00100000 0f05" // next: read(0, rsp, 4096)
        + "85c0 7e13" // if eax <= 0, go to exit
        + "89c2 b801000000 bf01000000 4889e6 0f05" // write(1, rsp, eax)
        + "ebdb" // jmp next
        + exit(0);
  }
}
