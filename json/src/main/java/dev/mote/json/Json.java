package dev.mote.json;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/// JSON files (RFC 8259). They may come from anywhere: their size, depth and number of values are
/// limited, and a name that an object has twice is refused.
///
/// An object is read as a map, an array as a list; a number is a [BigInteger] or a [BigDecimal],
/// which are what was written, however large.
public final class Json {
  /// Bytes that a file may have; what registries accept as a manifest.
  public static final int LARGEST = 4 << 20;

  private static final int DEEPEST = 32;
  private static final int MOST_VALUES = 100_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxNumberLength(100)
                  .maxStringLength(LARGEST)
                  .build())
          // Names of unknown origin are not worth a table that outlives the file.
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .build();

  private final JsonFile file;
  private final JsonParser parser;
  private int values;

  private Json(JsonFile file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /// @param file what messages name
  /// @param bytes its content
  /// @throws RuntimeException the file's fault, if that is not one JSON object within the limits
  public static JsonObject read(JsonFile file, byte[] bytes) {
    if (parse(file, bytes) instanceof Map<?, ?> fields) {
      return JsonObject.root(file, fields);
    }
    throw file.fault("is not a JSON object");
  }

  /// As [#read], where the file is an array of objects.
  public static List<JsonObject> readArray(JsonFile file, byte[] bytes) {
    if (parse(file, bytes) instanceof List<?> elements) {
      return JsonObject.root(file, Map.of("", elements)).objects("");
    }
    throw file.fault("is not a JSON array");
  }

  private static @Nullable Object parse(JsonFile file, byte[] bytes) {
    if (bytes.length > LARGEST) {
      throw file.fault("has %d bytes, more than %d".formatted(bytes.length, LARGEST));
    }
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), utf8(bytes))) {
      parser.nextToken();
      Object value = new Json(file, parser).value();
      if (parser.nextToken() != null) {
        throw file.fault("has more than one JSON value");
      }
      return value;
    } catch (CharacterCodingException e) {
      throw file.fault("is not UTF-8");
    } catch (JacksonException e) {
      throw file.fault("is not JSON: " + Quote.printable(e.getOriginalMessage()));
    } catch (NumberFormatException e) {
      throw file.fault("has a number with an exponent that is too large");
    }
  }

  private static String utf8(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  private @Nullable Object value() {
    if (++values > MOST_VALUES) {
      throw file.fault("has more than %d values".formatted(MOST_VALUES));
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> object();
      case START_ARRAY -> {
        var list = new ArrayList<@Nullable Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value());
        }
        yield list;
      }
      case VALUE_STRING -> whole(parser.getString());
      case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
      case VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case null, default -> throw file.fault("is empty");
    };
  }

  private Map<String, @Nullable Object> object() {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = whole(parser.currentName());
      if (fields.containsKey(name)) {
        throw file.fault("has the field " + Quote.quote(name) + " twice in one object");
      }
      parser.nextToken();
      fields.put(name, value());
    }
    return fields;
  }

  /// A string that can be written again: escapes can make one that is no text.
  private String whole(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw file.fault("has half of a surrogate pair in " + Quote.quote(text));
    }
    return text;
  }

  /// @param file what messages name
  /// @throws RuntimeException the file's fault, if it could not be read again
  public static byte[] write(JsonFile file, Map<String, ?> fields) {
    var bytes = new ByteArrayOutputStream();
    try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      write(fields, generator);
    } catch (JacksonException e) {
      throw file.fault("cannot be written: " + Quote.printable(e.getOriginalMessage()));
    }
    byte[] written = bytes.toByteArray();
    read(file, written);
    return written;
  }

  private static void write(@Nullable Object value, JsonGenerator to) {
    switch (value) {
      case null -> to.writeNull();
      case Boolean bool -> to.writeBoolean(bool);
      case Integer number -> to.writeNumber(number);
      case Long number -> to.writeNumber(number);
      case BigInteger number -> to.writeNumber(number);
      case BigDecimal number -> to.writeNumber(number);
      case String text -> to.writeString(text);
      case List<?> list -> {
        to.writeStartArray();
        list.forEach(element -> write(element, to));
        to.writeEndArray();
      }
      case Map<?, ?> map -> {
        to.writeStartObject();
        map.forEach((name, inner) -> {
          to.writeName(String.valueOf(name));
          write(inner, to);
        });
        to.writeEndObject();
      }
      default -> throw new IllegalArgumentException("not JSON: " + value);
    }
  }
}
