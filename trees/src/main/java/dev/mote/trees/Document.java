package dev.mote.trees;

import dev.mote.json.Json;
import dev.mote.json.JsonFile;
import dev.mote.json.JsonObject;

/// A JSON file of an image.
///
/// @param name what messages call it
record Document(String name) implements JsonFile {
  static JsonObject read(Content content) {
    return Json.read(new Document(content.name()), bytes(content));
  }

  static byte[] bytes(Content content) {
    try {
      return content.whole(Json.LARGEST);
    } catch (FormatException e) {
      throw e.of(content.name());
    }
  }

  @Override
  public TreeException fault(String fault) {
    return new TreeException(name, fault, "make the image again");
  }
}
