package dev.mote.values;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes a value as what it is in Java.
final class AnyEncoder extends Encoder {
  static final AnyEncoder INSTANCE = new AnyEncoder();

  private static final BigInteger LONGEST = Type.Int.U64.max();
  private static final BigInteger LEAST = Type.Int.I64.min();

  private AnyEncoder() {}

  @Override
  public void write(@Nullable Object value, MessageWriter out) {
    switch (value) {
      case null -> out.nul();
      case Boolean bool -> out.bool(bool);
      case Float number -> out.float32(Float.floatToRawIntBits(number));
      case Double number -> out.float64(Double.doubleToRawLongBits(number));
      case String text -> out.text(text);
      case byte[] bytes -> out.bytes(bytes, 0, bytes.length);
      case ByteBuffer buffer -> ScalarEncoder.write(buffer, out);
      case BigInteger big -> write(big, out);
      case Optional<?> optional -> write(optional.orElse(null), out);
      case Enum<?> constant -> out.text(VariantNames.of(constant));
      case Record record -> write(record, out);
      case Map<?, ?> map -> write(map, out);
      default -> {
        if (IntEncoder.isInteger(value)) {
          out.integer(((Number) value).longValue());
        } else if (value instanceof Collection<?> || value.getClass().isArray()) {
          new ListEncoder(this).write(value, out);
        } else {
          throw ValueException.wrongType("%s cannot be sent".formatted(value.getClass().getName()));
        }
      }
    }
  }

  private static void write(BigInteger big, MessageWriter out) {
    if (big.compareTo(LEAST) < 0 || big.compareTo(LONGEST) > 0) {
      throw new ValueException(
          ValueException.Reason.OUT_OF_RANGE, Quote.number(big) + " has more than 64 bits");
    }
    if (big.signum() < 0) {
      out.integer(big.longValue());
    } else {
      out.unsigned(big.longValue());
    }
  }

  private void write(Map<?, ?> map, MessageWriter out) {
    for (Object key : map.keySet()) {
      if (!isKey(key)) {
        throw ValueException.wrongType(
            "%s cannot be a map's key; strings, bools and integers can".formatted(kind(key)));
      }
    }
    new MapEncoder(this, this).write(map, out);
  }

  private static boolean isKey(Object key) {
    return key instanceof String
        || key instanceof Boolean
        || key instanceof BigInteger
        || IntEncoder.isInteger(key);
  }

  private void write(Record record, MessageWriter out) {
    RecordShape shape = RecordShape.of(record.getClass());
    @Nullable Object[] values = shape.read(record);
    out.enter();
    out.map(values.length);
    for (int i = 0; i < values.length; i++) {
      String name = shape.components().get(i).name();
      try {
        out.text(name);
        write(values[i], out);
      } catch (ValueException e) {
        throw e.in("field '" + name + "'");
      }
    }
    out.leave();
  }
}
