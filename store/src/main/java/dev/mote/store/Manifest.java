package dev.mote.store;

import dev.mote.json.JsonObject;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An image manifest (image-spec 1.1, `manifest.md`): which blobs an image has. Immutable.
record Manifest(
    String artifactType,
    Descriptor config,
    List<Descriptor> layers,
    Map<String, String> annotations) {
  static final String MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json";
  static final int MOST_LAYERS = 128;

  static Manifest read(JsonObject json) {
    json.require("schemaVersion", BigInteger.TWO);
    if (json.has("mediaType")) {
      json.require("mediaType", MEDIA_TYPE);
    }
    json.refuse("manifests");
    Descriptor config = Descriptor.read(json.object("config"));
    List<JsonObject> layers = json.objects("layers");
    if (layers.size() > MOST_LAYERS) {
      throw json.fault("layers", "%d are more than %d".formatted(layers.size(), MOST_LAYERS));
    }
    String artifactType =
        json.has("artifactType")
            ? json.parsed("artifactType", Descriptor::requireMediaType)
            : config.mediaType();
    return new Manifest(
        artifactType,
        config,
        layers.stream().map(Descriptor::read).toList(),
        json.strings("annotations"));
  }

  Map<String, Object> json() {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("schemaVersion", 2);
    fields.put("mediaType", MEDIA_TYPE);
    fields.put("artifactType", artifactType);
    fields.put("config", config.json());
    fields.put("layers", layers.stream().map(Descriptor::json).toList());
    fields.put("annotations", annotations);
    return fields;
  }
}
