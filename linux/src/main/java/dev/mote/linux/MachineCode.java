package dev.mote.linux;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Puts machine code together from the bytes of its instructions, and works out what depends on
/// where they lie.
///
/// Not thread-safe.
final class MachineCode {
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

  private record Reference(int position, int size, String label) {}

  private final long start;
  private final ByteArrayOutputStream code = new ByteArrayOutputStream();
  private final Map<String, Integer> labels = new HashMap<>();
  private final List<Reference> references = new ArrayList<>();

  /// @param start the address of the first instruction
  MachineCode(long start) {
    this.start = start;
  }

  /// The next instruction can be named.
  MachineCode label(String name) {
    labels.put(name, code.size());
    return this;
  }

  /// An instruction, or a few.
  ///
  /// @param hex its bytes, as `0f 31`
  MachineCode put(String hex) {
    code.writeBytes(HEX.parseHex(hex));
    return this;
  }

  /// An instruction that ends in a number of 32 bits.
  MachineCode put(String hex, int number) {
    put(hex);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      code.write(number >>> shift);
    }
    return this;
  }

  /// An instruction that ends in an address as RIP-relative addressing has it: 32 bits from the
  /// instruction's end.
  MachineCode at(String hex, long address) {
    long end = start + code.size() + (hex.length() + 1) / 3 + Integer.BYTES;
    return put(hex, Math.toIntExact(address - end));
  }

  /// A jump with a distance of 8 bits.
  MachineCode jump(String hex, String label) {
    put(hex);
    references.add(new Reference(code.size(), 1, label));
    return put("00");
  }

  /// `call`, with a distance of 32 bits.
  MachineCode call(String label) {
    put("e8");
    references.add(new Reference(code.size(), 4, label));
    return put("00 00 00 00");
  }

  /// The address of a label.
  long address(String label) {
    return start + position(label);
  }

  private int position(String label) {
    return Objects.requireNonNull(labels.get(label), label);
  }

  byte[] bytes() {
    byte[] bytes = code.toByteArray();
    for (Reference reference : references) {
      int distance = position(reference.label) - (reference.position + reference.size);
      if (reference.size == 1 && distance != (byte) distance) {
        throw new IllegalStateException(reference.label + " is too far away for a short jump");
      }
      for (int i = 0; i < reference.size; i++) {
        bytes[reference.position + i] = (byte) (distance >> (Byte.SIZE * i));
      }
    }
    return bytes;
  }
}
