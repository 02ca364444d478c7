package dev.mote.store;

import dev.mote.json.JsonObject;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An image index (image-spec 1.1, `image-index.md`): which manifests there are, and their names.
/// Fields that are unknown here are kept. Immutable.
record Index(JsonObject json, List<Entry> entries) {
  static final String MEDIA_TYPE = "application/vnd.oci.image.index.v1+json";
  private static final String REFERENCE = "org.opencontainers.image.ref.name";

  /// One of the manifests.
  ///
  /// @param reference null if it has no name
  /// @param fields as they are in the index
  record Entry(
      @Nullable String reference,
      Descriptor manifest,
      Map<String, ? extends @Nullable Object> fields) {

    private static Entry read(JsonObject json) {
      return new Entry(
          json.strings("annotations").get(REFERENCE), Descriptor.read(json), json.fields());
    }

    private static Entry of(String reference, Descriptor manifest) {
      Map<String, Object> fields = manifest.json();
      fields.put("annotations", Map.of(REFERENCE, reference));
      return new Entry(reference, manifest, fields);
    }

    private boolean answers(String name) {
      return name.equals(reference) || name.equals(manifest.digest().toString());
    }
  }

  static Index read(JsonObject json) {
    json.require("schemaVersion", BigInteger.TWO);
    if (json.has("mediaType")) {
      json.require("mediaType", MEDIA_TYPE);
    }
    json.refuse("config");
    json.refuse("layers");
    return new Index(json, json.objects("manifests").stream().map(Entry::read).toList());
  }

  /// What a new layout has.
  static Map<String, Object> empty() {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("schemaVersion", 2);
    fields.put("mediaType", MEDIA_TYPE);
    fields.put("manifests", List.of());
    return fields;
  }

  /// The entries that a name or a digest means.
  List<Entry> of(String reference) {
    return entries.stream().filter(entry -> entry.answers(reference)).toList();
  }

  Index without(String reference) {
    return new Index(json, entries.stream().filter(entry -> !entry.answers(reference)).toList());
  }

  Index with(String reference, Descriptor manifest) {
    var more = new ArrayList<>(entries);
    more.add(Entry.of(reference, manifest));
    return new Index(json, more);
  }

  Map<String, @Nullable Object> fields() {
    var fields = new LinkedHashMap<String, @Nullable Object>(json.fields());
    fields.put("manifests", entries.stream().map(Entry::fields).toList());
    return fields;
  }
}
