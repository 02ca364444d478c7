package dev.mote.values;

import java.lang.reflect.Array;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// Writes collections and arrays as lists.
final class ListEncoder extends Encoder {
  private final Encoder element;

  ListEncoder(Encoder element) {
    this.element = element;
  }

  @Override
  public void write(@Nullable Object value, MessageWriter out) {
    out.enter();
    switch (value) {
      case Collection<?> collection -> writeAll(collection.toArray(), out);
      case long[] array -> {
        out.array(array.length);
        for (int i = 0; i < array.length; i++) {
          writeElement(i, array[i], out);
        }
      }
      case Object[] array -> writeAll(array, out);
      case null -> throw wrong(null, "list");
      default -> {
        if (!value.getClass().isArray() || value instanceof byte[]) {
          throw wrong(value, "list");
        }
        int length = Array.getLength(value);
        out.array(length);
        for (int i = 0; i < length; i++) {
          writeElement(i, Array.get(value, i), out);
        }
      }
    }
    out.leave();
  }

  private void writeAll(@Nullable Object[] values, MessageWriter out) {
    out.array(values.length);
    for (int i = 0; i < values.length; i++) {
      writeElement(i, values[i], out);
    }
  }

  private void writeElement(int i, long value, MessageWriter out) {
    try {
      element.writeLong(value, out);
    } catch (ValueException e) {
      throw e.in("element " + i);
    }
  }

  private void writeElement(int i, @Nullable Object value, MessageWriter out) {
    try {
      element.write(value, out);
    } catch (ValueException e) {
      throw e.in("element " + i);
    }
  }
}
