package dev.mote.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// The line of a trace while it is written: text, and a way to look at the guest's memory that may
/// fail. What is read is hostile; nothing that is written is longer than some kilobytes.
final class TraceText {
  /// Bytes that are shown of a buffer.
  static final int SHOWN_BYTES = 32;

  /// Members that are shown of a list.
  static final int SHOWN_MEMBERS = 32;

  private static final int MAX_PATH = 4096;
  private static final String HEX = "0123456789abcdef";

  final StringBuilder text = new StringBuilder(128);
  private final Trace.Memory memory;

  TraceText(Trace.Memory memory) {
    this.memory = memory;
  }

  TraceText add(String part) {
    text.append(part);
    return this;
  }

  TraceText add(long number) {
    text.append(number);
    return this;
  }

  /// As C's `%#lx`: zero has no prefix.
  TraceText hex(long number) {
    text.append(number == 0 ? "" : "0x").append(Long.toHexString(number));
    return this;
  }

  /// The rights of a file: octal, of at least three digits, the first of them a zero (C's `%#03o`).
  TraceText mode(int mode) {
    String digits = Integer.toOctalString(mode);
    text.append(digits.length() < 3 ? "0".repeat(3 - digits.length()) : "0");
    text.append(digits);
    return this;
  }

  TraceText address(long address) {
    return address == 0 ? add("NULL") : hex(address);
  }

  /// Little-endian bytes of the guest.
  ///
  /// @return null when not all of them can be read, or there are too many to look at
  @Nullable ByteBuffer read(long address, long length) {
    if (address == 0 || length < 0 || length > MAX_PATH) {
      return null;
    }
    byte[] bytes = new byte[(int) length];
    return memory.read(address, bytes, bytes.length) == bytes.length
        ? ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)
        : null;
  }

  /// The bytes of a buffer as a C string, cut with `...`; its address when they cannot be read.
  TraceText bytes(long address, long length, boolean hexadecimal) {
    if (address == 0 || length < 0) {
      return address(address);
    }
    byte[] shown = new byte[(int) Math.min(length, SHOWN_BYTES)];
    if (memory.read(address, shown, shown.length) < shown.length) {
      return address(address);
    }
    quote(shown, shown.length, hexadecimal);
    return length > SHOWN_BYTES ? add("...") : this;
  }

  /// A file name, shown in full.
  TraceText path(long address) {
    return string(address, MAX_PATH - 1);
  }

  /// A text with a NUL at its end, cut with `...`.
  TraceText string(long address) {
    return string(address, SHOWN_BYTES);
  }

  private TraceText string(long address, int shown) {
    if (address == 0) {
      return add("NULL");
    }
    byte[] bytes = new byte[shown + 1];
    int readable = memory.read(address, bytes, bytes.length);
    int length = 0;
    while (length < readable && bytes[length] != 0) {
      length++;
    }
    if (length == readable && readable < bytes.length) {
      return address(address); // it runs into memory that cannot be read
    }
    quote(bytes, Math.min(length, shown), false);
    return length > shown ? add("...") : this;
  }

  /// Bytes of a C array that may end before its size does.
  TraceText field(ByteBuffer structure, int offset, int size) {
    int length = 0;
    while (length < size && structure.get(offset + length) != 0) {
      length++;
    }
    byte[] bytes = new byte[length];
    structure.get(offset, bytes);
    quote(bytes, length, false);
    return this;
  }

  /// As in C source: printable ASCII as it is, the usual escapes, everything else in octal of as
  /// few digits as the next character leaves clear.
  private void quote(byte[] bytes, int length, boolean hexadecimal) {
    text.append('"');
    for (int i = 0; i < length; i++) {
      int value = Byte.toUnsignedInt(bytes[i]);
      if (hexadecimal) {
        text.append("\\x").append(HEX.charAt(value >> 4)).append(HEX.charAt(value & 15));
        continue;
      }
      switch (value) {
        case '"', '\\' -> text.append('\\').append((char) value);
        case '\n' -> text.append("\\n");
        case '\t' -> text.append("\\t");
        case '\r' -> text.append("\\r");
        case 0x0b -> text.append("\\v");
        case '\f' -> text.append("\\f");
        default -> {
          if (value >= ' ' && value < 0x7f) {
            text.append((char) value);
          } else {
            boolean digitFollows = i + 1 < length && bytes[i + 1] >= '0' && bytes[i + 1] <= '7';
            String digits = Integer.toOctalString(value);
            text.append('\\').append("0".repeat(digitFollows ? 3 - digits.length() : 0));
            text.append(digits);
          }
        }
      }
    }
    text.append('"');
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
