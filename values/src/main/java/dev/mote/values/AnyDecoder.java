package dev.mote.values;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/// Reads a value as what it is.
final class AnyDecoder extends Decoder {
  static final AnyDecoder INSTANCE = new AnyDecoder();

  private static final int FIRST_ROOM = 64;

  private AnyDecoder() {}

  @Override
  public @Nullable Object read(MessageReader in) {
    return switch (in.major()) {
      case MessageWriter.UNSIGNED -> {
        long bits = in.integer(Type.Int.U64);
        in.chargeBox(bits);
        yield bits >= 0 ? (Object) bits : new BigInteger(Long.toUnsignedString(bits));
      }
      case MessageWriter.NEGATIVE -> {
        long value = in.integer(Type.Int.I64);
        in.chargeBox(value);
        yield value;
      }
      case MessageWriter.BYTES -> in.bytes();
      case MessageWriter.TEXT -> in.text();
      case MessageWriter.ARRAY -> readList(in);
      case MessageWriter.MAP -> readMap(in);
      default -> readSimple(in);
    };
  }

  private Object readList(MessageReader in) {
    int count = in.arrayLength();
    in.enter();
    in.charge(48 + 4L * count);
    var list = new ArrayList<@Nullable Object>(Math.min(count, FIRST_ROOM));
    for (int i = 0; i < count; i++) {
      list.add(read(in));
    }
    in.leave();
    return Collections.unmodifiableList(list);
  }

  private Object readMap(MessageReader in) {
    int count = in.mapLength();
    in.enter();
    in.charge(160 + 56L * count);
    var map = new LinkedHashMap<Object, @Nullable Object>();
    for (int i = 0; i < count; i++) {
      Object key = readKey(in);
      if (map.containsKey(key)) {
        throw ValueException.malformed("a map has key %s twice".formatted(Quote.of(key)));
      }
      map.put(key, read(in));
    }
    in.leave();
    return Collections.unmodifiableMap(map);
  }

  private Object readKey(MessageReader in) {
    return switch (in.major()) {
      case MessageWriter.UNSIGNED, MessageWriter.NEGATIVE ->
          java.util.Objects.requireNonNull(read(in));
      case MessageWriter.TEXT -> in.text();
      case MessageWriter.SIMPLE -> in.bool();
      default ->
          throw ValueException.malformed("a map's key is neither string nor bool nor integer");
    };
  }

  private static @Nullable Object readSimple(MessageReader in) {
    in.charge(16);
    return switch (in.peek()) {
      case MessageWriter.FLOAT -> Float.intBitsToFloat(in.float32());
      case MessageWriter.HALF -> Float.intBitsToFloat(in.float32());
      case MessageWriter.DOUBLE -> Double.longBitsToDouble(in.float64());
      case MessageWriter.NULL -> {
        in.nul();
        yield null;
      }
      default -> in.bool();
    };
  }
}
