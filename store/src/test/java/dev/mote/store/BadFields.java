package dev.mote.store;

import static dev.mote.store.BadLayout.bad;
import static dev.mote.store.BadLayout.content;
import static dev.mote.store.BadLayout.edit;
import static dev.mote.store.BadLayout.whole;
import static dev.mote.store.Spoiled.quietly;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What can be wrong with the fields that the specification has.
final class BadFields {
  private BadFields() {}

  static Stream<BadLayout> marker() {
    String file = "oci-layout";
    return Stream.of(
        whole(file, "{}", "a fault in imageLayoutVersion: is missing"),
        whole(file, "{\"imageLayoutVersion\":null}", "imageLayoutVersion: is missing"),
        whole(file, "{\"imageLayoutVersion\":1}", "imageLayoutVersion: 1 is not a string"),
        whole(file, "{\"imageLayoutVersion\":\"2.0.0\"}", "'2.0.0' is not 1.0"),
        whole(file, "{\"imageLayoutVersion\":\"1.1.0\"}", "'1.1.0' is not 1.0"),
        whole(file, "{\"imageLayoutVersion\":\"1.0\"}", "'1.0' is not 1.0"),
        whole(file, "{\"imageLayoutVersion\":\"1.0.0-rc\"}", "'1.0.0-rc' is not 1.0"),
        whole(file, "{\"a\":\"" + "x".repeat(1100) + "\"}", "has 1108 bytes, more than 1024"),
        content("not UTF-8", file, "{\"a\":\"\u00ff\"}", "is not UTF-8"),
        content("UTF-16", file, "{\0}\0", "is not JSON: "),
        bad(
            "blobs are a file",
            "blobs",
            "is not a directory",
            layout -> {
              Path blobs = layout.directory().resolve("blobs");
              quietly(() -> Files.move(blobs, layout.directory().resolve("elsewhere")));
              quietly(() -> Files.createFile(blobs));
            }),
        bad(
            "blobs are a link",
            "blobs/sha256",
            "is not a directory",
            layout -> {
              Path blobs = Images.blobs(layout.directory());
              Path elsewhere = layout.directory().resolve("elsewhere");
              quietly(() -> Files.move(blobs, elsewhere));
              quietly(() -> Files.createSymbolicLink(blobs, elsewhere));
            }));
  }

  static Stream<BadLayout> index() {
    String file = "index.json";
    String version = "\"schemaVersion\":2";
    String manifests = "\"manifests\":";
    String reference = "{\"org.opencontainers.image.ref.name\":\"a\"}";
    return Stream.of(
        edit(file, version, "\"v\":2", "a fault in schemaVersion: is missing"),
        edit(file, version, "\"schemaVersion\":1", "schemaVersion: 1 is not 2"),
        edit(file, version, "\"schemaVersion\":2.0", "schemaVersion: 2.0 is not 2"),
        edit(file, version, "\"schemaVersion\":\"2\"", "schemaVersion: '2' is not 2"),
        edit(file, version, "\"schemaVersion\":{}", "schemaVersion: an object is not 2"),
        edit(file, Index.MEDIA_TYPE, "application/x", "'application/x' is not 'application/vnd"),
        edit(file, manifests, "\"m\":", "a fault in manifests: is missing"),
        edit(file, manifests, "\"manifests\":1,\"m\":", "manifests: 1 is not an array"),
        edit(file, manifests, "\"manifests\":{},\"m\":", "manifests: an object is not an array"),
        edit(
            file,
            manifests,
            "\"manifests\":[[]],\"m\":",
            "manifests[0]: an array is not an object"),
        edit(file, manifests, "\"manifests\":[null],\"m\":", "manifests[0]: is missing"),
        edit(file, manifests, "\"config\":{},\"manifests\":", "config: does not belong there"),
        edit(file, manifests, "\"layers\":[],\"manifests\":", "layers: does not belong there"),
        edit(file, reference, "[]", "manifests[0].annotations: an array is not an object"),
        edit(file, reference, "\"a\"", "manifests[0].annotations: 'a' is not an object"),
        edit(
            file, "\"a\"", "5", "annotations.org.opencontainers.image.ref.name: 5 is not a string"),
        edit(file, "\"a\"", "\"b\"", "has 0 images 'a'; its names are [b]"),
        edit(file, "\"a\"", "\"\\u001b[2J\"", "its names are [\\u001b[2J]"),
        edit(file, Manifest.MEDIA_TYPE, Index.MEDIA_TYPE, "has 'a' as " + Index.MEDIA_TYPE),
        content("not UTF-8", file, "{\"a\":\"\u00c3\"}", "is not UTF-8"),
        content("UTF-8 too long", file, "{\"a\":\"\u00c0\u0080\"}", "is not UTF-8"),
        content("huge", file, " ".repeat(5 << 20), "has 5242880 bytes, more than 4194304"),
        content(
            "many values", file, "{\"a\":[" + "1,".repeat(1 << 20) + "1]}", "more than 100000"));
  }

