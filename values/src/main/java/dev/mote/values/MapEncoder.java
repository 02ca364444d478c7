package dev.mote.values;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
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
    // The copy is one that does not change while it is written.
    Object[] entries = map.entrySet().toArray();
    out.map(entries.length);
    Set<Object> seen = mayHaveKeysTwice(map, entries) ? new HashSet<>() : null;
    for (Object entry : entries) {
      var each = (Map.Entry<?, ?>) entry;
      try {
        key.write(each.getKey(), out);
        if (seen != null && !seen.add(inMessages(each.getKey()))) {
          throw ValueException.wrongType("the key is there twice in a message");
        }
        value.write(each.getValue(), out);
      } catch (ValueException e) {
        throw e.in("entry " + Quote.of(each.getKey()));
      }
    }
    out.leave();
  }

  /// A map has no key twice, unless it looks at more than a key's value, or has keys of several
  /// classes: the integers 1 of two classes are one in messages.
  private static boolean mayHaveKeysTwice(Map<?, ?> map, Object[] entries) {
    if (map instanceof IdentityHashMap) {
      return true;
    }
    Class<?> first = null;
    for (Object entry : entries) {
      Object each = ((Map.Entry<?, ?>) entry).getKey();
      if (each == null) {
        continue; // which is refused anyway
      }
      if (first == null) {
        first = each.getClass();
      } else if (each.getClass() != first) {
        return true;
      }
    }
    return false;
  }

  /// A key so that those are equal which are one in messages; it was written and so is one.
  private static Object inMessages(Object key) {
    return key instanceof Number number && !(number instanceof BigInteger)
        ? BigInteger.valueOf(number.longValue())
        : key;
  }
}
