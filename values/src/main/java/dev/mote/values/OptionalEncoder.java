package dev.mote.values;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes null and an empty [Optional] as null, everything else as it is.
final class OptionalEncoder extends Encoder {
  private final Encoder present;

  OptionalEncoder(Encoder present) {
    this.present = present;
  }

  @Override
  public void write(@Nullable Object value, MessageWriter out) {
    Object inner = value instanceof Optional<?> optional ? optional.orElse(null) : value;
    if (inner == null) {
      out.nul();
    } else {
      present.write(inner, out);
    }
  }

  @Override
  public void writeLong(long value, MessageWriter out) {
    present.writeLong(value, out);
  }

  @Override
  public void writeDouble(double value, MessageWriter out) {
    present.writeDouble(value, out);
  }
}
