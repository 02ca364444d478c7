package dev.mote.trees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.linux.TreeNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What real archivers write is read as `tar -x` reads it.
class TarTest {
  private static final String MAKE_FILES =
      """
      mkdir -p d/e/empty; chmod 1777 d/e; chmod 750 d
      echo hello > d/hello; chmod 4755 d/hello; touch -d '2001-02-03 04:05:06.789012345Z' d/hello
      ln d/hello d/second; ln -s ../nowhere/at/all d/link; ln -s /etc/passwd absolute
      touch -d '1960-01-01T00:00:00Z' old; : > empty
      head -c 1000001 /dev/urandom > large
      name=$(printf 'n%.0s' {1..200}); mkdir -p $name/$name; echo long > $name/$name/$name
      ln $name/$name/$name long-hard; ln -s $name/$name/$name long-soft
      printf x > $'sp ace\\n\\xff\\xc3\\xa9'; mkfifo fifo
      truncate -s 5M holes; printf middle | dd of=holes bs=1 seek=2000000 conv=notrunc status=none
      truncate -s 100K hole-only
      for i in $(seq 30); do printf $i | dd of=many bs=1 seek=$((i * 65536)) conv=notrunc status=none; done
      chown 70000:80000 empty 2>/dev/null || true
      mknod null c 1 3 2>/dev/null && mknod disk b 259 70000 || true
      """;

  @TempDir static Path directory;
  private static Map<String, String> expected = Map.of();

  private final AtomicInteger closed = new AtomicInteger();
  private final AtomicBoolean wrong = new AtomicBoolean();

  /// The same as [Trees#show], of files on the host.
  @BeforeAll
  static void makeFiles() throws IOException {
    Path files = Files.createDirectory(directory.resolve("files"));
    Trees.shell(files, MAKE_FILES);
    Path script = directory.resolve("show.py");
    Files.writeString(
        script,
        """
        import hashlib, os, stat, sys
        def show(path):
            s = os.lstat(path)
            sec, nano = divmod(s.st_mtime_ns, 10**9)
            a = '%o %d:%d %d.%09d' % (s.st_mode & 0o7777, s.st_uid, s.st_gid, sec, nano)
            if stat.S_ISDIR(s.st_mode): line = b'd ' + a.encode()
            elif stat.S_ISREG(s.st_mode):
                data = open(path, 'rb').read()
                line = ('f %s %d %s' % (a, len(data), hashlib.sha256(data).hexdigest())).encode()
            elif stat.S_ISLNK(s.st_mode): line = ('l %s ' % a).encode() + os.readlink(path)
            else:
                major, minor = os.major(s.st_rdev), os.minor(s.st_rdev)
                device = (minor & 0xff) | major << 8 | (minor & ~0xff) << 12
                line = ('s %s %o %d' % (a, stat.S_IFMT(s.st_mode), device)).encode()
            sys.stdout.buffer.write(path + b'\\0' + line + b'\\0')
            if stat.S_ISDIR(s.st_mode):
                for name in os.listdir(path): show(path + b'/' + name)
        show(b'.')
        """);
    expected = onHost(files);
  }

  private static Map<String, String> onHost(Path files) throws IOException {
    var lines = new TreeMap<String, String>();
    String[] fields = Trees.shell(files, "python3 ../show.py").split("\0");
    for (int i = 0; i < fields.length; i += 2) {
      lines.put(fields[i], fields[i + 1]);
    }
    return lines;
  }

