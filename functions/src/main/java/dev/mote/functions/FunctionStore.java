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
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The functions that a server has, on disk: archives by the digest of their bytes, and for each
/// function which one it is. A file is written under another name first, so that a crash leaves the
/// old or the new one. What is there is read once, when the store is opened.
///
/// An archive is there as long as it is current, or somebody [holds][#hold] it.
///
/// Calls of several threads wait for each other; of several processes, the folder serves one.
final class FunctionStore {
  /// What is current.
  ///
  /// @param version counts from 1
  /// @param about what the version's start has shown; null if that is not known
  record Entry(String name, long version, String digest, @Nullable About about) {}

  /// What is told of a function that has not started yet.
  ///
  /// @param calls how it is called, for people
  record About(FunctionFiles files, String calls) {}

  private static final int LARGEST_ENTRY = 64 << 10;
  private static final int LONGEST_CALLS = 8 << 10; // characters that are written down
  private static final String SUFFIX = ".json";

  private final Path archives;
  private final Path entries;
  private final Path incoming;
  private final Map<String, Entry> current = new TreeMap<>(); // by name; guarded by this
  private final Map<String, Integer> holders = new HashMap<>(); // of archives; guarded by this

  /// @param folder made if it is not there
  /// @throws IOException if a file cannot be read, or is not what [#put] writes
  FunctionStore(Path folder) throws IOException {
    archives = Files.createDirectories(folder.resolve("archives"));
    entries = Files.createDirectories(folder.resolve("functions"));
    incoming = Files.createDirectories(folder.resolve("incoming"));
    read();
    forgetLeft();
  }

  private synchronized void read() throws IOException {
    try (var files = Files.newDirectoryStream(entries, "*" + SUFFIX)) {
      for (Path file : files) {
        Entry entry = read(file);
        current.put(entry.name(), entry);
        hold(entry.digest());
      }
    }
  }

  /// What a process has left that was killed: half a file, an archive that did not become current.
  private synchronized void forgetLeft() throws IOException {
    try (var left = Files.newDirectoryStream(incoming)) {
      for (Path file : left) {
        Files.deleteIfExists(file);
      }
    }
    try (var left = Files.newDirectoryStream(archives)) {
      for (Path file : left) {
        if (!holders.containsKey("sha256:" + file.getFileName())) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /// Keeps an archive, which the caller holds then.
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
        hold("sha256:" + digest);
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

  /// Keeps an archive that is there until [#release].
  synchronized void hold(String digest) {
    holders.merge(digest, 1, Integer::sum);
  }

  /// Ends a [#hold]. If it was the last, the archive goes; who has it open can go on reading it.
  synchronized void release(String digest) {
    Integer left = holders.computeIfPresent(digest, (_, count) -> count == 1 ? null : count - 1);
    if (left == null) {
      try {
        Files.deleteIfExists(archive(digest));
      } catch (IOException _) {
        // it goes when the store is opened again
      }
    }
  }

  /// Writes down what is current.
  synchronized void put(Entry entry) throws IOException {
    Path file = Files.createTempFile(incoming, "function", "");
    try {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        ByteBuffer bytes =
            ByteBuffer.wrap((JsonValues.write(fields(entry)) + "\n").getBytes(UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      publish(file, entries.resolve(entry.name() + SUFFIX));
    } finally {
      Files.deleteIfExists(file);
    }
    hold(entry.digest());
    replaced(current.put(entry.name(), entry));
  }

  private static Map<String, Object> fields(Entry entry) {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("version", entry.version());
    fields.put("digest", entry.digest());
    About about = entry.about();
    if (about != null && about.calls().length() <= LONGEST_CALLS) {
      fields.put("language", about.files().language().word());
      fields.put("main", about.files().main());
      fields.put("calls", about.calls());
    }
    return fields;
  }

  synchronized void remove(String name) throws IOException {
    Files.deleteIfExists(entries.resolve(name + SUFFIX));
    force(entries);
    replaced(current.remove(name));
  }

  private void replaced(@Nullable Entry entry) {
    if (entry != null) {
      release(entry.digest());
    }
  }

  /// What there is, by name.
  synchronized List<Entry> list() {
    return List.copyOf(current.values());
  }

  /// @return null if there is none of this name
  synchronized @Nullable Entry find(String name) {
    return current.get(name);
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
          fields.parsed("digest", FunctionStore::checkDigest),
          fields.has("calls") ? about(fields) : null);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /// @return null if it is in a language that this version of Mote does not know
  private static @Nullable About about(JsonObject fields) {
    try {
      var files = new FunctionFiles(Language.of(fields.string("language")), fields.string("main"));
      return new About(files, fields.string("calls"));
    } catch (FunctionException _) {
      return null;
    }
  }

  private static String checkDigest(String text) {
    if (!text.matches("sha256:[0-9a-f]{64}")) {
      throw new IllegalArgumentException("it is no digest");
    }
    return text;
  }
}
