package dev.mote.values;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads maps as maps that cannot be changed, in the order of the message.
final class MapDecoder extends Decoder {
  private final Decoder key;
  private final Decoder value;

  private MapDecoder(Decoder key, Decoder value) {
    this.key = key;
    this.value = value;
  }

  static Decoder of(Type.MapOf type, java.lang.reflect.Type java) {
    require(JavaTypes.raw(java).isAssignableFrom(Map.class), type, java);
    try {
      return new MapDecoder(
          of(type.key(), JavaTypes.parameter(java, 0)),
          of(type.value(), JavaTypes.parameter(java, 1)));
    } catch (ValueException e) {
      throw e.in("an entry");
    }
  }

  @Override
  public Object read(MessageReader in) {
    int count = in.mapLength();
    in.enter();
    in.charge(160 + 56L * count);
    var map = new LinkedHashMap<Object, @Nullable Object>();
    for (int i = 0; i < count; i++) {
      Object name = Objects.requireNonNull(key.read(in)); // no type of keys has null
      if (map.containsKey(name)) {
        throw ValueException.malformed("a map has key %s twice".formatted(Quote.of(name)));
      }
      try {
        map.put(name, value.read(in));
      } catch (ValueException e) {
        throw e.in("entry " + Quote.of(name));
      }
    }
    in.leave();
    return Collections.unmodifiableMap(map);
  }
}
