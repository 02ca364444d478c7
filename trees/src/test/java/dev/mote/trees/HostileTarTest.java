package dev.mote.trees;

import static dev.mote.trees.TarBuilder.number;
import static dev.mote.trees.TarBuilder.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.linux.TreeNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Archives that were made to do harm, or are damaged.
class HostileTarTest {
  @TempDir Path directory;

  private static TarBuilder tar() {
    return new TarBuilder();
  }

  private Path write(byte[] archive) throws IOException {
    return Files.write(directory.resolve("a.tar"), archive);
  }

  private Archive open(byte[] archive) throws IOException {
    return Archive.open(write(archive));
  }

  private static Arguments bad(String fault, byte[] archive) {
    return Arguments.of(fault, archive);
  }

  private static byte[] sparse(String map, String size, String content) {
    return tar().pax("GNU.sparse.map=" + map, "GNU.sparse.size=" + size).file("s", content).end();
  }

  private static byte[] header(Consumer<byte[]> change) {
    return tar()
        .header(block -> {
          put(block, 0, "f");
          block[156] = '0';
          change.accept(block);
        })
        .end();
  }

  static Stream<Arguments> bads() {
    String deep = "d/".repeat(2047) + "ab";
    return Stream.of(
        bad("entry '../x' at byte 0, has '..' in its path", tar().file("../x", "").end()),
        bad("has '..' in its path", tar().file("a/../../x", "").end()),
        bad("has '..' in its path", tar().directory("..").end()),
        bad("has an empty name", tar().file("", "").end()),
        bad("has a zero byte in its name", tar().pax("path=a\0b").file("x", "").end()),
        bad("is the root and no directory", tar().file("./.", "").end()),
        bad("is the root and no directory", tar().symbolicLink("/", "x").end()),
        bad(
            "name of more than 255 bytes",
            tar().pax("path=" + "x".repeat(256)).file("x", "").end()),
        bad("path of more than 4095 bytes", tar().pax("path=" + deep).file("x", "").end()),
        bad("is a hard link to 'x', which is not there", tar().hardLink("a", "x").end()),
        bad("is a hard link to 'a', which is not there", tar().hardLink("a", "a").end()),
        bad("which has '..' in its path", tar().hardLink("a", "../etc/passwd").end()),
        bad("which has an empty name", tar().hardLink("a", "").end()),
        bad("which is a directory", tar().directory("d").hardLink("a", "d").end()),
        bad("which is not there", tar().hardLink("a", "/").end()),
        bad("is not there", tar().symbolicLink("l", "/etc").hardLink("a", "l/passwd").end()),
        bad("is a symbolic link to a path that is none", tar().symbolicLink("l", "").end()),
        bad(
            "has 'a' in its path, which is no directory",
            tar().file("a", "").file("a/b", "").end()),
        bad(
            "has 'a' in its path, which is no directory",
            tar().file("a", "").file("a/b/c", "").end()),
        bad(
            "too many symbolic links",
            tar().symbolicLink("a", "b").symbolicLink("b", "a").file("a/x", "").end()),
        bad("too many symbolic links", tar().symbolicLink("a", "a/a").file("a/x", "").end()),
        bad("is of the type 'M', which is not known", tar().entry("m", 'M', "", "").end()),
        bad("is no tar archive", "hello".getBytes(StandardCharsets.UTF_8)),
        bad("is no tar archive", new byte[0]),
        bad("is no tar archive", new byte[511]),
        bad("is cut short: it has no end mark", tar().file("a", "x").cut()),
        bad("is cut short", Arrays.copyOf(tar().file("a", "x".repeat(600)).cut(), 1100)),
        bad("ends where an entry should follow", tar().entry("x", 'L', "", "name\0").end()),
        bad("negative size", header(b -> Arrays.fill(b, 124, 136, (byte) 0xff))),
        bad(
            "a size that is out of range",
            header(b -> {
              Arrays.fill(b, 124, 136, (byte) 0x7f);
              b[124] = (byte) 0x80;
            })),
        bad("is cut short", header(b -> put(b, 124, "77777777777\0"))),
        bad("a size that is no number", header(b -> put(b, 124, "0x10"))),
        bad("a size that is no number", header(b -> put(b, 124, "-1\0"))),
        bad("a uid that is out of range", header(b -> Arrays.fill(b, 108, 116, (byte) 0xff))),
        bad("a uid that is out of range", tar().pax("uid=4294967295").file("a", "").end()),
        bad("a number in uid that is none", tar().pax("uid=-1").file("a", "").end()),
        bad(
            "a time that is out of range",
            header(b -> {
              Arrays.fill(b, 136, 148, (byte) 0);
              b[136] = (byte) 0x80;
              b[140] = 0x7f;
            })),
        bad("a number in mtime that is none", tar().pax("mtime=1e5").file("a", "").end()),
        bad(
            "a number in mtime that is none",
            tar().pax("mtime=").pax("mtime=-").file("a", "").end()),
        bad(
            "device number that is out of range",
            tar()
                .header(b -> {
                  put(b, 0, "dev");
                  b[156] = '3';
                  number(b, 329, 8, 0x1000);
                })
                .end()),
        bad(
            "has a header of",
            tar()
                .header(b -> {
                  b[156] = 'x';
                  number(b, 124, 12, (1 << 20) + 1);
                })
                .end()),
        bad(
            "extended header that is damaged",
            tar().entry("x", 'x', "", "99 path=a\n").file("a", "").end()),
        bad(
            "extended header that is damaged",
            tar().entry("x", 'x', "", "8 path=a\n").file("a", "").end()),
        bad(
            "extended header that is damaged",
            tar().entry("x", 'x', "", "6 path\n").file("a", "").end()),
        bad(
            "a number in extended header",
            tar().entry("x", 'x', "", " path=a\n").file("a", "").end()),
        bad(
            "a number in extended header",
            tar().entry("x", 'x', "", "99999999999 path=a\n").file("a", "").end()),
        bad(
            "a number in size that is none",
            tar().pax("size=9223372036854775808").file("a", "").end()),
        bad("is cut short", tar().pax("size=9223372036854775807").file("a", "").end()),
        bad("pieces that overlap", sparse("0,4,2,4", "10", "abcdefgh")),
        bad("pieces that overlap", sparse("4,4,0,4", "10", "abcdefgh")),
        bad("pieces that overlap", sparse("20,0", "10", "")),
        bad("a piece that is too long", sparse("8,4", "10", "abcd")),
        bad("a piece that is too long", sparse("0,9223372036854775807", "10", "abcd")),
        bad("a piece that is too long", sparse("0,8", "10", "abcd")),
        bad("2 bytes of pieces where 4 are stored", sparse("0,2", "10", "abcd")),
        bad("a position that has no length", sparse("0,2,4", "10", "ab")),
        bad("a number in its sparse map", sparse("0,-2", "10", "ab")),
        bad("a number in its sparse map", sparse("0,,2", "10", "ab")),
        bad("a number in GNU.sparse.size", sparse("0,2", "-10", "ab")),
        bad("has no size", tar().pax("GNU.sparse.map=0,2").file("s", "ab").end()),
        bad(
            "with a map that is cut short",
            tar().pax("GNU.sparse.major=1", "GNU.sparse.realsize=9").file("s", "9\n0\n").end()),
        bad(
            "with a map that is cut short",
            tar().pax("GNU.sparse.major=1", "GNU.sparse.realsize=9").file("s", "0\n").end()),
        bad(
            "with a map that is damaged",
            tar()
                .pax("GNU.sparse.major=1", "GNU.sparse.realsize=9")
                .file("s", "1".repeat(600))
                .end()),
        bad(
            "is cut short",
            tar()
                .header(b -> {
                  put(b, 0, "old");
                  put(b, 257, "ustar  \0");
                  b[156] = 'S';
                  b[482] = 1;
                })
                .cut()));
  }

