package dev.mote.trees;

import static dev.mote.trees.LayoutBuilder.index;
import static dev.mote.trees.LayoutBuilder.named;
import static dev.mote.trees.LayoutBuilder.platform;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.linux.TreeNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageTest {
  @TempDir Path directory;

  private static TarBuilder tar() {
    return new TarBuilder();
  }

  private LayoutBuilder layout() throws IOException {
    return new LayoutBuilder(directory.resolve("layout"));
  }

  private static Image open(Path path) throws IOException {
    return Image.open(new ImageName(path, null));
  }

  private static Image open(Path path, String tag) throws IOException {
    return Image.open(new ImageName(path, tag));
  }

  /// The trees of layers that are laid over each other.
  private Map<String, String> stacked(byte[]... layers) throws IOException {
    LayoutBuilder layout = layout();
    for (byte[] layer : layers) {
      layout.layer(layer);
    }
    try (Image image = open(layout.write(layout.manifest()))) {
      return Trees.show(image.root());
    }
  }

  @Test
  void layersAreLaidOverEachOther() throws IOException {
    LayoutBuilder layout =
        layout()
            .gzipLayer(
                tar()
                    .directory("etc")
                    .file("etc/gone", "1")
                    .file("etc/kept", "2")
                    .file("file-to-directory", "3")
                    .directory("directory-to-file")
                    .file("directory-to-file/x", "4")
                    .file("opaque/below", "5")
                    .file("linked", "6")
                    .file("only-metadata/x", "7")
                    .end())
            .zstdLayer(
                tar()
                    .file("etc/.wh.gone", "")
                    .file("etc/.wh.none", "")
                    .directory("file-to-directory")
                    .file("file-to-directory/x", "8")
                    .file("directory-to-file", "9")
                    .file("opaque/above", "10")
                    .file("opaque/.wh..wh..opq", "")
                    .hardLink("other-name", "linked")
                    .file(".wh..wh.plnk/1.2", "")
                    .header(b -> {
                      TarBuilder.put(b, 0, "only-metadata/");
                      TarBuilder.number(b, 100, 8, 0700);
                      b[156] = '5';
                    })
                    .end())
            .layer(tar().file("linked", "11").end());
    try (Image image = open(layout.write(layout.manifest()))) {
      TreeNode.Directory root = image.root();
      assertThat(Trees.show(root).keySet())
          .containsExactlyInAnyOrder(
              ".",
              "./directory-to-file",
              "./etc",
              "./etc/kept",
              "./file-to-directory",
              "./file-to-directory/x",
              "./linked",
              "./only-metadata",
              "./only-metadata/x",
              "./opaque",
              "./opaque/above",
              "./other-name");
      assertThat(Trees.text(root, "directory-to-file")).isEqualTo("9");
      assertThat(Trees.text(root, "linked")).isEqualTo("11");
      assertThat(Trees.text(root, "other-name")).isEqualTo("6");
      assertThat(Trees.at(root, "only-metadata").meta().permissions()).isEqualTo(0700);
    }
  }

  @Test
  void whiteoutsHideNothingOfTheirOwnLayerInAnyOrder() throws IOException {
    byte[] below = tar().file("a", "below").file("d/b", "below").end();
    byte[] before =
        tar().file(".wh.a", "").file("a", "x").file("d/.wh..wh..opq", "").file("d/c", "").end();
    byte[] after =
        tar().file("a", "x").file(".wh.a", "").file("d/c", "").file("d/.wh..wh..opq", "").end();
    Map<String, String> expected = stacked(below, before);
    assertThat(expected).containsOnlyKeys(".", "./a", "./d", "./d/c");
    assertThat(expected.get("./a")).contains(Trees.sha256("x".getBytes(UTF_8)));
    assertThat(stacked(below, after)).isEqualTo(expected);
  }

  @Test
  void whiteoutsFollowNoLinks() throws IOException {
    byte[] below = tar().symbolicLink("a", "b").file("b/x", "").end();
    byte[] above = tar().file("a/.wh.x", "").end();
    assertThat(stacked(below, above)).containsKey("./b/x");
    assertThatThrownBy(() -> stacked(below, tar().file(".wh...", "").end()))
        .hasMessageContaining("hides a file without a name");
    assertThatThrownBy(() -> stacked(below, tar().file("b/../.wh.x", "").end()))
        .hasMessageContaining("'..'");
  }

  @Test
  void aTagIsChosen() throws IOException {
    LayoutBuilder layout = layout().layer(tar().file("one", "").end());
    String one = layout.manifest();
    String two = layout.layer(tar().file("two", "").end()).manifest();
    Path path = layout.write(named(one, "v1"), named(two, "v2"));
    try (Image image = open(path, "v1")) {
      assertThat(image.root().names()).containsExactly("one");
    }
    ImageName name = ImageName.parse(path + ":v2");
    assertThat(name).isEqualTo(new ImageName(path, "v2"));
    assertThat(ImageName.parse(path.toString())).isEqualTo(new ImageName(path, null));
    assertThat(ImageName.parse(path + ":a/b:c")).isEqualTo(new ImageName(path, "a/b:c"));
    assertThatThrownBy(() -> ImageName.parse("/none:x"))
        .hasMessageContaining("'/none:x' is not there");
    try (Image image = Image.open(name)) {
      assertThat(image.root().names()).containsExactly("one", "two");
    }
    assertThatThrownBy(() -> open(path))
        .hasMessageContaining("has several images; say which: its names are [v1, v2]");
    assertThatThrownBy(() -> open(path, "v3"))
        .hasMessageContaining("has no image 'v3'; its names are [v1, v2]");
    String digest = "sha256:" + two.replaceAll(".*sha256:([0-9a-f]+).*", "$1");
    try (Image image = open(path, digest)) {
      assertThat(image.root().names()).contains("two");
    }
  }

  @Test
  void nestedIndexesChooseThePlatform() throws IOException {
    LayoutBuilder layout = layout().layer(tar().file("amd64", "").end());
    String amd64 = layout.manifest();
    String arm64 = layout.layer(tar().file("arm64", "").end()).manifest();
    String inner =
        layout.blob(
            LayoutBuilder.INDEX,
            index(
                platform(arm64, "linux", "arm64"),
                platform(arm64, "unknown", "unknown"),
                platform(amd64, "linux", "amd64")));
    try (Image image = open(layout.write(named(inner, "latest")))) {
      assertThat(image.root().names()).containsExactly("amd64");
    }
    Path other = layout.write(platform(arm64, "linux", "arm64"));
    assertThatThrownBy(() -> open(other)).hasMessageContaining("for other platforms only");
    String nested = inner;
    for (int i = 0; i < 5; i++) {
      nested = layout.blob(LayoutBuilder.INDEX, index(nested));
    }
    Path deep = layout.write(nested);
    assertThatThrownBy(() -> open(deep)).hasMessageContaining("too deep");
  }

  @Test
  void archivesOfLayoutsAreReadToo() throws IOException {
    LayoutBuilder layout =
        layout()
            .gzipLayer(tar().file("etc/x", "inner").end())
            .layer(tar().file("y", "plain").end());
    layout.write(named(layout.manifest(), "latest"));
    Trees.shell(layout.directory, "tar -cf ../image.tar . ; tar -czf ../image.tgz .");
    for (String name : List.of("image.tar", "image.tgz")) {
      try (Image image = open(directory.resolve(name), "latest");
          Archive tree = Archive.open(directory.resolve(name))) {
        assertThat(Trees.text(image.root(), "etc/x")).isEqualTo("inner");
        assertThat(Trees.text(image.root(), "y")).isEqualTo("plain");
        assertThat(Trees.show(tree.root())).isEqualTo(Trees.show(image.root()));
      }
    }
  }

  @Test
  void dockerArchivesAreRead() throws IOException {
    byte[] layer = tar().file("etc/x", "docker").end();
    String config =
        "{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":{\"Cmd\":[\"sh\"]},\"rootfs\":{\"diff_ids\":[\"sha256:%s\",\"sha256:%s\"]}}"
            .formatted(Trees.sha256(layer), Trees.sha256(layer));
    String digest = Trees.sha256(config.getBytes(UTF_8));
    String manifest =
        "[{\"Config\":\"%s.json\",\"RepoTags\":[\"busybox:1.36\"],\"Layers\":[\"a/layer.tar\",\"b/layer.tar\"]},{\"Config\":\"%s.json\",\"RepoTags\":null,\"Layers\":[]}]"
            .formatted(digest, digest);
    var archive =
        tar()
            .file(digest + ".json", config)
            .entry("a/layer.tar", '0', "", new String(layer, ISO_8859_1))
            .symbolicLink("b/layer.tar", "../a/layer.tar")
            .file("manifest.json", manifest);
    Path path = Files.write(directory.resolve("saved.tar"), archive.end());
    for (String tag : List.of("busybox:1.36", "1.36")) {
      try (Image image = open(path, tag)) {
        assertThat(Trees.text(image.root(), "etc/x")).isEqualTo("docker");
        assertThat(image.config().command()).containsExactly("sh");
      }
    }
    assertThatThrownBy(() -> open(path, "2"))
        .hasMessageContaining("has 0 images '2'; say which: its names are [busybox:1.36]");
    assertThatThrownBy(() -> open(path)).hasMessageContaining("has 2 images");
    byte[] damaged = Files.readAllBytes(path);
    String all = new String(damaged, ISO_8859_1);
    damaged[all.indexOf("docker")] ^= 1;
    Files.write(path, damaged);
    assertThatThrownBy(() -> open(path, "1.36"))
        .hasMessageContaining("saved.tar/a/layer.tar is damaged: the digest of");
    String other = manifest.replace("a/layer.tar", "../../etc/passwd");
    Files.write(path, tar().file(digest + ".json", config).file("manifest.json", other).end());
    assertThatThrownBy(() -> open(path, "1.36"))
        .hasMessageContaining("'../../etc/passwd' has '..'");
  }

  @Test
  void readsWhatSkopeoWrites() throws IOException {
    LayoutBuilder layout =
        layout()
            .gzipLayer(tar().file("etc/x", "1").end())
            .gzipLayer(tar().file("etc/.wh.x", "").file("y", "2").end());
    layout.config = "\"Entrypoint\":[\"/bin/busybox\"],\"Cmd\":[\"echo\"]";
    layout.write(named(layout.manifest(), "latest"));
    Trees.shell(
        directory,
        """
        export HOME=$PWD TMPDIR=$PWD
        skopeo --insecure-policy copy -q oci:layout:latest docker-archive:saved.tar:example/thing:v1
        skopeo --insecure-policy copy -q oci:layout:latest oci-archive:oci.tar:v1
        skopeo --insecure-policy copy -q --dest-compress-format zstd oci:layout:latest oci:copy:v1
        """);
    for (String name :
        List.of("saved.tar:example/thing:v1", "saved.tar:v1", "oci.tar:v1", "copy:v1", "copy")) {
      try (Image image = Image.open(ImageName.parse(directory.resolve(name).toString()))) {
        assertThat(Trees.show(image.root())).containsOnlyKeys(".", "./etc", "./y");
        assertThat(image.config().entrypoint()).containsExactly("/bin/busybox");
      }
    }
  }

  @Test
  void aRealProgramComesOutAsItWas() throws IOException {
    Trees.shell(
        directory,
        "mkdir -p a/bin b/bin; cp /bin/busybox a/bin/; ln -s busybox a/bin/sh; ln -s busybox a/bin/ed; : > b/bin/.wh.ed; tar -cf a.tar -C a .; tar -cf b.tar -C b .");
    LayoutBuilder layout =
        layout()
            .gzipLayer(Files.readAllBytes(directory.resolve("a.tar")))
            .zstdLayer(Files.readAllBytes(directory.resolve("b.tar")));
    try (Image image = open(layout.write(layout.manifest()))) {
      assertThat(Trees.bytes((TreeNode.File) Trees.at(image.root(), "bin/busybox")))
          .isEqualTo(Files.readAllBytes(Path.of("/bin/busybox")));
      assertThat(Trees.show(image.root()))
          .containsOnlyKeys(".", "./bin", "./bin/busybox", "./bin/sh");
    }
  }

  @Test
  void everyByteOfABlobIsChecked() throws IOException {
    LayoutBuilder layout =
        layout()
            .gzipLayer(tar().file("a", "1").end())
            .zstdLayer(tar().file("b", "2").end())
            .layer(tar().file("c", "3").end());
    Path path = layout.write(layout.manifest());
    try (Stream<Path> blobs = Files.list(path.resolve("blobs/sha256"))) {
      for (Path blob : blobs.toList()) {
        byte[] good = Files.readAllBytes(blob);
        for (int i = 0; i < good.length; i += 7) {
          byte[] bad = good.clone();
          bad[i] ^= 1;
          Files.write(blob, bad);
          assertThatThrownBy(() -> open(path))
              .isInstanceOf(TreeException.class)
              .hasMessageContaining(blob.toString());
        }
        Files.write(blob, Arrays.copyOf(good, good.length + 1));
        assertThatThrownBy(() -> open(path)).hasMessageContaining("as its descriptor says");
        Files.delete(blob);
        assertThatThrownBy(() -> open(path)).hasMessageContaining(blob + " is missing");
        Files.createSymbolicLink(blob, Path.of("/etc/passwd"));
        assertThatThrownBy(() -> open(path)).hasMessageContaining("is a symbolic link");
        Files.delete(blob);
        Files.write(blob, good);
      }
    }
    open(path).close();
  }

  @Test
  void whatIsNoImageOfLinuxIsRefused() throws IOException {
    LayoutBuilder layout = layout().layer(tar().file("a", "").end());
    String rootfs = ",\"rootfs\":{\"diff_ids\":[]}}";
    Map<String, String> configs =
        Map.of(
            "{\"os\":\"windows\",\"architecture\":\"amd64\"" + rootfs,
            "'windows' is not 'linux'",
            "{\"os\":\"linux\",\"architecture\":\"arm64\"" + rootfs,
            "'arm64' is not 'amd64'",
            "{\"os\":\"linux\",\"architecture\":\"amd64\"" + rootfs,
            "diff_ids: are 0, for 1 layers",
            "{\"os\":\"linux\",\"architecture\":\"amd64\"}",
            "rootfs: is missing",
            "{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":{\"Env\":[\"=x\"]}" + rootfs,
            "'=x' is not NAME=VALUE",
            "{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":{\"Cmd\":[\"\\u0000\"]}"
                + rootfs,
            "has a zero byte",
            "{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":{\"Cmd\":\"x\"}" + rootfs,
            "'x' is not an array");
    for (var config : configs.entrySet()) {
      Path path = layout.write(layout.manifest(config.getKey()));
      assertThatThrownBy(() -> open(path))
          .isInstanceOf(TreeException.class)
          .hasMessageContaining(config.getValue());
    }
    byte[] wrong = tar().file("b", "").end();
    LayoutBuilder lying =
        new LayoutBuilder(directory.resolve("lying"))
            .layer(wrong, tar().end(), LayoutBuilder.LAYER);
    Path path = lying.write(lying.manifest());
    assertThatThrownBy(() -> open(path)).hasMessageContaining("is damaged: the digest of");
    LayoutBuilder strange =
        new LayoutBuilder(directory.resolve("strange"))
            .layer(wrong, wrong, "application/vnd.in-toto+json");
    Path second = strange.write(strange.manifest());
    assertThatThrownBy(() -> open(second))
        .hasMessageContaining("'application/vnd.in-toto+json', which is no layer");
    Path plain = Files.write(directory.resolve("plain.tar"), wrong);
    assertThatThrownBy(() -> open(plain)).hasMessageContaining("is no image");
  }

  @Test
  void theCommandLineIsEntrypointAndArguments() throws IOException {
    LayoutBuilder layout =
        layout()
            .layer(
                tar()
                    .file(
                        "etc/passwd",
                        "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n")
                    .file("etc/group", "root:x:0:\nextra:x:5:other,app\nlast:x:6:app\n")
                    .end());
    layout.config =
        "\"Entrypoint\":[\"/bin/tool\",\"-v\"],\"Cmd\":[\"help\"],\"Env\":[\"A=1=2\",\"PATH=/x\",\"A=3\"],\"WorkingDir\":\"srv\",\"User\":\"app\"";
    try (Image image = open(layout.write(layout.manifest()))) {
      Launch launch = image.launch(List.of());
      assertThat(launch.command()).containsExactly("/bin/tool", "-v", "help");
      assertThat(image.launch(List.of("a", "b")).command())
          .containsExactly("/bin/tool", "-v", "a", "b");
      assertThat(launch.environment())
          .containsExactly(
              Map.entry("A", "3"), Map.entry("PATH", "/x"), Map.entry("HOME", "/home/app"));
      assertThat(launch.workingDirectory()).isEqualTo("/srv");
      assertThat(launch.user()).isEqualTo(new User(1000, 1001, List.of(5, 6), "/home/app"));
      TreeNode.Directory root = image.root();
      assertThat(User.find(root, "")).isEqualTo(new User(0, 0, List.of(), "/root"));
      assertThat(User.find(root, "1000"))
          .isEqualTo(new User(1000, 1001, List.of(5, 6), "/home/app"));
      assertThat(User.find(root, "77")).isEqualTo(new User(77, 0, List.of(), "/"));
      assertThat(User.find(root, "77:88")).isEqualTo(new User(77, 88, List.of(), "/"));
      assertThat(User.find(root, "app:last")).isEqualTo(new User(1000, 6, List.of(), "/home/app"));
      assertThatThrownBy(() -> User.find(root, "nobody"))
          .hasMessageContaining("has no user or group 'nobody'; name one");
      assertThatThrownBy(() -> User.find(root, "app:none")).hasMessageContaining("'none'");
      assertThatThrownBy(() -> User.find(root, "2147483648")).isInstanceOf(TreeException.class);
    }
    layout.config = "";
    try (Image image = open(layout.write(layout.manifest()))) {
      assertThatThrownBy(() -> image.launch(List.of()))
          .hasMessageContaining("says no program; name one");
      assertThat(image.launch(List.of("sh")).environment()).containsKeys("PATH", "HOME");
      assertThat(image.launch(List.of("sh")).workingDirectory()).isEqualTo("/");
    }
  }
}
