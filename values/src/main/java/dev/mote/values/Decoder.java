package dev.mote.values;

import org.jspecify.annotations.Nullable;

/// Reads values of one type as a Java type.
///
/// A value that is not of the type, or does not fit the Java type, throws a [ValueException].
/// Immutable; thread-safe.
public abstract sealed class Decoder
    permits ScalarDecoder,
        IntDecoder,
        ListDecoder,
        MapDecoder,
        FieldsDecoder,
        ChoiceDecoder,
        OptionalDecoder,
        AnyDecoder {
  Decoder() {}

  /// @param java [Object] for the plainest: [Long], [java.math.BigInteger] above it, [Float],
  ///   [Double], [Boolean], [String], `byte[]`, [java.util.List], [java.util.Map]
  /// @throws ValueException if no value of the type fits it
  public static Decoder of(Type type, java.lang.reflect.Type java) {
    Class<?> raw = JavaTypes.raw(java);
    if (JavaTypes.isOptional(raw)) {
      return optional(type, JavaTypes.parameter(java, 0));
    }
    return switch (type) {
      case Type.Plain.ANY ->
          JavaTypes.isAnything(raw) ? AnyDecoder.INSTANCE : of(Types.of(java), java);
      case Type.Plain plain -> new ScalarDecoder(plain, require(accepts(plain, raw), plain, java));
      case Type.Int integer ->
          new IntDecoder(integer, require(JavaTypes.isInteger(raw), integer, java));
      case Type.ListOf list -> ListDecoder.of(list, java);
      case Type.MapOf map -> MapDecoder.of(map, java);
      case Type.Fields fields -> FieldsDecoder.of(fields, java);
      case Type.Choice choice -> ChoiceDecoder.of(choice, java);
      case Type.OptionalOf(Type present) -> {
        if (raw.isPrimitive()) {
          throw ValueException.wrongType(
              "%s may be null, which a Java %s cannot be".formatted(type, JavaTypes.name(java)));
        }
        yield new OptionalDecoder(of(present, java), false);
      }
    };
  }

  private static Decoder optional(Type type, java.lang.reflect.Type inner) {
    Type present = type instanceof Type.OptionalOf(Type some) ? some : type;
    return new OptionalDecoder(of(present, inner), true);
  }

  private static boolean accepts(Type.Plain type, Class<?> raw) {
    return switch (type) {
      case NULL -> JavaTypes.isNothing(raw);
      case BOOL -> JavaTypes.isBool(raw);
      case F32, F64 -> JavaTypes.isFloat(raw);
      case STRING -> raw == String.class;
      case BYTES -> JavaTypes.isBytes(raw);
      case ANY -> true;
    };
  }

  /// @return the class
  static Class<?> require(boolean fits, Type type, java.lang.reflect.Type java) {
    Class<?> raw = JavaTypes.raw(java);
    if (!fits && !JavaTypes.isAnything(raw)) {
      throw ValueException.wrongType(
          "a value of type %s is no %s of Java".formatted(type, JavaTypes.name(java)));
    }
    return raw;
  }

  /// @throws ValueException if what is there does not fit
  public abstract @Nullable Object read(MessageReader in);

  /// Reads an integer without making an object of it; it fits the Java type.
  public long readLong(MessageReader in) {
    throw new UnsupportedOperationException("not an integer");
  }

  /// Reads a float without making an object of it.
  public double readDouble(MessageReader in) {
    throw new UnsupportedOperationException("not a float");
  }
}
