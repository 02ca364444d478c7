package dev.mote.values;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes maps.
final class MapEncoder extends Encoder {
  private final Encoder key;
  private final Encoder value;

  MapEncoder(Encoder key, Encoder value) {
    this.key = key;
    this.value = value;
  }

  @Override
  public void write(@Nullable Object given, MessageWriter out) {
    if (!(given instanceof Map<?, ?> map)) {
      throw wrong(given, "map");
    }
    out.enter();
    // The copy is one that does not change while it is written, nor has a key twice.
    Object[] entries = map.entrySet().toArray();
    out.map(entries.length);
    for (Object entry : entries) {
      var each = (Map.Entry<?, ?>) entry;
      try {
        key.write(each.getKey(), out);
        value.write(each.getValue(), out);
      } catch (ValueException e) {
        throw e.in("entry '" + each.getKey() + "'");
      }
    }
    out.leave();
  }
}
