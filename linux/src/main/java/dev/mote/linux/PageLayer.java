package dev.mote.linux;

import dev.mote.machine.PageFile;
import dev.mote.machine.PageImage;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/// The pages that one snapshot has and the one before it has not, and so a file of their own.
/// Immutable and thread-safe.
public final class PageLayer {
  private final PageImage image;

  PageLayer(PageImage image) {
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

  public void writeTo(WritableByteChannel to) throws IOException {
    PageFile.write(image, to);
  }

  PageImage image() {
    return image;
  }
}
