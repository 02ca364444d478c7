package dev.mote.values;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The type of a value in a message. Its text is that of the type language in `docs/protocol.md`.
public sealed interface Type {
  /// Types without parts.
  enum Plain implements Type {
    NULL,
    BOOL,
    F32,
    F64,
    STRING,
    BYTES,
    /// A value of any type.
    ANY;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Integers of 8 to 64 bits.
  enum Int implements Type {
    I8(8, true),
    I16(16, true),
    I32(32, true),
    I64(64, true),
    U8(8, false),
    U16(16, false),
    U32(32, false),
    U64(64, false);

    private final int bits;
    private final boolean signed;

    Int(int bits, boolean signed) {
      this.bits = bits;
      this.signed = signed;
    }

    public boolean isSigned() {
      return signed;
    }

    int bits() {
      return bits;
    }

    BigInteger min() {
      return signed ? BigInteger.TWO.pow(bits - 1).negate() : BigInteger.ZERO;
    }

    BigInteger max() {
      return BigInteger.TWO.pow(signed ? bits - 1 : bits).subtract(BigInteger.ONE);
    }

    /// Whether a value fits; a long, so that the upper half of [#U64] is never among them.
    boolean contains(long value) {
      if (!signed) {
        return value >= 0 && (bits == 64 || value >>> bits == 0);
      }
      return bits == 64 || value << (64 - bits) >> (64 - bits) == value;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// A list.
  record ListOf(Type element) implements Type {
    @Override
    public String toString() {
      return "[" + element + "]";
    }
  }

  /// A map.
  ///
  /// @param key [Plain#STRING], [Plain#BOOL] or an [Int]
  record MapOf(Type key, Type value) implements Type {
    /// @throws IllegalArgumentException if the key is of another type
    public MapOf {
      if (key != Plain.STRING && key != Plain.BOOL && !(key instanceof Int)) {
        throw new IllegalArgumentException(
            "a map's key is a string, a bool or an integer, not " + key);
      }
    }

    @Override
    public String toString() {
      return "map<" + key + ", " + value + ">";
    }
  }

  /// A part of a record or a variant.
  record Field(String name, Type type) {
    @Override
    public String toString() {
      return name + ": " + type;
    }
  }

  /// A record.
  ///
  /// @param fields with different names
  record Fields(List<Field> fields) implements Type {
    /// @throws IllegalArgumentException if two have the same name
    public Fields {
      fields = List.copyOf(fields);
      requireDifferent(fields.stream().map(Field::name).toList(), "field");
    }

    @Override
    public String toString() {
      return fields.stream().map(Field::toString).collect(Collectors.joining(", ", "{", "}"));
    }
  }

  /// One of the values of a [Choice].
  ///
  /// @param fields none for a variant that is only its name
  record Variant(String name, Fields fields) {
    boolean isPlain() {
      return fields.fields().isEmpty();
    }

    @Override
    public String toString() {
      return isPlain() ? name : name + " " + fields;
    }
  }

  /// An enum: one of some variants, with or without fields.
  ///
  /// @param variants at least one, with different names
  record Choice(List<Variant> variants) implements Type {
    /// @throws IllegalArgumentException if there is none, or two have the same name
    public Choice {
      variants = List.copyOf(variants);
      if (variants.isEmpty()) {
        throw new IllegalArgumentException("an enum has at least one variant");
      }
      requireDifferent(variants.stream().map(Variant::name).toList(), "variant");
    }

    @Override
    public String toString() {
      return variants.stream()
          .map(Variant::toString)
          .collect(Collectors.joining(", ", "enum {", "}"));
    }
  }

  /// The type or null.
  record OptionalOf(Type type) implements Type {
    /// @throws IllegalArgumentException if the type has a null already
    public OptionalOf {
      if (type instanceof OptionalOf || type == Plain.NULL || type == Plain.ANY) {
        throw new IllegalArgumentException(type + " is null already");
      }
    }

    @Override
    public String toString() {
      return type + "?";
    }
  }

  private static void requireDifferent(List<String> names, String what) {
    var seen = new HashSet<String>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new IllegalArgumentException("two %ss are called '%s'".formatted(what, name));
      }
    }
  }
}
