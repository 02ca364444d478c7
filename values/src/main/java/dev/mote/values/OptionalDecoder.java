package dev.mote.values;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads what may be null: as it is, or as an [Optional].
final class OptionalDecoder extends Decoder {
  private final Decoder present;
  private final boolean wrapped;

  OptionalDecoder(Decoder present, boolean wrapped) {
    this.present = present;
    this.wrapped = wrapped;
  }

  @Override
  public @Nullable Object read(MessageReader in) {
    if (in.isNull()) {
      in.nul();
      return absent();
    }
    Object value = present.read(in);
    return wrapped ? Optional.ofNullable(value) : value;
  }

  @Nullable Object absent() {
    return wrapped ? Optional.empty() : null;
  }
}
