package dev.mote;

import dev.mote.values.Decoder;
import dev.mote.values.Encoder;
import dev.mote.values.MessageReader;
import dev.mote.values.MessageWriter;
import dev.mote.values.Type;
import dev.mote.values.Types;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// How a tree of records is stored: as one value of the type that its class stands for, behind the
/// version of the format, `[version, value]` in CBOR (`docs/values.md`). Immutable, thread-safe.
final class StoredRecord<T> {
  /// The one that is written, and the only one that is read.
  static final int VERSION = 3;

  /// Bytes of one tree.
  static final int LARGEST = 128 << 20;

  private static final int DEEPEST = 16;

  /// The components that may be null. Their annotation is not there at run time.
  private static final Set<String> NULLABLE =
      Set.of(
          "savedMask",
          "waitDeadline",
          "waiting",
          "Given.meta",
          "TreeFolder.meta",
          "TreeFile.meta",
          "TreeOther.meta",
          "processor",
          "futex",
          "room");

  private final Class<T> record;
  private final Encoder encoder;
  private final Decoder decoder;

  StoredRecord(Class<T> record) {
    this.record = record;
    Type type = withNulls(Types.of(record));
    encoder = Encoder.of(type);
    decoder = Decoder.of(type, record);
  }

  private static Type withNulls(Type type) {
    return switch (type) {
      case Type.Fields fields -> withNulls(fields, "");
      case Type.Choice(var variants) ->
          new Type.Choice(
              variants.stream()
                  .map(v -> new Type.Variant(v.name(), withNulls(v.fields(), v.name() + ".")))
                  .toList());
      case Type.ListOf(Type element) -> new Type.ListOf(withNulls(element));
      case Type.OptionalOf(Type present) -> new Type.OptionalOf(withNulls(present));
      default -> type;
    };
  }

  private static Type.Fields withNulls(Type.Fields record, String variant) {
    List<Type.Field> fields =
        record.fields().stream()
            .map(field -> {
              Type type = withNulls(field.type());
              boolean wraps =
                  NULLABLE.contains(variant + field.name()) && !(type instanceof Type.OptionalOf);
              return new Type.Field(field.name(), wraps ? new Type.OptionalOf(type) : type);
            })
            .toList();
    return new Type.Fields(fields);
  }

  /// @throws dev.mote.values.ValueException if it is too large
  void write(T value, WritableByteChannel to) throws IOException {
    var out = new MessageWriter(LARGEST, DEEPEST);
    out.array(2);
    out.integer(VERSION);
    encoder.write(value, out);
    ByteBuffer[] pieces = new ByteBuffer[3];
    out.send((bytes, length, at, part, offset, count) -> {
      pieces[0] = ByteBuffer.wrap(bytes, 0, at);
      pieces[1] = ByteBuffer.wrap(part, offset, count);
      pieces[2] = ByteBuffer.wrap(bytes, at, length - at);
    });
    for (ByteBuffer piece : pieces) {
      while (piece.hasRemaining()) {
        to.write(piece);
      }
    }
  }

  /// @throws SnapshotException if it is of another version
  /// @throws dev.mote.values.ValueException if it is none
  T read(byte[] bytes) {
    var in = new MessageReader(DEEPEST);
    in.reset(bytes, 0, bytes.length);
    int items = in.arrayLength();
    long version = items == 0 ? 0 : in.integer();
    if (version != VERSION) {
      throw new SnapshotException(
          "the snapshot is of version %d of the format, and this Mote reads version %d"
              .formatted(version, VERSION));
    }
    if (items != 2) {
      throw new SnapshotException("a part of the snapshot has " + items + " elements");
    }
    T value = record.cast(Objects.requireNonNull(decoder.read(in)));
    in.end();
    return value;
  }
}
