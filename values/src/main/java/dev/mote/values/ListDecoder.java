package dev.mote.values;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads lists as lists that cannot be changed, or as arrays.
final class ListDecoder extends Decoder {
  /// Room that is made before elements have come.
  private static final int FIRST_ROOM = 64;

  private final Decoder element;
  private final @Nullable Class<?> component; // of the array; null for a List

  private ListDecoder(Decoder element, @Nullable Class<?> component) {
    this.element = element;
    this.component = component;
  }

  static Decoder of(Type.ListOf type, java.lang.reflect.Type java) {
    Class<?> raw = JavaTypes.raw(java);
    boolean list = raw.isAssignableFrom(List.class);
    require(list || (raw.isArray() && !JavaTypes.isBytes(raw)), type, java);
    java.lang.reflect.Type inner = JavaTypes.element(java);
    try {
      return new ListDecoder(
          of(type.element(), inner == null ? Object.class : inner),
          list ? null : raw.getComponentType());
    } catch (ValueException e) {
      throw e.in("an element");
    }
  }

  @Override
  public Object read(MessageReader in) {
    int count = in.arrayLength();
    in.enter();
    in.charge(48 + (component == long.class ? 8L : 4L) * count);
    Object values = component == long.class ? readLongs(count, in) : readAll(count, in);
    in.leave();
    return values;
  }

  private Object readAll(int count, MessageReader in) {
    var list = new ArrayList<@Nullable Object>(Math.min(count, FIRST_ROOM));
    for (int i = 0; i < count; i++) {
      try {
        list.add(element.read(in));
      } catch (ValueException e) {
        throw e.in("element " + i);
      }
    }
    return component == null ? Collections.unmodifiableList(list) : array(list, component);
  }

  private static Object array(List<?> list, Class<?> component) {
    Object array = Array.newInstance(component, list.size());
    for (int i = 0; i < list.size(); i++) {
      Array.set(array, i, list.get(i));
    }
    return array;
  }

  private Object readLongs(int count, MessageReader in) {
    var array = new long[Math.min(count, FIRST_ROOM)];
    for (int i = 0; i < count; i++) {
      if (i == array.length) {
        array = Arrays.copyOf(array, Math.min(count, 2 * array.length));
      }
      try {
        array[i] = element.readLong(in);
      } catch (ValueException e) {
        throw e.in("element " + i);
      }
    }
    return array;
  }
}
