package dev.mote.linux;

import dev.mote.machine.PageFile;
import dev.mote.machine.PageImage;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Layers of pages that are in use, by their digests from the bottom up: what has been mapped is
/// not mapped again, and guests of snapshots that have a layer in common can be put from the one to
/// the other. Thread-safe.
public final class PageLayers {
  /// Opens the file of one of the layers.
  @FunctionalInterface
  public interface Opener {
    FileChannel open(int layer) throws IOException;
  }

  private final Map<List<String>, WeakReference<PageImage>> known = new HashMap<>();

  /// Maps what is not mapped yet.
  ///
  /// @param digests at least one; the same digest stands for the same bytes
  /// @return the topmost
  /// @throws IllegalArgumentException if a file is not as [PageLayer#writeTo] writes it
  public synchronized PageLayer get(List<String> digests, Opener files) throws IOException {
    known.values().removeIf(reference -> reference.refersTo(null));
    PageImage top = null;
    for (int i = 0; i < digests.size(); i++) {
      List<String> key = List.copyOf(digests.subList(0, i + 1));
      WeakReference<PageImage> reference = known.get(key);
      PageImage image = reference == null ? null : reference.get();
      if (image == null) {
        image = map(files, i, top);
        known.put(key, new WeakReference<>(image));
      }
      top = image;
    }
    if (top == null) {
      throw new IllegalArgumentException("no pages");
    }
    return new PageLayer(top);
  }

  private static PageImage map(Opener files, int layer, @Nullable PageImage below)
      throws IOException {
    try (FileChannel file = files.open(layer)) {
      return PageFile.read(file, below);
    }
  }
}
