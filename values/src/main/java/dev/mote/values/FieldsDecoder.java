package dev.mote.values;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads records as Java records, or as maps by the names of the fields.
final class FieldsDecoder extends Decoder {
  private final Type.Fields type;
  private final Decoder[] decoders;
  private final byte[][] names;
  private final Map<String, Integer> places = new HashMap<>();
  private final @Nullable RecordShape shape; // null for a map
  private final int[] components; // by field

  private FieldsDecoder(
      Type.Fields type, Decoder[] decoders, @Nullable RecordShape shape, int[] components) {
    this.type = type;
    this.decoders = decoders;
    this.shape = shape;
    this.components = components;
    names = type.fields().stream().map(f -> MessageWriter.item(f.name())).toArray(byte[][]::new);
    for (int i = 0; i < decoders.length; i++) {
      places.put(type.fields().get(i).name(), i);
    }
  }

  static Decoder of(Type.Fields type, java.lang.reflect.Type java) {
    Class<?> raw = JavaTypes.raw(java);
    if (raw.isRecord()) {
      return of(type, RecordShape.of(raw), java);
    }
    require(JavaTypes.raw(java).isAssignableFrom(Map.class), type, java);
    java.lang.reflect.Type value =
        JavaTypes.isMap(raw) ? JavaTypes.parameter(java, 1) : Object.class;
    var decoders = new Decoder[type.fields().size()];
    for (int i = 0; i < decoders.length; i++) {
      decoders[i] = field(type.fields().get(i), value);
    }
    return new FieldsDecoder(type, decoders, null, new int[decoders.length]);
  }

  private static Decoder of(Type.Fields type, RecordShape shape, java.lang.reflect.Type record) {
    List<Type.Field> fields = type.fields();
    var decoders = new Decoder[fields.size()];
    var components = new int[fields.size()];
    for (int i = 0; i < decoders.length; i++) {
      Type.Field field = fields.get(i);
      components[i] = shape.place(field.name());
      if (components[i] < 0) {
        throw ValueException.wrongType(
            "%s has no component for field '%s'".formatted(JavaTypes.name(record), field.name()));
      }
      decoders[i] =
          field(field, JavaTypes.inside(record, shape.components().get(components[i]).type()));
    }
    if (shape.components().size() != decoders.length) {
      throw ValueException.wrongType(
          "%s has components that are no fields of %s".formatted(JavaTypes.name(record), type));
    }
    return new FieldsDecoder(type, decoders, shape, components);
  }

  private static Decoder field(Type.Field field, java.lang.reflect.Type java) {
    try {
      return of(field.type(), java);
    } catch (ValueException e) {
      throw e.in("field '" + field.name() + "'");
    }
  }

  @Override
  public Object read(MessageReader in) {
    @Nullable Object[] values = readFields(in);
    if (shape == null) {
      var map = new LinkedHashMap<String, @Nullable Object>();
      for (int i = 0; i < values.length; i++) {
        map.put(type.fields().get(i).name(), values[i]);
      }
      return Collections.unmodifiableMap(map);
    }
    var arguments = new @Nullable Object[values.length];
    for (int i = 0; i < values.length; i++) {
      arguments[components[i]] = values[i];
    }
    return shape.make(arguments);
  }

  /// The values in the order of the fields.
  private @Nullable Object[] readFields(MessageReader in) {
    int count = in.mapLength();
    in.enter();
    in.charge(shape == null ? 160 + 56L * decoders.length : 16 + 8L * decoders.length);
    var values = new @Nullable Object[decoders.length];
    var seen = new boolean[decoders.length];
    for (int entry = 0; entry < count; entry++) {
      int place = place(entry, in);
      if (seen[place]) {
        throw ValueException.malformed("field '%s' is there twice".formatted(name(place)));
      }
      seen[place] = true;
      try {
        values[place] = decoders[place].read(in);
      } catch (ValueException e) {
        throw e.in("field '" + name(place) + "'");
      }
    }
    in.leave();
    for (int i = 0; i < seen.length; i++) {
      if (!seen[i]) {
        values[i] = absent(i);
      }
    }
    return values;
  }

  /// Reads the name of a field; fields usually come in their order.
  private int place(int entry, MessageReader in) {
    if (entry < names.length && in.accept(names[entry])) {
      return entry;
    }
    String name = in.text();
    Integer place = places.get(name);
    if (place == null) {
      throw ValueException.wrongType(
          "%s is no field of %s".formatted(Quote.of(name), Quote.shorten(type)));
    }
    return place;
  }

  private String name(int field) {
    return type.fields().get(field).name();
  }

  private @Nullable Object absent(int field) {
    if (decoders[field] instanceof OptionalDecoder optional) {
      return optional.absent();
    }
    throw ValueException.wrongType("field '%s' is missing".formatted(name(field)));
  }
}
