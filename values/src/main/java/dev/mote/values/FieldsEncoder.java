package dev.mote.values;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes records, and maps with the names of fields as keys, as records.
final class FieldsEncoder extends Encoder {
  private final Type.Fields type;
  private final Encoder[] encoders;
  private final Item[] names;
  private volatile @Nullable Plan plan; // of the last record class

  /// Which component is which field.
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  private record Plan(Class<?> record, RecordShape shape, int[] places) {}

  FieldsEncoder(Type.Fields type) {
    this.type = type;
    encoders = type.fields().stream().map(f -> of(f.type())).toArray(Encoder[]::new);
    names = type.fields().stream().map(f -> Item.of(f.name())).toArray(Item[]::new);
  }

  @Override
  public void write(@Nullable Object value, MessageWriter out) {
    switch (value) {
      case Record record -> write(record, out);
      case Map<?, ?> map -> write(map, out);
      case null, default -> throw wrong(value, type);
    }
  }

  private void write(Record record, MessageWriter out) {
    Plan known = plan;
    if (known == null || known.record() != record.getClass()) {
      known = planFor(record.getClass());
      plan = known;
    }
    @Nullable Object[] values = known.shape().read(record);
    out.enter();
    out.map(encoders.length);
    for (int i = 0; i < encoders.length; i++) {
      writeField(i, values[known.places()[i]], out);
    }
    out.leave();
  }

  private Plan planFor(Class<?> record) {
    RecordShape shape = RecordShape.of(record);
    List<RecordShape.Component> components = shape.components();
    if (components.size() != encoders.length) {
      requireOnlyFields(components.stream().map(RecordShape.Component::name).toList());
    }
    int[] places = type.fields().stream().mapToInt(field -> shape.place(field.name())).toArray();
    for (int i = 0; i < places.length; i++) {
      if (places[i] < 0) {
        throw ValueException.wrongType(
            "%s has no component '%s'"
                .formatted(record.getSimpleName(), type.fields().get(i).name()));
      }
    }
    return new Plan(record, shape, places);
  }

  private void write(Map<?, ?> map, MessageWriter out) {
    requireOnlyFields(map.keySet());
    out.enter();
    out.map(encoders.length);
    for (int i = 0; i < encoders.length; i++) {
      writeField(i, map.get(type.fields().get(i).name()), out);
    }
    out.leave();
  }

  private void requireOnlyFields(Iterable<?> names) {
    for (Object name : names) {
      if (type.fields().stream().noneMatch(f -> f.name().equals(name))) {
        throw ValueException.wrongType(
            "%s is no field of %s".formatted(Quote.of(name), Quote.shorten(type)));
      }
    }
  }

  private void writeField(int i, @Nullable Object value, MessageWriter out) {
    try {
      out.item(names[i]);
      encoders[i].write(value, out);
    } catch (ValueException e) {
      throw e.in("field '" + type.fields().get(i).name() + "'");
    }
  }
}
