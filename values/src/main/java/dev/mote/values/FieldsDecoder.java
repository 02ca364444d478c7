package dev.mote.values;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Reads records as Java records, or as maps by the names of the fields.
final class FieldsDecoder extends Decoder {
  private final Type.Fields type;
  private final Decoder[] decoders;
  private final Item[] names;
  private final Map<String, Integer> fields = new HashMap<>(); // by name
  private final @Nullable RecordShape shape; // null for a map
  private final int[] places; // where a field's value goes

  private FieldsDecoder(
      Type.Fields type, Decoder[] decoders, @Nullable RecordShape shape, int[] places) {
    this.type = type;
    this.decoders = decoders;
    this.shape = shape;
    this.places = places;
    names = type.fields().stream().map(f -> Item.of(f.name())).toArray(Item[]::new);
    for (int i = 0; i < decoders.length; i++) {
      fields.put(name(i), i);
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
    int[] places = IntStream.range(0, decoders.length).toArray();
    return new FieldsDecoder(type, decoders, null, places);
  }

  private static Decoder of(Type.Fields type, RecordShape shape, java.lang.reflect.Type record) {
    List<Type.Field> fields = type.fields();
    var decoders = new Decoder[fields.size()];
    var places = new int[fields.size()];
    for (int i = 0; i < decoders.length; i++) {
      Type.Field field = fields.get(i);
      places[i] = shape.place(field.name());
      if (places[i] < 0) {
        throw ValueException.wrongType(
            "%s has no component for field '%s'".formatted(JavaTypes.name(record), field.name()));
      }
      decoders[i] =
          field(field, JavaTypes.inside(record, shape.components().get(places[i]).type()));
    }
    if (shape.components().size() != decoders.length) {
      throw ValueException.wrongType(
          "%s has components that are no fields of %s".formatted(JavaTypes.name(record), type));
    }
    return new FieldsDecoder(type, decoders, shape, places);
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
    int count = in.mapLength();
    in.enter();
    in.charge(shape == null ? 160 + 56L * decoders.length : 16 + 8L * decoders.length);
    var values = new @Nullable Object[decoders.length];
    int next = 0;
    while (next < decoders.length && next < count && in.accept(names[next])) {
      readField(next++, in, values); // usually all are there, in their order
    }
    if (next < decoders.length || next < count) {
      readOthers(next, count, in, values);
    }
    in.leave();
    return shape == null ? map(values) : shape.make(values);
  }

  /// Reads fields of any order.
  ///
  /// @param read how many were read: the first ones
  private void readOthers(int read, int count, MessageReader in, @Nullable Object[] values) {
    var seen = new boolean[decoders.length];
    Arrays.fill(seen, 0, read, true);
    for (int entry = read; entry < count; entry++) {
      int field = field(in.text());
      if (seen[field]) {
        throw ValueException.malformed("field '%s' is there twice".formatted(name(field)));
      }
      seen[field] = true;
      readField(field, in, values);
    }
    for (int i = read; i < seen.length; i++) {
      if (!seen[i]) {
        values[places[i]] = absent(i);
      }
    }
  }

  private void readField(int field, MessageReader in, @Nullable Object[] values) {
    try {
      values[places[field]] = decoders[field].read(in);
    } catch (ValueException e) {
      throw e.in("field '" + name(field) + "'");
    }
  }

  private Map<String, @Nullable Object> map(@Nullable Object[] values) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    for (int i = 0; i < values.length; i++) {
      map.put(name(i), values[i]);
    }
    return Collections.unmodifiableMap(map);
  }

  private int field(String name) {
    Integer field = fields.get(name);
    if (field == null) {
      throw ValueException.wrongType(
          "%s is no field of %s".formatted(Quote.of(name), Quote.shorten(type)));
    }
    return field;
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
