package dev.mote.trees;

import dev.mote.json.Json;
import dev.mote.json.JsonObject;
import dev.mote.json.Quote;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `docker save` writes: `manifest.json` names the configuration and the layers of each image.
/// The name of the configuration is its digest, and the configuration has those of the layers.
final class DockerArchive {
  private static final String MANIFEST = "manifest.json";
  private static final String IN_LAYOUT = "blobs/sha256/";
  private static final String SUFFIX = ".json";

  private final ImageFiles files;
  private final String place;
  private final List<JsonObject> images;

  private DockerArchive(ImageFiles files, Content manifest) {
    this.files = files;
    this.place = manifest.name();
    this.images = Json.readArray(new Document(place), Document.bytes(manifest));
  }

  /// @return null if it is something else
  static @Nullable DockerArchive of(ImageFiles files) throws IOException {
    Content manifest = files.find(MANIFEST);
    if (manifest == null || !beginsAsArray(manifest)) {
      return null;
    }
    return new DockerArchive(files, manifest);
  }

  private static boolean beginsAsArray(Content manifest) {
    var first = new byte[1];
    manifest.copy(0, first, 0, (int) Math.min(1, manifest.size()));
    return first[0] == '[';
  }

  /// @param tag such as `busybox:latest` or `latest`; null if there is only one image
  /// @throws TreeException if it is not there, or not as it should be
  ImageParts image(@Nullable String tag) throws IOException {
    List<JsonObject> found =
        images.stream().filter(image -> tag == null || answers(image, tag)).toList();
    if (found.size() != 1) {
      List<String> names = images.stream().flatMap(i -> i.list("RepoTags").stream()).toList();
      String which = tag == null ? "" : " " + Quote.quote(tag);
      throw new TreeException(
          place,
          "has %d images%s".formatted(found.size(), which),
          "say which: its names are " + Quote.printable(names.toString()));
    }
    return parts(found.getFirst());
  }

  private static boolean answers(JsonObject image, String tag) {
    return image.list("RepoTags").stream()
        .anyMatch(name -> name.equals(tag) || name.endsWith(":" + tag) || name.endsWith("/" + tag));
  }

  private ImageParts parts(JsonObject image) throws IOException {
    String config = path(image, "Config", image.string("Config"));
    String hex =
        config.startsWith(IN_LAYOUT)
            ? config.substring(IN_LAYOUT.length())
            : config.endsWith(SUFFIX)
                ? config.substring(0, config.length() - SUFFIX.length())
                : config;
    if (!BlobDigest.isSha256(hex)) {
      throw image.fault("Config", Quote.quote(config) + " is not named by its digest");
    }
    List<String> layers = image.list("Layers");
    if (layers.size() > ImageParts.MOST_LAYERS) {
      throw image.fault("Layers", "there are more than " + ImageParts.MOST_LAYERS);
    }
    var blobs = new ArrayList<ImageParts.Blob>();
    for (String layer : layers) {
      blobs.add(new ImageParts.Blob(files.get(path(image, "Layers", layer)), null));
    }
    var digest = new BlobDigest("sha256", hex);
    return new ImageParts(Descriptor.verified(files.get(config), digest), blobs);
  }

  private static String path(JsonObject image, String field, String path) {
    try {
      PathName.parse(path);
      return path;
    } catch (FormatException e) {
      throw image.fault(field, "%s %s".formatted(Quote.quote(path), e.getMessage()));
    }
  }
}
