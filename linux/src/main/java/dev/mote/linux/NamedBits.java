package dev.mote.linux;

/// The names of the bits of a 32-bit number, joined by `|`. Some numbers carry a plain value in a
/// few of their bits beside the flags, as `open` has its access mode; that comes first.
final class NamedBits {
  private final String unknown;
  private final String zero;
  private final int valueMask;
  private final NamedValues value;
  private final int[] bits;
  private final String[] names;

  private NamedBits(String prefix, String zero, int valueMask, NamedValues value, String names) {
    this.unknown = prefix + "???";
    this.zero = zero;
    this.valueMask = valueMask;
    this.value = value;
    String[] tokens = names.strip().split("\\s+");
    this.bits = new int[tokens.length];
    this.names = new String[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      int equals = tokens[i].indexOf('=');
      this.names[i] = tokens[i].substring(0, equals);
      this.bits[i] = (int) (long) Long.decode(tokens[i].substring(equals + 1));
    }
  }

  /// @param prefix what all names begin with, for bits that have none
  /// @param zero what a number without bits is called
  /// @param names `NAME=BITS` with blanks between, in the order in which they are shown; names of
  ///   several bits before those of one
  static NamedBits of(String prefix, String zero, String names) {
    return new NamedBits(prefix, zero, 0, NamedValues.of(prefix, zero + "=0"), names);
  }

  /// Flags beside a value.
  ///
  /// @param mask the bits that hold the value
  static NamedBits withValue(String prefix, int mask, NamedValues value, String names) {
    return new NamedBits(prefix, "0", mask, value, names);
  }

  void write(StringBuilder text, int number) {
    int left = number;
    int start = text.length();
    if (valueMask != 0) {
      value.write(text, number & valueMask);
      left &= ~valueMask;
    } else if (number == 0) {
      text.append(zero);
      return;
    }
    for (int i = 0; i < bits.length; i++) {
      if ((left & bits[i]) == bits[i]) {
        separate(text, start).append(names[i]);
        left &= ~bits[i];
      }
    }
    if (left != 0) {
      boolean nothingKnown = text.length() == start;
      separate(text, start).append("0x").append(Integer.toHexString(left));
      if (nothingKnown) {
        text.append(" /* ").append(unknown).append(" */");
      }
    }
  }

  private static StringBuilder separate(StringBuilder text, int start) {
    return text.length() == start ? text : text.append('|');
  }
}
