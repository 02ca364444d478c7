package dev.mote.store;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Finds the blobs that an index needs: its manifests, what these name, and the same for indexes
/// within it.
final class Needed {
  private final Set<Digest> blobs = new HashSet<>();
  private final Set<Descriptor> seen = new HashSet<>();
  private final Deque<Descriptor> waiting = new ArrayDeque<>();

  private Needed() {}

  /// @return empty if the index has something other than manifests and indexes: nobody knows here
  ///   what that needs
  /// @throws LayoutException if one of them cannot be read
  static Optional<Set<Digest>> by(Index index, Blobs blobs) throws IOException {
    var needed = new Needed();
    needed.add(index);
    while (!needed.waiting.isEmpty()) {
      Descriptor next = needed.waiting.remove();
      switch (next.mediaType()) {
        case Index.MEDIA_TYPE -> needed.add(Index.read(blobs.json(next)));
        case Manifest.MEDIA_TYPE -> needed.add(Manifest.read(blobs.json(next)));
        default -> {
          return Optional.empty();
        }
      }
    }
    return Optional.of(needed.blobs);
  }

  private void add(Index index) {
    for (Index.Entry entry : index.entries()) {
      blobs.add(entry.manifest().digest());
      if (seen.add(entry.manifest())) {
        waiting.add(entry.manifest());
      }
    }
  }

  private void add(Manifest manifest) {
    blobs.add(manifest.config().digest());
    manifest.layers().forEach(layer -> blobs.add(layer.digest()));
  }
}
