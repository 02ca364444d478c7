package dev.mote.values;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes enum constants, records by their class's name, strings, and maps of one entry as
/// variants.
final class ChoiceEncoder extends Encoder {
  private final Type.Choice type;
  private final Encoder[] fields;

  ChoiceEncoder(Type.Choice type) {
    this.type = type;
    fields = type.variants().stream().map(v -> of(v.fields())).toArray(Encoder[]::new);
  }

  @Override
  public void write(@Nullable Object value, MessageWriter out) {
    switch (value) {
      case Enum<?> constant -> writePlain(VariantNames.of(constant), out);
      case String name -> writePlain(name, out);
      case Record record -> write(VariantNames.of(record.getClass()), record, out);
      case Map<?, ?> map when map.size() == 1 -> {
        Map.Entry<?, ?> only = map.entrySet().iterator().next();
        write(String.valueOf(only.getKey()), only.getValue(), out);
      }
      case null, default -> throw wrong(value, type);
    }
  }

  private int find(String name) {
    for (int i = 0; i < fields.length; i++) {
      if (type.variants().get(i).name().equals(name)) {
        return i;
      }
    }
    throw ValueException.wrongType(
        "%s is no variant of %s".formatted(Quote.of(name), Quote.shorten(type)));
  }

  private void writePlain(String name, MessageWriter out) {
    if (!type.variants().get(find(name)).isPlain()) {
      throw ValueException.wrongType("variant '%s' has fields, which are missing".formatted(name));
    }
    out.text(name);
  }

  private void write(String name, @Nullable Object value, MessageWriter out) {
    int i = find(name);
    if (type.variants().get(i).isPlain()) {
      if (value instanceof Map<?, ?> map && !map.isEmpty()) {
        throw ValueException.wrongType("variant '%s' has no fields".formatted(name));
      }
      out.text(name);
      return;
    }
    out.enter();
    out.map(1);
    out.text(name);
    try {
      fields[i].write(value, out);
    } catch (ValueException e) {
      throw e.in("variant '" + name + "'");
    }
    out.leave();
  }
}