  @ParameterizedTest
  @MethodSource("bads")
  void isRefused(String fault, byte[] archive) throws IOException {
    Path file = write(archive);
    assertThatThrownBy(() -> Archive.open(file).close())
        .isInstanceOf(TreeException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(fault)
        .hasMessageMatching("(?s).* .*; \\w.*");
  }

  @Test
  void aWrongChecksumIsFound() throws IOException {
    byte[] archive = tar().file("a", "x").file("b", "y").end();
    archive[1024 + 1] ^= 1;
    assertThatThrownBy(() -> open(archive))
        .hasMessageContaining("at byte 1024 has a header with a wrong checksum");
  }

  @Test
  void absoluteNamesAreRelativeToTheRoot() throws IOException {
    try (var tree =
        open(tar().file("/a/b", "x").file("//c/./d", "y").hardLink("e", "/a/b").end())) {
      assertThat(Trees.text(tree.root(), "a/b")).isEqualTo("x");
      assertThat(Trees.text(tree.root(), "c/d")).isEqualTo("y");
      assertThat(Trees.text(tree.root(), "e")).isEqualTo("x");
    }
  }

  @Test
  void linksAboveAnEntryAreFollowedWithinTheTree() throws IOException {
    byte[] archive =
        tar()
            .symbolicLink("absolute", "/etc")
            .symbolicLink("up", "../../../etc")
            .file("absolute/passwd", "mine")
            .file("up/group", "too")
            .end();
    try (var tree = open(archive)) {
      assertThat(Trees.at(tree.root(), "absolute")).isInstanceOf(TreeNode.Link.class);
      assertThat(Trees.text(tree.root(), "etc/passwd")).isEqualTo("mine");
      assertThat(Trees.text(tree.root(), "etc/group")).isEqualTo("too");
      assertThat(tree.root().names()).hasSize(3);
    }
  }

  @Test
  void theLastOfEntriesWithOneNameWins() throws IOException {
    byte[] archive =
        tar()
            .file("a", "first")
            .hardLink("b", "a")
            .file("a", "second")
            .hardLink("c", "a")
            .hardLink("c", "c")
            .directory("d")
            .file("d/x", "kept")
            .directory("d")
            .file("e", "")
            .directory("e")
            .directory("f/g")
            .file("f", "now a file")
            .symbolicLink("h", "d")
            .directory("h")
            .end();
    try (var tree = open(archive)) {
      assertThat(Trees.text(tree.root(), "a")).isEqualTo("second");
      assertThat(Trees.text(tree.root(), "b")).isEqualTo("first");
      assertThat(Trees.at(tree.root(), "c")).isSameAs(Trees.at(tree.root(), "a"));
      assertThat(Trees.text(tree.root(), "d/x")).isEqualTo("kept");
      assertThat(Trees.at(tree.root(), "e")).isInstanceOf(TreeNode.Directory.class);
      assertThat(Trees.text(tree.root(), "f")).isEqualTo("now a file");
      assertThat(Trees.at(tree.root(), "h")).isInstanceOf(TreeNode.Directory.class);
    }
  }

  @Test
  void whiteoutsAreOrdinaryFilesOutsideOfImages() throws IOException {
    try (var tree = open(tar().file("x", "").file(".wh.x", "").end())) {
      assertThat(tree.root().names()).containsExactlyInAnyOrder("x", ".wh.x");
    }
  }

  @Test
  void largeNumbersAreReadInBinary() throws IOException {
    byte[] archive =
        header(b -> {
          put(b, 108, "\200\0\0\0\377\377\377\376"); // uid 2^32 - 2
          put(b, 136, "\377\377\377\377\377\377\377\377\377\377\377\377"); // one second before 1970
        });
    try (var tree = open(archive)) {
      TreeNode.Meta meta = Trees.at(tree.root(), "f").meta();
      assertThat(Integer.toUnsignedLong(meta.uid())).isEqualTo(0xffff_fffeL);
      assertThat(meta.seconds()).isEqualTo(-1);
    }
  }

  @Test
  void aTimeBefore1970HasPositiveNanoseconds() throws IOException {
    try (var tree = open(tar().pax("mtime=-1.25").file("a", "").end())) {
      assertThat(Trees.at(tree.root(), "a").meta().seconds()).isEqualTo(-2);
      assertThat(Trees.at(tree.root(), "a").meta().nanos()).isEqualTo(750_000_000);
    }
  }

  @Test
  void limitsHold() throws IOException {
    var small = new Limits(10_000, 3, 2000);
    Path many = write(tar().file("a", "").file("b", "").file("c", "").file("d", "").end());
    assertThatThrownBy(() -> Archive.open(many, small))
        .hasMessageContaining("too many entries: the limit is 3");
    Path large = write(tar().file("a", "x".repeat(10_000)).end());
    assertThatThrownBy(() -> Archive.open(large, small))
        .hasMessageContaining("too many bytes uncompressed");
    String deep = "d/".repeat(100);
    Path wide = write(tar().pax("path=" + deep).directory("x").end());
    assertThatThrownBy(() -> Archive.open(wide, small))
        .hasMessageContaining("too many bytes of index");
    Path lines = write(tar().file("a", "").end());
    for (String command : new String[] {"gzip", "zstd -q"}) {
      Trees.shell(directory, "head -c 10000000 /dev/zero | " + command + " > bomb");
      assertThatThrownBy(() -> Archive.open(directory.resolve("bomb"), small))
          .isInstanceOf(TreeException.class)
          .hasMessageContaining("too many bytes uncompressed: the limit is 10000");
    }
    Archive.open(lines, small).close();
  }

  @Test
  void walkingCostsToo() throws IOException {
    String target = "b/../".repeat(60) + "b";
    var archive = tar().pax("linkpath=" + target).symbolicLink("a", "").directory("b");
    for (int i = 0; i < 20; i++) {
      archive.file("a/x", "");
    }
    Path file = write(archive.end());
    var limits = new Limits(1 << 20, 23, 1 << 20);
    assertThatThrownBy(() -> Archive.open(file, limits)).hasMessageContaining("names in its paths");
  }

  @Test
  void damagedCompressionIsRefused() throws IOException {
    write(tar().file("a", "hello ".repeat(1000)).end());
    for (String command : new String[] {"gzip -k -f", "zstd -q -k -f"}) {
      Trees.shell(directory, command + " a.tar; mv a.tar.* packed");
      Path packed = directory.resolve("packed");
      byte[] good = Files.readAllBytes(packed);
      for (int length = 4; length < good.length; length++) {
        Files.write(packed, Arrays.copyOf(good, length));
        assertThatThrownBy(() -> Archive.open(packed)).isInstanceOf(TreeException.class);
      }
      byte[] bad = good.clone();
      bad[good.length - 3] ^= 1;
      Files.write(packed, bad);
      assertThatThrownBy(() -> Archive.open(packed)).isInstanceOf(TreeException.class);
    }
    Trees.shell(directory, "bzip2 -k a.tar || printf BZh9 > a.tar.bz2");
    assertThatThrownBy(() -> Archive.open(directory.resolve("a.tar.bz2")))
        .hasMessageContaining("is compressed by bzip2, which is not read; decompress it");
  }

  @Test
  void onlyFilesAreOpened() {
    assertThatThrownBy(() -> Archive.open(directory.resolve("none")))
        .isInstanceOf(TreeException.class)
        .hasMessageContaining("is missing; name another file");
    assertThatThrownBy(() -> Archive.open(Path.of("/dev/zero")))
        .hasMessageContaining("is not a regular file");
    assertThatThrownBy(() -> Archive.open(directory)).hasMessageContaining("is no image");
  }
}