  private static Path tar(String options) throws IOException {
    Path archive = Files.createTempFile(directory, "archive", ".any");
    Trees.shell(directory.resolve("files"), "tar " + options + " -cf " + archive + " .");
    return archive;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=pax",
        "--format=pax --sparse --sparse-version=0.0",
        "--format=pax --sparse --sparse-version=0.1",
        "--format=pax --sparse --sparse-version=1.0",
        "--format=pax --gzip",
        "--format=pax --zstd",
        "--format=pax -b 1"
      })
  void paxArchivesKeepEverything(String options) throws IOException {
    try (var tree = Archive.open(tar(options))) {
      assertThat(Trees.show(tree.root())).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=gnu",
        "--format=gnu --sparse",
        "--format=oldgnu --sparse",
        "--format=gnu -I 'gzip -1'"
      })
  void gnuArchivesKeepSeconds(String options) throws IOException {
    try (var tree = Archive.open(tar(options))) {
      Map<String, String> found = Trees.show(tree.root());
      assertThat(found.keySet()).isEqualTo(expected.keySet());
      assertThat(found)
          .allSatisfy((name, line) ->
              assertThat(line).as(name).isEqualTo(wholeSeconds(expected.getOrDefault(name, ""))));
    }
  }

  private static String wholeSeconds(String line) {
    return line.replaceFirst("\\.\\d{9}( |$)", ".000000000$1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PAX_FORMAT", "GNU_FORMAT"})
  void readsWhatPythonWrites(String format) throws IOException {
    Path archive = Files.createTempFile(directory, "python", ".tar");
    Trees.shell(
        directory.resolve("files"),
        """
        python3 -c 'import tarfile
        with tarfile.open("%s", "w", format=tarfile.%s) as archive: archive.add(".")'
        """
            .formatted(archive, format));
    try (var tree = Archive.open(archive)) {
      Map<String, String> found = Trees.show(tree.root());
      assertThat(found.keySet()).isEqualTo(expected.keySet());
      // Python rounds a time through a floating-point number.
      assertThat(found)
          .allSatisfy((name, line) ->
              assertThat(line.replaceFirst("\\.\\d{9}", ""))
                  .as(name)
                  .isEqualTo(expected.getOrDefault(name, "").replaceFirst("\\.\\d{9}", "")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ustar", "v7"})
  void readsOldFormats(String format) throws IOException {
    Path archive = Files.createTempFile(directory, "old", ".tar");
    Trees.shell(
        directory.resolve("files"),
        "tar --format=%s -cf %s d/hello d/second d/link large d/e".formatted(format, archive));
    try (var tree = Archive.open(archive)) {
      assertThat(Trees.show(tree.root()))
          .hasSize(8)
          .containsEntry("./large", wholeSeconds(expected.getOrDefault("./large", "")))
          .containsEntry("./d/second", wholeSeconds(expected.getOrDefault("./d/second", "")))
          .containsEntry("./d/link", wholeSeconds(expected.getOrDefault("./d/link", "")))
          .containsEntry("./d/e", wholeSeconds(expected.getOrDefault("./d/e", "")));
    }
  }

  @Test
  void hardLinksAreOneFile() throws IOException {
    try (var tree = Archive.open(tar("--format=pax"))) {
      TreeNode.Directory root = tree.root();
      assertThat(Trees.at(root, "d/hello")).isSameAs(Trees.at(root, "d/second"));
      assertThat(Trees.at(root, "large")).isNotSameAs(Trees.at(root, "d/second"));
    }
  }

  @Test
  void anyPartOfAFileCanBeRead() throws IOException {
    try (var tree = Archive.open(tar("--format=pax --sparse"))) {
      var file = (TreeNode.File) Trees.at(tree.root(), "many");
      byte[] whole = Trees.bytes(file);
      for (int start = 0; start < whole.length + 10; start += 4099) {
        var part = new byte[70_000];
        int count = file.read(start, part, 5, 66_000);
        assertThat(count).isEqualTo(Math.clamp(whole.length - start, 0, 66_000));
        assertThat(
                Arrays.equals(
                    part,
                    5,
                    5 + count,
                    whole,
                    Math.min(start, whole.length),
                    Math.min(start, whole.length) + count))
            .isTrue();
      }
      assertThat(file.read(Long.MAX_VALUE - 1, new byte[1], 0, 1)).isZero();
      assertThatThrownBy(() -> file.read(-1, new byte[1], 0, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> file.read(0, new byte[1], 1, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void readingAfterCloseThrows() throws IOException {
    for (String options : new String[] {"--format=pax", "--format=pax --sparse", "--gzip"}) {
      var tree = Archive.open(tar(options));
      var large = (TreeNode.File) Trees.at(tree.root(), "large");
      var many = (TreeNode.File) Trees.at(tree.root(), "many");
      tree.close();
      tree.close();
      assertThatThrownBy(() -> Trees.bytes(large)).isInstanceOf(UncheckedIOException.class);
      assertThatThrownBy(() -> Trees.bytes(many)).isInstanceOf(UncheckedIOException.class);
      assertThat(large.size()).isEqualTo(1_000_001);
    }
  }

  @Test
  void readingThrowsWhereTheArchiveWasCutShortMeanwhile() throws IOException {
    Path archive = tar("--format=pax");
    try (var tree = Archive.open(archive)) {
      Trees.shell(directory, "truncate -s 4096 " + archive);
      assertThatThrownBy(() -> Trees.bytes((TreeNode.File) Trees.at(tree.root(), "large")))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("cannot be read any more");
    }
  }

  @Test
  void threadsReadWhileAnotherCloses() throws Exception {
    for (int round = 0; round < 20; round++) {
      var tree = Archive.open(tar("--gzip"));
      var file = (TreeNode.File) Trees.at(tree.root(), "large");
      byte[] expected = Trees.bytes(file);
      var readers =
          IntStream.range(0, 3)
              .mapToObj(_ ->
                  Thread.ofPlatform()
                      .unstarted(() -> {
                        try {
                          while (true) {
                            if (!Arrays.equals(Trees.bytes(file), expected)) {
                              wrong.set(true);
                            }
                          }
                        } catch (UncheckedIOException e) {
                          closed.incrementAndGet();
                        }
                      }))
              .toList();
      readers.forEach(Thread::start);
      Thread.sleep(5);
      tree.close();
      for (Thread reader : readers) {
        reader.join();
      }
    }
    assertThat(closed.get()).isEqualTo(60);
    assertThat(wrong.get()).isFalse();
  }

  @Test
  void nothingIsLeftInTheTemporaryDirectory() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (var tree = Archive.open(tar("--zstd"));
        var names = Files.newDirectoryStream(temporary, "mote-tree*")) {
      assertThat(tree.root().names()).isNotEmpty();
      assertThat(names).isEmpty();
    }
  }
}
