package dev.mote.json;

import dev.mote.values.Type;
import java.io.StringWriter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/// Values of messages as JSON: what a person types and reads, and what comes with a request. It may
/// come from anywhere: depth and length of numbers are limited, and a name that an object has twice
/// is refused.
///
/// JSON has no bytes and no infinities: bytes are strings in Base64, and NaN, Infinity and
/// -Infinity strings of these words.
public final class JsonValues {
  private static final int DEEPEST = 64;
  private static final int LONGEST_NUMBER = 100;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxNumberLength(LONGEST_NUMBER)
                  .maxStringLength(Integer.MAX_VALUE) // who reads has limited the whole text
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Names of unknown origin are not worth a table that outlives the text.
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .build();

  private JsonValues() {}

  /// Reads one JSON text as a value for a type.
  ///
  /// @throws IllegalArgumentException if it is no JSON; the message says where it is not
  public static @Nullable Object read(String text, Type type) {
    return read(() -> FACTORY.createParser(ObjectReadContext.empty(), text), type);
  }

  /// The same of bytes in UTF-8.
  ///
  /// @throws IllegalArgumentException if it is no JSON; the message says where it is not
  public static @Nullable Object read(byte[] text, Type type) {
    return read(() -> FACTORY.createParser(ObjectReadContext.empty(), text), type);
  }

  private static @Nullable Object read(Supplier<JsonParser> open, Type type) {
    try (JsonParser parser = open.get()) {
      if (parser.nextToken() == null) {
        throw new IllegalArgumentException("there is no value");
      }
      Object value = fit(read(parser), type);
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("there is more than one value");
      }
      return value;
    } catch (JacksonException e) {
      TokenStreamLocation where = e.getLocation();
      throw new IllegalArgumentException(
          where == null
              ? e.getOriginalMessage()
              : "line %d, column %d: %s"
                  .formatted(where.getLineNr(), where.getColumnNr(), e.getOriginalMessage()),
          e);
    }
  }

  private static @Nullable Object read(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_ARRAY -> {
        var list = new ArrayList<@Nullable Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(read(parser));
        }
        yield list;
      }
      case START_OBJECT -> {
        var map = new LinkedHashMap<String, @Nullable Object>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          map.put(name, read(parser));
        }
        yield map;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> integer(parser.getBigIntegerValue());
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IllegalArgumentException("unexpected " + parser.currentToken());
    };
  }

  private static Object integer(BigInteger value) {
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  /// Makes of a JSON value what the type wants, where JSON cannot tell; what does not fit stays as
  /// it is, and is refused when it is sent.
  public static @Nullable Object fit(@Nullable Object value, Type type) {
    return switch (type) {
      case Type.Plain.F32, Type.Plain.F64 -> real(value, type);
      case Type.Plain.BYTES -> value instanceof String text ? bytes(text) : value;
      case Type.OptionalOf(Type present) -> value == null ? null : fit(value, present);
      case Type.ListOf(Type element) ->
          value instanceof List<?> list ? list.stream().map(v -> fit(v, element)).toList() : value;
      case Type.MapOf(Type key, Type inner) ->
          value instanceof Map<?, ?> map ? fitMap(map, key, inner) : value;
      case Type.Fields fields -> value instanceof Map<?, ?> map ? fitFields(map, fields) : value;
      case Type.Choice choice -> value instanceof Map<?, ?> map ? fitVariant(map, choice) : value;
      case Type.Plain _, Type.Int _ -> value;
    };
  }

  private static @Nullable Object real(@Nullable Object value, Type type) {
    Double number =
        switch (value) {
          case Long l -> l.doubleValue();
          case Double d -> d;
          case String s when s.matches("NaN|-?Infinity") -> Double.valueOf(s);
          case null, default -> null;
        };
    if (number == null) {
      return value;
    }
    // Nobody types the exact decimal form of a float of 32 bits.
    return type == Type.Plain.F32 ? (Object) number.floatValue() : number;
  }

  private static Object bytes(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("bytes are written in Base64: " + e.getMessage(), e);
    }
  }

  private static Object fitMap(Map<?, ?> map, Type key, Type value) {
    var fitted = new LinkedHashMap<Object, @Nullable Object>();
    map.forEach((k, v) -> fitted.put(fitKey((String) k, key), fit(v, value)));
    return fitted;
  }

  private static Object fitKey(String key, Type type) {
    if (type instanceof Type.Int && key.matches("-?[0-9]{1,20}")) {
      return integer(new BigInteger(key));
    }
    return type == Type.Plain.BOOL && key.matches("true|false")
        ? (Object) Boolean.valueOf(key)
        : key;
  }

  private static Object fitFields(Map<?, ?> map, Type.Fields type) {
    var fitted = new LinkedHashMap<Object, @Nullable Object>(map);
    for (Type.Field field : type.fields()) {
      fitted.computeIfPresent(field.name(), (_, v) -> fit(v, field.type()));
    }
    return fitted;
  }

  private static Object fitVariant(Map<?, ?> map, Type.Choice type) {
    var fitted = new LinkedHashMap<Object, @Nullable Object>(map);
    for (Type.Variant variant : type.variants()) {
      fitted.computeIfPresent(variant.name(), (_, v) -> fit(v, variant.fields()));
    }
    return fitted;
  }

  /// Writes a value that a guest function returned.
  public static String write(@Nullable Object value) {
    var text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      write(value, generator);
    }
    return text.toString();
  }

  private static void write(@Nullable Object value, JsonGenerator to) {
    switch (value) {
      case null -> to.writeNull();
      case Boolean bool -> to.writeBoolean(bool);
      case Long number -> to.writeNumber(number);
      case BigInteger number -> to.writeNumber(number);
      case Float number when Float.isFinite(number) -> to.writeNumber(number);
      case Double number when Double.isFinite(number) -> to.writeNumber(number);
      case Number notFinite -> to.writeString(notFinite.toString());
      case String text -> to.writeString(text);
      case byte[] bytes -> to.writeString(Base64.getEncoder().encodeToString(bytes));
      case List<?> list -> {
        to.writeStartArray();
        list.forEach(element -> write(element, to));
        to.writeEndArray();
      }
      case Map<?, ?> map -> {
        to.writeStartObject();
        map.forEach((key, inner) -> {
          to.writeName(String.valueOf(key));
          write(inner, to);
        });
        to.writeEndObject();
      }
      default -> throw new IllegalArgumentException("no value of a message: " + value);
    }
  }
}
