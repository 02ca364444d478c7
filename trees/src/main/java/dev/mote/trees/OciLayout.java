package dev.mote.trees;

import dev.mote.json.JsonObject;
import dev.mote.json.Quote;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An OCI image layout (image-spec 1.1, `image-layout.md`, `manifest.md`). Docker's media types
/// mean the same as OCI's.
final class OciLayout {
  private static final String MARKER = "oci-layout";
  private static final String INDEX = "index.json";
  private static final int LARGEST_MARKER = 1 << 10;
  private static final int DEEPEST_INDEX = 4;
  private static final Pattern VERSIONS = Pattern.compile("1\\.[0-9]{1,9}\\.[0-9]{1,9}");

  private static final Set<String> MANIFESTS =
      Set.of(
          "application/vnd.oci.image.manifest.v1+json",
          "application/vnd.docker.distribution.manifest.v2+json");
  private static final Set<String> CONFIGS =
      Set.of(
          "application/vnd.oci.image.config.v1+json",
          "application/vnd.docker.container.image.v1+json");

  /// How it is compressed, its first bytes say.
  private static final Pattern LAYERS =
      Pattern.compile(
          "application/vnd\\.(oci\\.image\\.layer\\.(nondistributable\\.)?v1\\.tar"
              + "|docker\\.image\\.rootfs\\.(foreign\\.)?diff\\.tar)([.+](gzip|zstd))?");

  private final ImageFiles files;
  private final ImageIndex index;

  private OciLayout(ImageFiles files) throws IOException {
    this.files = files;
    Content content = files.get(INDEX);
    this.index = ImageIndex.read(Document.read(content), content.name());
  }

  /// @return null if it is something else
  /// @throws TreeException if it is a layout that cannot be read
  static @Nullable OciLayout of(ImageFiles files) throws IOException {
    Content marker = files.find(MARKER);
    if (marker == null) {
      return null;
    }
    var document = new Document(marker.name());
    if (marker.size() > LARGEST_MARKER) {
      throw document.fault("has %d bytes, more than %d".formatted(marker.size(), LARGEST_MARKER));
    }
    JsonObject json = Document.read(marker);
    String version = json.string("imageLayoutVersion");
    if (!VERSIONS.matcher(version).matches()) {
      throw document.fault("is of version %s, not 1".formatted(Quote.quote(version)));
    }
    return new OciLayout(files);
  }

  boolean has(String tag) {
    return index.has(tag);
  }

  /// @param tag null if there is only one image
  /// @throws TreeException if it is not there, or not as it should be
  ImageParts image(@Nullable String tag) throws IOException {
    Descriptor found = index.find(tag);
    for (int depth = 0; ImageIndex.MEDIA_TYPES.contains(found.mediaType()); depth++) {
      String place = place(found);
      if (depth == DEEPEST_INDEX) {
        throw new TreeException(place, "is an index too deep in others", "make the image again");
      }
      found = ImageIndex.read(found.json(files), place).find(null);
    }
    if (!MANIFESTS.contains(found.mediaType())) {
      throw refused(place(found), found.mediaType(), "manifest");
    }
    return parts(found);
  }

  private ImageParts parts(Descriptor descriptor) throws IOException {
    JsonObject manifest = descriptor.json(files);
    manifest.require("schemaVersion", BigInteger.TWO);
    manifest.refuse("manifests");
    var config = Descriptor.read(manifest.object("config"));
    if (!CONFIGS.contains(config.mediaType())) {
      throw refused(place(descriptor), config.mediaType(), "configuration of an image");
    }
    List<JsonObject> layers = manifest.objects("layers");
    if (layers.size() > ImageParts.MOST_LAYERS) {
      throw manifest.fault("layers", "there are more than " + ImageParts.MOST_LAYERS);
    }
    var blobs = new ArrayList<ImageParts.Blob>();
    for (JsonObject json : layers) {
      Descriptor layer = Descriptor.read(json);
      if (!LAYERS.matcher(layer.mediaType()).matches()) {
        throw refused(place(descriptor), layer.mediaType(), "layer");
      }
      blobs.add(new ImageParts.Blob(layer.find(files), layer.digest()));
    }
    return new ImageParts(config.json(files), blobs);
  }

  private String place(Descriptor blob) {
    return files.name() + "/" + blob.digest().path();
  }

  private static TreeException refused(String place, String mediaType, String what) {
    String fault = "has %s, which is no %s".formatted(Quote.quote(mediaType), what);
    return new TreeException(place, fault, "name an image of a Linux system");
  }
}
