package dev.mote.trees;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;

/// Writes OCI image layouts by hand.
final class LayoutBuilder {
  static final String LAYER = "application/vnd.oci.image.layer.v1.tar";
  static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  static final String INDEX = "application/vnd.oci.image.index.v1+json";
  static final String CONFIG = "application/vnd.oci.image.config.v1+json";

  final Path directory;
  private final List<String> layers = new ArrayList<>();
  private final List<String> inner = new ArrayList<>();
  String config = "";

  LayoutBuilder(Path directory) throws IOException {
    this.directory = directory;
    Files.createDirectories(directory.resolve("blobs/sha256"));
    Files.writeString(directory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
  }

  LayoutBuilder layer(byte[] tar) throws IOException {
    return layer(tar, tar, LAYER);
  }

  LayoutBuilder gzipLayer(byte[] tar) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(tar);
    }
    return layer(packed.toByteArray(), tar, LAYER + "+gzip");
  }

  LayoutBuilder zstdLayer(byte[] tar) throws IOException {
    Files.write(directory.resolve("tar"), tar);
    Trees.shell(directory, "zstd -q --rm tar -o packed");
    byte[] packed = Files.readAllBytes(directory.resolve("packed"));
    Files.delete(directory.resolve("packed"));
    return layer(packed, tar, LAYER + "+zstd");
  }

  LayoutBuilder layer(byte[] blob, byte[] tar, String mediaType) throws IOException {
    layers.add(blob(mediaType, blob));
    inner.add("\"sha256:" + Trees.sha256(tar) + "\"");
    return this;
  }

  /// Writes a blob.
  ///
  /// @return its descriptor
  String blob(String mediaType, byte[] content) throws IOException {
    String digest = Trees.sha256(content);
    Files.write(directory.resolve("blobs/sha256").resolve(digest), content);
    return "{\"mediaType\":\"%s\",\"digest\":\"sha256:%s\",\"size\":%d}"
        .formatted(mediaType, digest, content.length);
  }

  /// Writes the manifest of the layers so far.
  String manifest() throws IOException {
    String whole =
        "{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":{%s},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":%s}}"
            .formatted(config, inner);
    return manifest(whole);
  }

  String manifest(String wholeConfig) throws IOException {
    String json =
        "{\"schemaVersion\":2,\"config\":%s,\"layers\":%s}"
            .formatted(blob(CONFIG, wholeConfig.getBytes(UTF_8)), layers);
    return blob(MANIFEST, json.getBytes(UTF_8));
  }

  static String named(String descriptor, String reference) {
    return with(
        descriptor,
        "\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}".formatted(reference));
  }

  static String platform(String descriptor, String os, String architecture) {
    return with(
        descriptor,
        "\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"}".formatted(os, architecture));
  }

  private static String with(String descriptor, String field) {
    return descriptor.substring(0, descriptor.length() - 1) + "," + field + "}";
  }

  static byte[] index(String... descriptors) {
    return "{\"schemaVersion\":2,\"manifests\":[%s]}"
        .formatted(List.of(descriptors).stream().collect(Collectors.joining(",")))
        .getBytes(UTF_8);
  }

  Path write(String... descriptors) throws IOException {
    Files.write(directory.resolve("index.json"), index(descriptors));
    return directory;
  }
}
