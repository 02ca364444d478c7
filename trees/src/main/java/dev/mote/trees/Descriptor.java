package dev.mote.trees;

import dev.mote.json.Json;
import dev.mote.json.JsonObject;
import java.io.IOException;
import java.security.MessageDigest;

/// What a manifest or an index says of a blob (image-spec 1.1, `descriptor.md`).
record Descriptor(String mediaType, BlobDigest digest, long size) {

  static Descriptor read(JsonObject json) {
    return new Descriptor(
        json.string("mediaType"), json.parsed("digest", BlobDigest::parse), json.size("size"));
  }

  /// Finds the blob, whose digest is not compared yet.
  ///
  /// @throws TreeException if it is missing or of another size
  Content find(ImageFiles files) throws IOException {
    Content content = files.get(digest.path());
    if (content.size() != size) {
      String fault = "has %d bytes, not %d as its descriptor says".formatted(content.size(), size);
      throw new TreeException(content.name(), fault, "get the image again");
    }
    return content;
  }

  /// Reads the blob.
  ///
  /// @throws TreeException if it is not a JSON object, or not what the descriptor says
  JsonObject json(ImageFiles files) throws IOException {
    Content content = find(files);
    return verified(content, digest);
  }

  static JsonObject verified(Content content, BlobDigest digest) {
    byte[] bytes = Document.bytes(content);
    MessageDigest found = digest.start();
    found.update(bytes);
    try {
      digest.require(found, "its content");
    } catch (FormatException e) {
      throw e.of(content.name());
    }
    return Json.read(new Document(content.name()), bytes);
  }
}
