package dev.mote.trees;

import static dev.mote.trees.LayoutBuilder.named;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.mote.json.Json;
import dev.mote.json.JsonObject;
import dev.mote.linux.TreeNode;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever bytes an archive or an image has: it is a tree that keeps its promises, or it is
/// refused with a message fit for a terminal.
///
/// In an ordinary build each seed is tried once. `JAZZER_FUZZ=1 ./build test -pl trees
/// -Dtest=TreeFuzzTest#archive` searches for a failure, one method at a time.
class TreeFuzzTest {
  private static final Limits LIMITS = new Limits(1 << 20, 1000, 1 << 20);

  static Stream<byte[]> archives() {
    return Stream.of(
        new TarBuilder()
            .directory("d/")
            .file("d/f", "content")
            .hardLink("h", "d/f")
            .symbolicLink("l", "/d")
            .file("l/.wh.f", "")
            .file("d/.wh..wh..opq", "")
            .end(),
        new TarBuilder()
            .pax("path=long", "mtime=-1.5", "uid=70000", "size=3")
            .file("x", "abc")
            .entry("x", 'L', "", "name\0")
            .entry("x", 'K', "", "target\0")
            .symbolicLink("", "")
            .end(),
        new TarBuilder()
            .pax("GNU.sparse.map=0,2,5,1", "GNU.sparse.size=9")
            .file("s", "abc")
            .pax("GNU.sparse.major=1", "GNU.sparse.realsize=9", "GNU.sparse.name=t")
            .file("s", "1\n2\n0\n")
            .header(block -> {
              TarBuilder.put(block, 0, "old");
              TarBuilder.put(block, 257, "ustar  \0");
              block[156] = 'S';
              TarBuilder.number(block, 483, 12, 7);
            })
            .header(block -> {
              TarBuilder.put(block, 0, "dev");
              block[156] = '3';
              TarBuilder.number(block, 329, 8, 1);
              TarBuilder.number(block, 337, 8, 3);
            })
            .end());
  }

  @MethodSource("archives")
  @FuzzTest(maxDuration = "3m")
  void archive(byte[] bytes) {
    var budget = new Budget(LIMITS);
    var builder = new TreeBuilder(budget);
    Content archive = content(withChecksums(bytes));
    try {
      TarReader.forEach(archive, budget, entry -> builder.add(entry, archive));
    } catch (TreeException e) {
      assertFit(e);
    }
    assertSound(builder.root(), bytes.length);
  }

  @MethodSource("archives")
  @FuzzTest(maxDuration = "3m")
  void layers(byte[] bytes) {
    var budget = new Budget(LIMITS);
    var builder = new TreeBuilder(budget);
    int middle = bytes.length / 1024 * 512;
    try {
      Layer.add(content(withChecksums(archives().findFirst().orElseThrow())), builder, budget);
      Layer.add(content(withChecksums(Arrays.copyOf(bytes, middle))), builder, budget);
    } catch (TreeException e) {
      assertFit(e);
    }
    try {
      byte[] rest = Arrays.copyOfRange(bytes, middle, bytes.length);
      Layer.add(content(withChecksums(rest)), builder, budget);
    } catch (TreeException e) {
      assertFit(e);
    }
    assertSound(builder.root(), Integer.MAX_VALUE);
  }

