package dev.mote.values;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads variants as enum constants or records; as a string or a map of one entry where nothing is
/// known of them.
final class ChoiceDecoder extends Decoder {
  /// How one variant is read.
  ///
  /// @param plain what it is without fields; null if it has some
  /// @param fields reads them; null if it has none
  private record Variant(@Nullable Object plain, @Nullable Decoder fields) {}

  private final Type.Choice type;
  private final Map<String, Variant> variants = new HashMap<>();
  private final boolean wraps; // fields in a map by the variant's name

  private ChoiceDecoder(Type.Choice type, Class<?> raw) {
    this.type = type;
    wraps = !isOfVariants(raw);
    for (Type.Variant variant : type.variants()) {
      variants.put(variant.name(), variant(variant, raw));
    }
  }

  static Decoder of(Type.Choice type, java.lang.reflect.Type java) {
    Class<?> raw = JavaTypes.raw(java);
    boolean onlyNames = type.variants().stream().allMatch(Type.Variant::isPlain);
    require(isOfVariants(raw) || (onlyNames && raw == String.class), type, java);
    return new ChoiceDecoder(type, raw);
  }

  private static boolean isOfVariants(Class<?> raw) {
    return raw.isEnum() || raw.isRecord() || JavaTypes.isSealedValue(raw);
  }

  private static Variant variant(Type.Variant variant, Class<?> raw) {
    if (isOfVariants(raw)) {
      return variantOf(variant, raw);
    }
    return variant.isPlain()
        ? new Variant(variant.name(), null)
        : new Variant(null, Decoder.of(variant.fields(), Object.class));
  }

  private static Variant variantOf(Type.Variant variant, Class<?> raw) {
    Iterable<Class<?>> candidates =
        JavaTypes.isSealedValue(raw) ? JavaTypes.variants(raw) : java.util.List.of(raw);
    for (Class<?> candidate : candidates) {
      if (candidate.isRecord() && VariantNames.of(candidate).equals(variant.name())) {
        Decoder fields = FieldsDecoder.of(variant.fields(), candidate);
        return variant.isPlain()
            ? new Variant(RecordShape.of(candidate).make(new Object[0]), null)
            : new Variant(null, fields);
      }
      if (candidate.isEnum() && variant.isPlain()) {
        for (Object constant : candidate.getEnumConstants()) {
          if (VariantNames.of((Enum<?>) constant).equals(variant.name())) {
            return new Variant(constant, null);
          }
        }
      }
    }
    throw ValueException.wrongType(
        "%s has nothing for variant '%s'".formatted(raw.getSimpleName(), variant.name()));
  }

  @Override
  public Object read(MessageReader in) {
    if (in.major() == MessageWriter.TEXT) {
      String name = in.text();
      Object plain = find(name).plain();
      if (plain == null) {
        throw ValueException.wrongType("variant '%s' lacks its fields".formatted(name));
      }
      return plain;
    }
    if (in.mapLength() != 1) {
      throw ValueException.wrongType("a variant is a string or a map of one entry");
    }
    in.enter();
    String name = in.text();
    Decoder fields = find(name).fields();
    if (fields == null) {
      throw ValueException.wrongType("variant '%s' has no fields".formatted(name));
    }
    Object value;
    try {
      value = fields.read(in);
    } catch (ValueException e) {
      throw e.in("variant '" + name + "'");
    }
    in.leave();
    return wraps || value == null ? Map.of(name, java.util.Objects.requireNonNull(value)) : value;
  }

  private Variant find(String name) {
    Variant variant = variants.get(name);
    if (variant == null) {
      throw ValueException.wrongType(
          "%s is no variant of %s".formatted(Quote.of(name), Quote.shorten(type)));
    }
    return variant;
  }
}
