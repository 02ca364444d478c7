package dev.mote.trees;

import dev.mote.json.JsonObject;
import dev.mote.json.Quote;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An image index (image-spec 1.1, `image-index.md`), or Docker's manifest list, which is the same.
record ImageIndex(String place, List<Entry> entries) {
  static final Set<String> MEDIA_TYPES =
      Set.of(
          "application/vnd.oci.image.index.v1+json",
          "application/vnd.docker.distribution.manifest.list.v2+json");

  private static final String REFERENCE = "org.opencontainers.image.ref.name";
  private static final String IMAGE_NAME = "io.containerd.image.name";
  private static final String PLATFORM = "linux/amd64";

  /// One of the manifests.
  ///
  /// @param platform such as `linux/amd64`; null if it does not say
  /// @param variant of the processor; empty if it does not matter
  record Entry(Descriptor manifest, List<String> names, @Nullable String platform, String variant) {

    private static Entry read(JsonObject json) {
      Map<String, String> annotations = json.strings("annotations");
      List<String> names =
          Stream.of(REFERENCE, IMAGE_NAME)
              .map(annotations::get)
              .filter(name -> name != null)
              .toList();
      Descriptor manifest = Descriptor.read(json);
      if (!json.has("platform")) {
        return new Entry(manifest, names, null, "");
      }
      JsonObject platform = json.object("platform");
      String variant = platform.has("variant") ? platform.string("variant") : "";
      String name = platform.string("os") + "/" + platform.string("architecture");
      return new Entry(manifest, names, name, variant);
    }

    /// Docker's tools also know an image without the name of its registry.
    private boolean answers(String tag) {
      return manifest.digest().toString().equals(tag)
          || names.stream().anyMatch(name -> name.equals(tag) || name.endsWith("/" + tag));
    }

    private boolean fits() {
      return platform == null || platform.equals(PLATFORM);
    }
  }

  static ImageIndex read(JsonObject json, String place) {
    json.require("schemaVersion", BigInteger.TWO);
    return new ImageIndex(place, json.objects("manifests").stream().map(Entry::read).toList());
  }

  /// Whether there is an image of this name.
  boolean has(String tag) {
    return entries.stream().anyMatch(entry -> entry.answers(tag));
  }

  /// The image for the processor that guests have.
  ///
  /// @param tag null if there is only one
  /// @throws TreeException if there is none, or more than one
  Descriptor find(@Nullable String tag) {
    List<Entry> named =
        entries.stream().filter(entry -> tag == null || entry.answers(tag)).toList();
    if (named.isEmpty()) {
      String missing = tag == null ? "has no image" : "has no image " + Quote.quote(tag);
      throw new TreeException(place, missing, names());
    }
    Set<List<String>> differing = named.stream().map(Entry::names).collect(Collectors.toSet());
    if (tag == null && differing.size() > 1) {
      throw new TreeException(place, "has several images", "say which: " + names());
    }
    return best(named.stream().filter(Entry::fits).toList());
  }

  private Descriptor best(List<Entry> fitting) {
    if (fitting.isEmpty()) {
      throw new TreeException(
          place, "has the image for other platforms only", "get it for " + PLATFORM);
    }
    // Those that say so come before those that say nothing, and the plain processor before others.
    var ordered = new ArrayList<Entry>(fitting);
    ordered.sort((a, b) -> {
      int said = Boolean.compare(a.platform() == null, b.platform() == null);
      return said != 0 ? said : Boolean.compare(!a.variant().isEmpty(), !b.variant().isEmpty());
    });
    Entry best = ordered.getFirst();
    boolean ambiguous =
        best.platform() == null && ordered.stream().map(Entry::manifest).distinct().count() > 1;
    if (ambiguous) {
      throw new TreeException(place, "has several images", "say which: " + names());
    }
    return best.manifest();
  }

  private String names() {
    List<String> names = entries.stream().flatMap(entry -> entry.names().stream()).toList();
    return "its names are " + Quote.printable(names.toString());
  }
}
