package dev.mote;

import dev.mote.linux.GuestFailure;
import dev.mote.linux.GuestImage;
import dev.mote.linux.PageLayer;
import dev.mote.linux.ProgramFile;
import dev.mote.linux.StoredGuest;
import dev.mote.values.ValueException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/// A snapshot in the parts in which it is stored: a description, the program's file, the files that
/// the guest has in its memory, and its pages in layers, each a difference to the one below. The
/// same part always has the same bytes, so that snapshots with a part in common can share it.
/// [SnapshotReader] puts it together again.
///
/// What the program is shown of the host ([FileSources]) is no part, but for the digests of what it
/// has in use of it.
///
/// The format is in `docs/snapshots.md`. Immutable and thread-safe.
public final class SnapshotParts {
  /// One part.
  @FunctionalInterface
  public interface Part {
    /// Writes the whole part.
    void writeTo(WritableByteChannel to) throws IOException;
  }

  /// Bytes that a description may have.
  public static final int LARGEST_DESCRIPTION = 32 << 20;

  /// Layers of pages that one snapshot may have.
  public static final int MOST_LAYERS = 100;

  private final byte[] description;
  private final GuestImage image;
  private final List<PageLayer> layers;

  private SnapshotParts(byte[] description, GuestImage image, List<PageLayer> layers) {
    this.description = description;
    this.image = image;
    this.layers = layers;
  }

  /// Takes a snapshot apart.
  ///
  /// @throws SnapshotException if it cannot be stored; the message says why
  /// @throws HostException if this host cannot run sandboxes
  public static SnapshotParts of(Snapshot snapshot) {
    GuestImage image = snapshot.image();
    List<PageLayer> layers = PageLayer.of(image);
    if (layers.size() > MOST_LAYERS) {
      throw new SnapshotException(
          ("the snapshot is number %d of a row in which each is a difference to the one before it;"
                  + " %d can be stored: restore to an earlier one before you take another")
              .formatted(layers.size(), MOST_LAYERS));
    }
    try {
      var description =
          new SnapshotFormat.Description(
              snapshot.offersFunctions(), snapshot.announcement(), StoredGuest.of(image));
      var bytes = new ByteArrayOutputStream();
      SnapshotFormat.DESCRIPTION.write(description, Channels.newChannel(bytes));
      if (bytes.size() > LARGEST_DESCRIPTION) {
        throw new SnapshotException("the snapshot's description is too large to be stored");
      }
      return new SnapshotParts(bytes.toByteArray(), image, layers);
    } catch (IllegalArgumentException | ValueException e) {
      throw new SnapshotException("the snapshot cannot be stored: " + e.getMessage(), e);
    } catch (GuestFailure e) {
      throw SandboxException.of(e, "");
    } catch (IOException e) {
      throw new AssertionError("no channel is involved", e);
    }
  }

  /// What the snapshot is, but for the other parts.
  public byte[] description() {
    return description.clone();
  }

  /// The program's file; nothing if that is a file of the root or a mount.
  public Part program() {
    ProgramFile program = image.setup().program();
    return program == null ? _ -> {} : program::writeTo;
  }

  /// What the guest has in files in its memory, and has open.
  public Part files() {
    return to -> {
      try {
        SnapshotFormat.FILES.write(image.state().files(), to);
      } catch (ValueException e) {
        throw new SnapshotException(
            "the snapshot cannot be stored: its files are too large: " + e.getMessage(), e);
      }
    };
  }

  /// From the bottom up.
  public List<Part> pages() {
    return layers.stream().<Part>map(layer -> layer::writeTo).toList();
  }
}
