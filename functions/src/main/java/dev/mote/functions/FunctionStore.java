package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.json.Json;
import dev.mote.json.JsonObject;
import dev.mote.json.JsonValues;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// The functions that a server has, on disk: archives by the digest of their bytes, and for each
/// function which one it is. A file is written under another name first, so that a crash leaves the
/// old or the new one.
///
/// Calls of several threads wait for each other; of several processes, the folder serves one.
final class FunctionStore {
  /// What is current.
  ///
  /// @param version counts from 1
  record Entry(String name, long version, String digest) {}

  private static final int LARGEST_ENTRY = 64 << 10;
  private static final String SUFFIX = ".json";

  private final Path archives;
  private final Path entries;
  private final Path incoming;
  private final Set<String> unused = new HashSet<>(); // kept, and not yet said to be current

  /// @param folder made if it is not there
  FunctionStore(Path folder) throws IOException {
    archives = Files.createDirectories(folder.resolve("archives"));
    entries = Files.createDirectories(folder.resolve("functions"));
    incoming = Files.createDirectories(folder.resolve("incoming"));
    try (var left = Files.newDirectoryStream(incoming)) { // by a process that was killed
      for (Path file : left) {
        Files.deleteIfExists(file);
      }
    }
  }

  /// Keeps an archive.
  ///
  /// @return its digest, `sha256:...`
  /// @throws FunctionException if it is larger than the limit
  String keep(InputStream archive, long limit) throws IOException {
    Path file = Files.createTempFile(incoming, "archive", "");
    try {
      MessageDigest sha256 = sha256();
      try (var out = new DigestOutputStream(Files.newOutputStream(file), sha256)) {
        copy(archive, out, limit);
      }
      String digest = HexFormat.of().formatHex(sha256.digest());
      synchronized (this) {
        publish(file, archives.resolve(digest));
        unused.add("sha256:" + digest);
      }
      return "sha256:" + digest;
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static void copy(InputStream from, DigestOutputStream to, long limit) throws IOException {
    byte[] piece = new byte[64 << 10];
    long length = 0;
    for (int count = from.read(piece); count >= 0; count = from.read(piece)) {
      length += count;
      if (length > limit) {
        throw new FunctionException("the archive is larger than %d bytes".formatted(limit));
      }
      to.write(piece, 0, count);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Gives a file that is complete its name, for good.
  private static void publish(Path file, Path name) throws IOException {
    force(file);
    Files.move(file, name, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    force(Objects.requireNonNull(name.getParent()));
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// Where an archive is that was kept.
  Path archive(String digest) {
    return archives.resolve(digest.substring(digest.indexOf(':') + 1));
  }

  /// Writes down what is current.
  synchronized void put(Entry entry) throws IOException {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("version", entry.version());
    fields.put("digest", entry.digest());
    Path file = Files.createTempFile(incoming, "function", "");
    try {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap((JsonValues.write(fields) + "\n").getBytes(UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      publish(file, entries.resolve(entry.name() + SUFFIX));
    } finally {
      Files.deleteIfExists(file);
    }
    unused.remove(entry.digest());
    forgetUnused();
  }

  synchronized void remove(String name) throws IOException {
    Files.deleteIfExists(entries.resolve(name + SUFFIX));
    force(entries);
    forgetUnused();
  }

  /// What there is, by name.
  ///
  /// @throws IOException if a file cannot be read, or is not what [#put] writes
  synchronized List<Entry> list() throws IOException {
    var found = new ArrayList<Entry>();
    try (var files = Files.newDirectoryStream(entries, "*" + SUFFIX)) {
      for (Path file : files) {
        found.add(read(file));
      }
    }
    found.sort(Comparator.comparing(Entry::name));
    return found;
  }

  private static Entry read(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (Files.size(file) > LARGEST_ENTRY) {
      throw new IOException(file + " is no file of a function: it is too large");
    }
    try {
      JsonObject fields =
          Json.read(
              fault -> new UncheckedIOException(new IOException(file + ": " + fault)),
              Files.readAllBytes(file));
      return new Entry(
          FunctionName.check(name.substring(0, name.length() - SUFFIX.length())),
          fields.size("version"),
          fields.parsed("digest", FunctionStore::checkDigest));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static String checkDigest(String text) {
    if (!text.matches("sha256:[0-9a-f]{64}")) {
      throw new IllegalArgumentException("it is no digest");
    }
    return text;
  }

  /// An archive that was kept is not to be used.
  synchronized void drop(String digest) throws IOException {
    unused.remove(digest);
    forgetUnused();
  }

  /// Archives of versions that were replaced. Who has one open can go on reading it.
  private void forgetUnused() throws IOException {
    var needed = new HashSet<String>();
    list().forEach(entry -> needed.add(archive(entry.digest()).getFileName().toString()));
    unused.forEach(digest -> needed.add(archive(digest).getFileName().toString()));
    try (var files = Files.newDirectoryStream(archives)) {
      for (Path file : files) {
        if (!needed.contains(file.getFileName().toString())) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