  static Stream<byte[]> images() throws IOException {
    Path directory = Files.createTempDirectory("mote-fuzz");
    try {
      byte[] layer = new TarBuilder().file("a", "x").end();
      var layout = new LayoutBuilder(directory).layer(layer).gzipLayer(layer);
      String manifest = layout.manifest();
      layout.write(named(manifest, "latest"), LayoutBuilder.platform(manifest, "linux", "amd64"));
      var config =
          "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"diff_ids\":[\"sha256:%s\"]}}"
              .formatted(Trees.sha256(layer));
      String digest = Trees.sha256(config.getBytes(UTF_8));
      byte[] docker =
          new TarBuilder()
              .file(
                  "manifest.json",
                  "[{\"Config\":\"%s.json\",\"RepoTags\":[\"a:b\"],\"Layers\":[\"layer.tar\"]}]"
                      .formatted(digest))
              .file(digest + ".json", config)
              .file("layer.tar", new String(layer, ISO_8859_1))
              .end();
      var archive = new TarBuilder();
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          String text = new String(Files.readAllBytes(file), ISO_8859_1);
          archive.file(directory.relativize(file).toString(), text);
        }
      }
      return Stream.of(archive.end(), docker);
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /// A tar archive of an image.
  @MethodSource("images")
  @FuzzTest(maxDuration = "3m")
  void image(byte[] bytes) throws IOException {
    Path file = Files.createTempFile("mote-fuzz", null);
    try {
      Files.write(file, withChecksums(bytes));
      try (Image image = Image.open(file, null, LIMITS)) {
        assertSound(image.root(), Integer.MAX_VALUE);
        image.launch(List.of("x"));
      } catch (TreeException e) {
        assertFit(e);
      }
    } finally {
      Files.delete(file);
    }
  }

  static Stream<byte[]> documents() {
    return Stream.of(
            "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"a/b\",\"digest\":\"sha256:"
                + "0".repeat(64)
                + "\",\"size\":5,\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"},"
                + "\"annotations\":{\"org.opencontainers.image.ref.name\":\"x\"}}]}",
            "{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":{\"Entrypoint\":[\"a\"],\"Cmd\":null,"
                + "\"Env\":[\"A=B\"],\"WorkingDir\":\"/\",\"User\":\"1:2\"}}")
        .map(text -> text.getBytes(UTF_8));
  }

  @MethodSource("documents")
  @FuzzTest(maxDuration = "3m")
  void document(byte[] bytes) {
    JsonObject json;
    try {
      json = Json.read(new Document("archive"), bytes);
    } catch (TreeException e) {
      assertFit(e);
      return;
    }
    try {
      ImageIndex.read(json, "archive").find(null);
    } catch (TreeException e) {
      assertFit(e);
    }
    try {
      ImageConfig config = ImageConfig.read(json);
      assertThat(config.environment()).doesNotContainKey("");
      assertThat(
              User.find(new DirectoryNode(new TreeNode.Meta(0755, 0, 0, 0, 0)), config.user())
                  .uid())
          .isNotNegative();
    } catch (TreeException e) {
      assertFit(e);
    }
  }

  static Stream<byte[]> compressed() {
    // What zstd -19 makes of a text, and of bytes of which some are frequent.
    return Stream.of(
        HexFormat.of()
            .parseHex(
                "28b52ffd0468a50500a6142a1590a9d062409fd0fffd027e4928459e999999ab2a982b001f002200cbb0"
                    + "85cce7bb32946cdd959944cd9eeb3871cabd8309063928184008900583100205c38144a000100cc43bb7"
                    + "632f2f16af3c34ca3bf9ecbcf829b6ef4fca0eb29ae9e4894c1fad4bcb02ca09b37193e246ce2dcc2107"
                    + "d1d9752f9dce50d25d59af453cc84e1c97f0de4cf149459f8e6d9b263f7a968c1b75276927518fe643fe"
                    + "afc516596424cd9272423b010200c12545f24e9d4c15471a04"),
        HexFormat.of()
            .parseHex(
                "28b52ffd0468c510006a97e40706e0e9bb01d4117e007b007b00b80771d8dc7ff2af1fbfb7fd628cb771"
                    + "f3e137da17c7a331b10d02ae78767b8aa75dc2e1f5806b87acb6342630c6ad8835aced82b6e340cfd01d"
                    + "ff2aece22c2f79d5aadd56c540d588d629efdcabffab0f1e7d9c4475cc38d4cc09b10b41d706bee367a1"
                    + "a828cc1a47adec935d29d461f6eea83b862deb2a8c0d8b81715aa3d37f96ff1fb7113dfcb6edd4dae76f"
                    + "ffd87940f61e84af5e8978b7e371d8d705047590fd0b14400764fd8d3e2ae65f0cfcd64316988feb2ff8"
                    + "68ffdeba734e2397a3b2824dffe3355c257ebd6318eb10b6803f63813b0a16b4f0b7dce13bf80b39ca80"
                    + "5e6144bf122a1e1e6718c2416de30b6f62e4d4f75ef70d58b5c8dd811fc359bca1fbfffec2acd76dd7bc"
                    + "cb5db4f7a8ce0a6e4a0b6dd8076bec0d37f6f0a63bc26f6be8867b7ffbff10f2712c39062ef60a05b8d6"
                    + "72d717208e56b2de59364c731cf2545fad1f8fa7b8f349eb01c236f59ffb3795ef2b3abb8f23f4ad02fd"
                    + "d7d68f30a1b63a6a45dce88e0387328cbd2e501b3b2e72958d1dfa26628f467bdf2e1b301ec33757fcc6"
                    + "6b87b0c87b0e3b7d54e68f2126b0ae21761a71fedd4e7be8279a3d610ca5b3fa568fa20d40e3352ffbdb"
                    + "b678fb627d8fd6d987760bb5efae11c73d51f791e2efdd952bc6d6d2d0fafe6affe35b198e63fd3a7ab5"
                    + "a1bdec0bedbd9faa575881fbd31e0700d11943fada4a79fa518c2846a00ec325b541189eaa18434d019d"
                    + "9480b2"));
  }

