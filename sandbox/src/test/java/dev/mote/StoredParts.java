package dev.mote;

import dev.mote.values.Decoder;
import dev.mote.values.Encoder;
import dev.mote.values.MessageReader;
import dev.mote.values.MessageWriter;
import dev.mote.values.Type;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The parts of a snapshot as bytes, to be spoiled and put together again.
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
record StoredParts(byte[] description, byte[] program, byte[] files, List<byte[]> pages) {
  static StoredParts of(Snapshot snapshot) throws IOException {
    SnapshotParts parts = SnapshotParts.of(snapshot);
    var pages = new ArrayList<byte[]>();
    for (SnapshotParts.Part part : parts.pages()) {
      pages.add(bytes(part));
    }
    return new StoredParts(
        parts.description(), bytes(parts.program()), bytes(parts.files()), pages);
  }

  private static byte[] bytes(SnapshotParts.Part part) throws IOException {
    var bytes = new ByteArrayOutputStream();
    part.writeTo(Channels.newChannel(bytes));
    return bytes.toByteArray();
  }

  /// @param folder where the parts are written first
  Snapshot read(Path folder) throws IOException {
    return read(folder, FileSources.none());
  }

  /// @param folder where the parts are written first
  Snapshot read(Path folder, FileSources sources) throws IOException {
    var layers = new ArrayList<Pages>();
    for (int i = 0; i < pages.size(); i++) {
      layers.add(new Pages(folder.resolve("pages" + i), pages.get(i)));
    }
    try (FileChannel programFile = open(folder.resolve("program"), program);
        FileChannel filesFile = open(folder.resolve("files"), files)) {
      return new SnapshotReader().read(description, programFile, filesFile, layers, sources);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  private record Pages(Path file, byte[] content) implements SnapshotReader.Layer {
    @Override
    public String digest() {
      return file.toString();
    }

    @Override
    public FileChannel open() throws IOException {
      return StoredParts.open(file, content);
    }
  }

  /// A new file: an older one may be mapped.
  private static FileChannel open(Path file, byte[] content) throws IOException {
    Files.deleteIfExists(file);
    Files.write(file, content);
    return FileChannel.open(file, StandardOpenOption.READ);
  }

  StoredParts withDescription(byte[] other) {
    return new StoredParts(other, program, files, pages);
  }

  StoredParts withFiles(byte[] other) {
    return new StoredParts(description, program, other, pages);
  }

  StoredParts withProgram(byte[] other) {
    return new StoredParts(description, other, files, pages);
  }

  StoredParts withPages(byte[]... others) {
    return new StoredParts(description, program, files, List.of(others));
  }

  /// A tree with another value at a place.
  ///
  /// @param path names and numbers with dots between
  /// @param value `-` takes it away, `copy` puts it there twice, `'text`, `x:hex` for bytes, `a*9`
  ///   for a text of many, `x*9` for bytes of many; else null, a bool, `[]` or a number
  static byte[] spoil(byte[] tree, String path, String value) {
    var in = new MessageReader(32);
    in.reset(tree, 0, tree.length);
    Object root = copy(Decoder.of(Type.Plain.ANY, Object.class).read(in));
    Object at = root;
    String[] names = path.split("\\.");
    for (int i = 0; i < names.length - 1; i++) {
      at = names[i].equals("*") ? fullest((List<?>) at, names[i + 1]) : step(at, names[i]);
    }
    put(at, names[names.length - 1], value);
    var out = new MessageWriter(1 << 28, 32);
    Encoder.of(Type.Plain.ANY).write(root, out);
    var whole = new ByteArrayOutputStream();
    out.send((bytes, length, where, part, offset, count) -> {
      whole.write(bytes, 0, where);
      whole.write(part, offset, count);
      whole.write(bytes, where, length - where);
    });
    return whole.toByteArray();
  }

  /// The element of this kind that has most to tell.
  private static Object fullest(List<?> elements, String kind) {
    return elements.stream()
        .filter(element -> element instanceof Map<?, ?> map && map.containsKey(kind))
        .max(Comparator.comparingInt(element -> element.toString().length()))
        .orElseThrow(() -> new AssertionError("no " + kind));
  }

  private static Object step(Object at, String name) {
    Object next =
        at instanceof List<?> list ? list.get(Integer.parseInt(name)) : ((Map<?, ?>) at).get(name);
    if (next == null) {
      throw new AssertionError("no " + name + " in " + at);
    }
    return next;
  }

  @SuppressWarnings("unchecked")
  private static void put(Object at, String name, String value) {
    if (at instanceof List<?>) {
      var list = (List<@Nullable Object>) at;
      int index = Integer.parseInt(name);
      switch (value) {
        case "-" -> list.remove(index);
        case "copy" -> list.add(index, list.get(index));
        default -> list.set(index, parse(value));
      }
      return;
    }
    var map = (Map<String, @Nullable Object>) at;
    if (value.equals("-")) {
      map.remove(name);
    } else {
      map.put(name, parse(value));
    }
  }

  private static @Nullable Object parse(String value) {
    if (value.startsWith("'")) {
      return value.substring(1).replace("\\0", "\0");
    }
    if (value.startsWith("x:")) {
      return HexFormat.of().parseHex(value.substring(2));
    }
    if (value.startsWith("a*")) {
      return "a".repeat(Integer.parseInt(value.substring(2)));
    }
    if (value.startsWith("x*")) {
      return new byte[Integer.parseInt(value.substring(2))];
    }
    return switch (value) {
      case "null" -> null;
      case "true" -> true;
      case "false" -> false;
      case "[]" -> List.of();
      case "{}" -> Map.of();
      default -> Long.decode(value);
    };
  }

  private static @Nullable Object copy(@Nullable Object value) {
    if (value instanceof List<?> list) {
      var copy = new ArrayList<@Nullable Object>();
      list.forEach(element -> copy.add(copy(element)));
      return copy;
    }
    if (value instanceof Map<?, ?> map) {
      var copy = new LinkedHashMap<@Nullable Object, @Nullable Object>();
      map.forEach((key, element) -> copy.put(key, copy(element)));
      return copy;
    }
    return value;
  }
}