  /// What is wrong with what an index says of a manifest, and that of a layer.
  static Stream<BadLayout> descriptor(String file) {
    boolean index = file.equals("index.json");
    String mediaType = index ? Manifest.MEDIA_TYPE : Images.LAYER;
    String path = index ? "manifests[0]." : "layers[0].";
    String blob = index ? "manifest" : "layer";
    record Edit(String field, @Nullable String json, String fault) {}
    String digits = "0".repeat(64);
    Stream<BadLayout> edits =
        Stream.of(
                new Edit("mediaType", null, "is missing"),
                new Edit("mediaType", "7", "7 is not a string"),
                new Edit("mediaType", "\"\"", "'' is not a media type"),
                new Edit("mediaType", "\"text\"", "'text' is not a media type"),
                new Edit("mediaType", "\"a/b/c\"", "'a/b/c' is not a media type"),
                new Edit("mediaType", "\"a/b;c=d\"", "'a/b;c=d' is not a media type"),
                new Edit("digest", null, "is missing"),
                new Edit("digest", "null", "is missing"),
                new Edit("digest", "[]", "an array is not a string"),
                new Edit("digest", "\"\"", "'' is not sha256:"),
                new Edit("digest", "\"" + digits + "\"", "... is not sha256: and 64"),
                new Edit("digest", "\"sha256:" + digits + "0\"", "... is not sha256: and 64"),
                new Edit("digest", "\"sha256:" + digits + "\\n\"", "... is not sha256: and 64"),
                new Edit(
                    "digest", "\"sha256:" + "A".repeat(64) + "\"", "... is not sha256: and 64"),
                new Edit(
                    "digest", "\"sha256:" + "0".repeat(63) + "\"", "... is not sha256: and 64"),
                new Edit(
                    "digest", "\"sha512:" + "0".repeat(128) + "\"", "... is not sha256: and 64"),
                new Edit("digest", "\"sha256:../../index.json\"", "... is not sha256: and 64"),
                new Edit("digest", "\"sha256:/etc/passwd\"", "... is not sha256: and 64"),
                new Edit("digest", "\"../sha256:" + digits + "\"", "... is not sha256: and 64"),
                new Edit(
                    "digest", "\"sha256:" + "../".repeat(21) + "x\"", "... is not sha256: and 64"),
                new Edit("digest", "\"sha256:" + "\\u0000".repeat(64) + "\"", "... is not sha256:"),
                new Edit("digest", "\"sha256:" + "٠".repeat(64) + "\"", "... is not sha256:"),
                new Edit("size", null, "is missing"),
                new Edit("size", "\"5\"", "'5' is not an integer"),
                new Edit("size", "true", "true is not an integer"),
                new Edit("size", "5.0", "5.0 is not an integer"),
                new Edit("size", "5e0", "5 is not an integer"),
                new Edit("size", "-1", "-1 is out of range"),
                new Edit("size", "9223372036854775808", "9223372036854775808 is out of range"))
            .map(edit ->
                bad(
                    "%s: %s is %s"
                        .formatted(file, path + edit.field, edit.json == null ? "gone" : edit.json),
                    file,
                    path + edit.field + ": " + edit.fault,
                    layout -> {
                      String found = field(layout.text(file), mediaType, edit.field);
                      String field = "\"" + (edit.json == null ? "x" : edit.field) + "\":";
                      layout.edit(file, found, field + (edit.json == null ? "1" : edit.json));
                    }));
    Stream<BadLayout> contents =
        Stream.of(
            bad(
                blob + " is longer",
                blob,
                "as its descriptor says",
                layout -> layout.write(blob, (layout.text(blob) + "!").getBytes(UTF_8))),
            bad(
                blob + " is shorter",
                blob,
                "as its descriptor says",
                layout -> layout.write(blob, layout.text(blob).substring(1).getBytes(UTF_8))),
            bad(
                blob + " is empty",
                blob,
                "has 0 bytes, not",
                layout -> layout.write(blob, new byte[0])),
            bad(
                blob + " has other content",
                blob,
                "is damaged: its digest is sha256:",
                layout ->
                    layout.write(blob, ("\t" + layout.text(blob).substring(1)).getBytes(UTF_8))),
            bad(
                blob + " is of another size",
                blob,
                "bytes, not 7 as its descriptor says",
                layout -> {
                  String found = field(layout.text(file), mediaType, "size");
                  layout.edit(file, found, "\"size\":7");
                }));
    return Stream.concat(edits, contents);
  }

