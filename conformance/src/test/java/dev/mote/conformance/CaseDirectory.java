package dev.mote.conformance;

import dev.mote.conformance.ProgramCase.CaseFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Comparator;

/// The directory in which a case's program starts, on the host. It is the native process's working
/// directory, and the VM sees it as a read-only mount: programs name the files in it relatively.
final class CaseDirectory implements AutoCloseable {
  /// All files have one time, so that programs may print it.
  private static final FileTime TIME = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

  private final Path path;

  private CaseDirectory(Path path) {
    this.path = path;
  }

  static CaseDirectory make(ProgramCase programCase) throws IOException {
    var directory = new CaseDirectory(Files.createTempDirectory("conformance-"));
    for (CaseFile file : programCase.files()) {
      directory.add(file);
    }
    return directory;
  }

  private void add(CaseFile file) throws IOException {
    Path target = path.resolve(file.name());
    Files.createDirectories(target.getParent());
    switch (file) {
      case CaseFile.Regular regular -> {
        Files.write(target, ProgramCase.bytes(regular.content()));
        String rights = regular.executable() ? "rwxr-xr-x" : "rw-r--r--";
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(rights));
        Files.setLastModifiedTime(target, TIME);
      }
      case CaseFile.Directory _ -> Files.createDirectories(target);
      case CaseFile.Link link -> Files.createSymbolicLink(target, Path.of(link.target()));
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    delete(path);
  }

  /// Removes what cases leave in the host's /tmp: by agreement only names that begin so.
  static void deleteLeftovers() throws IOException {
    try (var left = Files.newDirectoryStream(Path.of("/tmp"), "mote-case*")) {
      left.forEach(CaseDirectory::delete);
    }
  }

  private static void delete(Path root) {
    try (var tree = Files.walk(root)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