  @MethodSource("compressed")
  @FuzzTest(maxDuration = "3m")
  void zstd(byte[] bytes) throws IOException {
    try (var in = new ZstdInputStream(new ByteArrayInputStream(bytes))) {
      in.skip(1 << 24);
    } catch (FormatException | EOFException e) {
      assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(200);
    }
  }

  private static Content content(byte[] bytes) {
    return new Content("archive", MemorySegment.ofArray(bytes).asReadOnly());
  }

  /// Chance would hardly find a checksum: what looks like a header gets its own.
  private static byte[] withChecksums(byte[] bytes) {
    byte[] mended = bytes.clone();
    for (int at = 0; at + 512 <= mended.length; at += 512) {
      if (mended[at + 257] == 'u' && mended[at + 258] == 's') {
        Arrays.fill(mended, at + 148, at + 156, (byte) ' ');
        int sum = 0;
        for (int i = at; i < at + 512; i++) {
          sum += mended[i] & 0xff;
        }
        byte[] digits = "%06o\0 ".formatted(sum).getBytes(ISO_8859_1);
        System.arraycopy(digits, 0, mended, at + 148, digits.length);
      }
    }
    return mended;
  }

  private static void assertSound(TreeNode node, long largest) {
    TreeNode.Meta meta = node.meta();
    assertThat(meta.permissions()).isBetween(0, 07777);
    assertThat(meta.nanos()).isBetween(0, 999_999_999);
    switch (node) {
      case TreeNode.Directory directory -> {
        for (String name : directory.names()) {
          assertThat(name).hasSizeBetween(1, 255).doesNotContain("/", "\0");
          assertThat(name).isNotIn(".", "..");
          assertSound(requireNonNull(directory.child(name)), largest);
        }
      }
      case TreeNode.File file -> {
        assertThat(file.size()).isNotNegative();
        if (file instanceof StoredFile) {
          assertThat(file.size()).isLessThanOrEqualTo(largest);
        }
        var piece = new byte[4096];
        for (long position : new long[] {0, 1, file.size() / 2, file.size() - 1, file.size()}) {
          long start = Math.max(position, 0);
          assertThat(file.read(start, piece, 0, piece.length))
              .isEqualTo(Math.clamp(file.size() - start, 0, piece.length));
        }
      }
      case TreeNode.Link link -> assertThat(link.target()).hasSizeBetween(1, 4095);
      case TreeNode.Special special -> assertThat(special.device()).isBetween(0L, 0xffff_ffffL);
    }
  }

  private static void assertFit(TreeException e) {
    assertThat(e.getMessage()).contains("; ").hasSizeLessThan(3000);
    assertThat(e.getMessage().chars()).allMatch(c -> c >= ' ' && c <= '~');
  }
}
