package dev.mote.linux;

import dev.mote.machine.PageFile;
import dev.mote.machine.PageImage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The pages that one snapshot has and the one before it has not, and so a file of their own.
/// Immutable and thread-safe.
public final class PageLayer {
  private final PageImage image;

  private PageLayer(PageImage image) {
    this.image = image;
  }

  /// From the bottom up.
  public static List<PageLayer> of(GuestImage guest) {
    var layers = new ArrayList<PageLayer>();
    for (PageImage at = guest.pages(); at != null; at = at.parent()) {
      layers.addFirst(new PageLayer(at));
    }
    return layers;
  }

  /// Maps a file.
  ///
  /// @param below null for the lowest
  /// @param memoryLimit bytes of all layers up to this one
  /// @throws IllegalArgumentException if the file is not as [#writeTo] writes it
  public static PageLayer read(FileChannel file, @Nullable PageLayer below, long memoryLimit)
      throws IOException {
    return new PageLayer(PageFile.read(file, below == null ? null : below.image, memoryLimit));
  }

  public void writeTo(WritableByteChannel to) throws IOException {
    PageFile.write(image, to);
  }

  PageImage image() {
    return image;
  }
}
