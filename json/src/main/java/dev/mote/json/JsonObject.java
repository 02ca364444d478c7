package dev.mote.json;

import java.math.BigInteger;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// An object in a JSON file, whose fields are asked for by name and type. A field that is null is
/// as good as missing: what is written in Go writes empty lists so. Every method throws a
/// [fault][JsonFile#fault] that names the field when it is not what is asked for.
///
/// @param path where in the file it is, up to the field's name; empty for the outermost
public record JsonObject(JsonFile file, String path, Map<String, @Nullable Object> fields) {

  static JsonObject root(JsonFile file, Map<?, ?> fields) {
    return new JsonObject(file, "", named(fields));
  }

  /// Whether a field is there, and not null.
  public boolean has(String name) {
    return fields.get(name) != null;
  }

  /// A string.
  public String string(String name) {
    return field(name, String.class, "a string");
  }

  /// A string of which something is made.
  ///
  /// @param parser throws an [IllegalArgumentException] if it is not such a string
  public <T> T parsed(String name, Function<String, T> parser) {
    try {
      return parser.apply(string(name));
    } catch (IllegalArgumentException e) {
      throw fault(name, e.getMessage());
    }
  }

  /// An integer from 0 to [Long#MAX_VALUE].
  public long size(String name) {
    BigInteger number = field(name, BigInteger.class, "an integer");
    if (number.signum() < 0 || number.bitLength() >= Long.SIZE) {
      throw fault(name, number + " is out of range");
    }
    return number.longValue();
  }

  /// An object within this one.
  public JsonObject object(String name) {
    return new JsonObject(file, path + name + ".", named(field(name, Map.class, "an object")));
  }

  /// The elements of an array.
  public List<JsonObject> objects(String name) {
    if (fields.containsKey(name) && !has(name)) {
      return List.of();
    }
    List<?> list = field(name, List.class, "an array");
    return IntStream.range(0, list.size())
        .mapToObj(i -> {
          String element = "%s[%d]".formatted(name, i);
          Map<?, ?> inner = cast(element, list.get(i), Map.class, "an object");
          return new JsonObject(file, path + element + ".", named(inner));
        })
        .toList();
  }

  /// The elements of an array; there are none if the field is missing.
  public List<String> list(String name) {
    if (!has(name)) {
      return List.of();
    }
    List<?> list = field(name, List.class, "an array");
    return IntStream.range(0, list.size())
        .mapToObj(i -> cast("%s[%d]".formatted(name, i), list.get(i), String.class, "a string"))
        .toList();
  }

  /// Annotations; there are none if the field is missing.
  public Map<String, String> strings(String name) {
    if (!has(name)) {
      return Map.of();
    }
    JsonObject inner = object(name);
    var strings = new LinkedHashMap<String, String>();
    inner.fields.forEach((key, _) -> strings.put(key, inner.string(key)));
    return Collections.unmodifiableMap(strings);
  }

  /// A field whose value is known beforehand.
  public void require(String name, Object expected) {
    Object found = field(name, Object.class, "anything");
    if (!found.equals(expected)) {
      throw fault(name, "%s is not %s".formatted(show(found), show(expected)));
    }
  }

  /// A field that would make the object something else.
  public void refuse(String name) {
    if (has(name)) {
      throw fault(name, "does not belong there");
    }
  }

  /// A fault of one field.
  public RuntimeException fault(String name, @Nullable String fault) {
    return file.fault("has a fault in %s%s: %s".formatted(path, Quote.printable(name), fault));
  }

  private <T> T field(String name, Class<T> type, String expected) {
    return cast(name, fields.get(name), type, expected);
  }

  private <T> T cast(String name, @Nullable Object value, Class<T> type, String expected) {
    if (value == null) {
      throw fault(name, "is missing");
    }
    if (!type.isInstance(value)) {
      throw fault(name, "%s is not %s".formatted(show(value), expected));
    }
    return type.cast(value);
  }

  private static String show(Object value) {
    return switch (value) {
      case Map<?, ?> _ -> "an object";
      case List<?> _ -> "an array";
      case String text -> Quote.quote(text);
      default -> value.toString();
    };
  }

  @SuppressWarnings("unchecked") // which Json made, of strings and what they name
  private static Map<String, @Nullable Object> named(Map<?, ?> fields) {
    return (Map<String, @Nullable Object>) fields;
  }
}
