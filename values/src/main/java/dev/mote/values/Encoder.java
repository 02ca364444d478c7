package dev.mote.values;

import org.jspecify.annotations.Nullable;

/// Writes Java values as values of one type.
///
/// A value that does not fit the type throws a [ValueException], which leaves the message
/// unfinished. Immutable but for what it remembers of classes that it has seen; thread-safe.
public abstract sealed class Encoder
    permits ScalarEncoder,
        IntEncoder,
        ListEncoder,
        MapEncoder,
        FieldsEncoder,
        ChoiceEncoder,
        OptionalEncoder,
        AnyEncoder {
  Encoder() {}

  /// One that takes every Java value that fits.
  public static Encoder of(Type type) {
    return switch (type) {
      case Type.Plain.ANY -> AnyEncoder.INSTANCE;
      case Type.Plain plain -> new ScalarEncoder(plain);
      case Type.Int integer -> new IntEncoder(integer);
      case Type.ListOf(Type element) -> new ListEncoder(of(element));
      case Type.MapOf(Type key, Type value) -> new MapEncoder(of(key), of(value));
      case Type.Fields fields -> new FieldsEncoder(fields);
      case Type.Choice choice -> new ChoiceEncoder(choice);
      case Type.OptionalOf(Type present) -> new OptionalEncoder(of(present));
    };
  }

  /// The same, after a look whether values of a Java type can fit at all.
  ///
  /// @throws ValueException if none can
  public static Encoder of(Type type, java.lang.reflect.Type java) {
    Fit.requireWritable(java, type);
    return of(type);
  }

  /// @throws ValueException if the value does not fit
  public abstract void write(@Nullable Object value, MessageWriter out);

  /// Writes an integer without making an object of it.
  public void writeLong(long value, MessageWriter out) {
    write(value, out);
  }

  /// Writes a float without making an object of it.
  public void writeDouble(double value, MessageWriter out) {
    write(value, out);
  }

  /// What a value is, for people.
  static String kind(@Nullable Object value) {
    return value == null ? "null" : value.getClass().getSimpleName();
  }

  static ValueException wrong(@Nullable Object value, Object type) {
    return ValueException.wrongType("%s is no %s".formatted(kind(value), type));
  }
}
