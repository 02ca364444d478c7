package dev.mote.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.mote.json.Json;
import dev.mote.json.JsonObject;
import dev.mote.json.Quote;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// The files of a layout other than its blobs: `oci-layout`, which marks the directory as one, and
/// `index.json`. To change them takes the [WriteLock].
final class LayoutDirectory {
  private static final String MARKER = "oci-layout";
  private static final String INDEX = "index.json";
  private static final String BLOBS = "blobs";
  private static final Set<String> NAMES =
      Set.of(MARKER, INDEX, BLOBS, WriteLock.NAME, NewFile.UNFINISHED);

  private static final String VERSION = "imageLayoutVersion";
  private static final Pattern VERSIONS = Pattern.compile("1\\.0\\.[0-9]{1,9}");
  private static final int LARGEST_MARKER = 1 << 10;

  private static final String REMEDY = "restore it, or make a new layout elsewhere";

  final Path path;

  private LayoutDirectory(Path path) {
    this.path = path;
  }

  static LayoutDirectory open(Path path) throws IOException {
    requireDirectory(path);
    var directory = new LayoutDirectory(path);
    LayoutFile marker = directory.file(MARKER);
    JsonObject json = Json.read(marker, marker.read(LARGEST_MARKER));
    String version = json.string(VERSION);
    if (!VERSIONS.matcher(version).matches()) {
      throw json.fault(VERSION, Quote.quote(version) + " is not 1.0");
    }
    requireOwn(path.resolve(BLOBS));
    requireOwn(directory.blobs());
    return directory;
  }

  static LayoutDirectory create(Path path) throws IOException {
    var directory = new LayoutDirectory(path);
    if (!directory.isLayout()) {
      if (Files.exists(path)) {
        requireDirectory(path);
      }
      NewFile.createDirectories(path);
      directory.requireNothingElse();
      try (WriteLock _ = WriteLock.take(path)) {
        if (!directory.isLayout()) {
          directory.fill();
        }
      }
    }
    return open(path);
  }

  private boolean isLayout() {
    return Files.exists(path.resolve(MARKER), NOFOLLOW_LINKS);
  }

  /// There may be what a process left that died while it made the layout.
  private void requireNothingElse() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      var names = new ArrayList<String>();
      files.forEach(file -> names.add(file.getFileName().toString()));
      if (!names.isEmpty() && !(names.contains(WriteLock.NAME) && NAMES.containsAll(names))) {
        throw new LayoutException(path, "is neither a layout nor empty", "name another directory");
      }
    }
  }

  /// The marker comes last: with it, the layout is whole.
  private void fill() throws IOException {
    NewFile.createDirectories(blobs());
    replace(file(INDEX), Index.empty());
    replace(file(MARKER), Map.of(VERSION, "1.0.0"));
  }

  private static void requireDirectory(Path path) {
    if (!Files.isDirectory(path)) {
      throw new LayoutException(path, "is not a directory", "name another, or make a layout there");
    }
  }

  /// A directory of a layout is no link to elsewhere; it may be missing while it would be empty.
  private static void requireOwn(Path path) {
    if (Files.exists(path, NOFOLLOW_LINKS) && !Files.isDirectory(path, NOFOLLOW_LINKS)) {
      throw new LayoutException(path, "is not a directory", REMEDY);
    }
  }

  Path blobs() {
    return path.resolve(BLOBS).resolve("sha256");
  }

  Path indexPath() {
    return path.resolve(INDEX);
  }

  Index index() throws IOException {
    LayoutFile file = file(INDEX);
    return Index.read(Json.read(file, file.read(Json.LARGEST)));
  }

  void replace(Index index) throws IOException {
    replace(file(INDEX), index.fields());
  }

  private LayoutFile file(String name) {
    return new LayoutFile(path.resolve(name), REMEDY);
  }

  private void replace(LayoutFile file, Map<String, ?> json) throws IOException {
    byte[] bytes = Json.write(file, json);
    try (var replacement = new NewFile(path)) {
      replacement.write(bytes);
      replacement.moveTo(file.path());
    }
    NewFile.sync(path);
  }
}
