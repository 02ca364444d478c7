package dev.mote.trees;

import dev.mote.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an image is made of.
///
/// @param config whose digest was compared
/// @param layers from the bottom up
record ImageParts(JsonObject config, List<Blob> layers) {
  /// As many as any builder makes.
  static final int MOST_LAYERS = 512;

  /// A layer whose digest is still to be compared.
  ///
  /// @param digest null if only that of its content is known
  record Blob(Content content, @Nullable BlobDigest digest) {}
}