  /// The text of a field of the descriptor that has the media type.
  private static String field(String json, String mediaType, String name) {
    int from = json.indexOf("\"mediaType\":\"" + mediaType + "\",\"digest\"");
    int begin = json.indexOf("\"%s\":".formatted(name), from);
    int end = begin;
    while (",}".indexOf(json.charAt(end)) < 0) {
      end++;
    }
    return json.substring(begin, end);
  }

  static Stream<BadLayout> manifest() {
    String file = "manifest";
    String version = "\"schemaVersion\":2";
    String config = "\"config\":";
    String layers = "\"layers\":[";
    String annotations = "\"annotations\":{";
    String layer =
        "{\"mediaType\":\"a/b\",\"digest\":\"sha256:%s\",\"size\":0},".formatted("0".repeat(64));
    return Stream.concat(
        Stream.of(
            edit(file, version, "\"v\":2", "a fault in schemaVersion: is missing"),
            edit(file, version, "\"schemaVersion\":3", "schemaVersion: 3 is not 2"),
            edit(file, Manifest.MEDIA_TYPE, "a/b", "mediaType: 'a/b' is not 'application/vnd"),
            edit(file, Images.ARTIFACT, "thing", "artifactType: 'thing' is not a media type"),
            edit(file, "\"" + Images.ARTIFACT + "\"", "1", "artifactType: 1 is not a string"),
            edit(file, config, "\"c\":", "a fault in config: is missing"),
            edit(file, config, "\"config\":[],\"c\":", "config: an array is not an object"),
            edit(file, config, "\"config\":{},\"c\":", "config.mediaType: is missing"),
            edit(file, config, "\"manifests\":[],\"config\":", "manifests: does not belong there"),
            edit(file, layers, "\"l\":[", "a fault in layers: is missing"),
            edit(file, layers, "\"layers\":true,\"l\":[", "layers: true is not an array"),
            edit(file, layers, "\"layers\":[0,", "layers[0]: 0 is not an object"),
            edit(file, layers, layers + layer.repeat(128), "layers: 129 are more than 128"),
            edit(file, annotations, "\"annotations\":[],\"a\":{", "annotations: an array is not"),
            edit(file, annotations, annotations + "\"k\":{},", "annotations.k: an object is not"),
            edit(file, annotations, annotations + "\"k\":null,", "annotations.k: is missing")),
        Stream.of(
            bad(
                "the config has other content",
                "config",
                "is damaged",
                layout -> layout.write("config", "[]".getBytes(UTF_8))),
            bad(
                "a config of gigabytes",
                "config",
                "has 9223372036854775807 bytes, more than 1024",
                layout -> layout.edit(file, "\"size\":2}", "\"size\":9223372036854775807}"))));
  }
}
