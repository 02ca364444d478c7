package dev.mote;

import dev.mote.linux.ElfException;
import dev.mote.linux.FilesState;
import dev.mote.linux.GuestFailure;
import dev.mote.linux.GuestImage;
import dev.mote.linux.PageLayer;
import dev.mote.linux.ProgramFile;
import dev.mote.linux.StoredGuest;
import dev.mote.values.ValueException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A snapshot in the parts in which it is stored: a description, the program's file, the files that
/// the guest has in its memory, and its pages in layers, each a difference to the one below. The
/// same part always has the same bytes, so that snapshots with a part in common can share it.
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

  /// @param functions whether functions of it are called
  /// @param announcement the message in which it said which; else empty
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  record Description(boolean functions, byte[] announcement, StoredGuest guest) {}

  // Made when they are first needed: they look at many records.
  private static final class Formats {
    static final StoredRecord<Description> DESCRIPTION = new StoredRecord<>(Description.class);
    static final StoredRecord<FilesState> FILES = new StoredRecord<>(FilesState.class);
  }

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
          new Description(
              snapshot.offersFunctions(), snapshot.announcement(), StoredGuest.of(image));
      var bytes = new ByteArrayOutputStream();
      Formats.DESCRIPTION.write(description, Channels.newChannel(bytes));
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

  public Part program() {
    return image.setup().program()::writeTo;
  }

  /// What the guest has in files in its memory, and has open.
  public Part files() {
    return to -> {
      try {
        Formats.FILES.write(image.state().files(), to);
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

  /// Puts a snapshot together. Nothing of the parts is trusted. Its pages are mapped from their
  /// files, which must not be changed as long as the snapshot is used; processes that map the same
  /// file share its memory.
  ///
  /// @param program from its beginning to its end, as the others
  /// @param pages from the bottom up
  /// @throws SnapshotException if they are not the parts of a snapshot, or it cannot go on here;
  ///   the message says why
  /// @throws HostException if this host cannot run sandboxes
  /// @throws IOException if they cannot be read
  public static Snapshot read(
      byte[] description, FileChannel program, FileChannel files, List<FileChannel> pages)
      throws IOException {
    if (pages.isEmpty() || pages.size() > MOST_LAYERS) {
      throw new SnapshotException("a snapshot has no %d layers of pages".formatted(pages.size()));
    }
    if (description.length > LARGEST_DESCRIPTION) {
      throw new SnapshotException("the snapshot's description is too large");
    }
    try {
      Description read = Formats.DESCRIPTION.read(description);
      StoredGuest guest = read.guest();
      GuestFunctions functions = functions(read);
      PageLayer layer = PageLayer.read(pages.getFirst(), null, guest.memoryLimit());
      for (FileChannel file : pages.subList(1, pages.size())) {
        layer = PageLayer.read(file, layer, guest.memoryLimit());
      }
      GuestImage image =
          guest.image(ProgramFile.read(program), Formats.FILES.read(bytes(files)), layer);
      return new Snapshot(image, functions, read.announcement());
    } catch (IllegalArgumentException | ValueException e) {
      throw new SnapshotException("the snapshot cannot be used: " + e.getMessage(), e);
    } catch (ElfException e) {
      throw new SnapshotException("the snapshot's program " + e.getMessage(), e);
    } catch (GuestFailure e) {
      throw SandboxException.of(e, "");
    }
  }

  private static @Nullable GuestFunctions functions(Description read) {
    byte[] announcement = read.announcement();
    int messageBytes = read.guest().limits().messageBytes();
    if (read.functions() != messageBytes > 0) {
      throw new SnapshotException(
          "the snapshot cannot be used: its message limit is %d bytes".formatted(messageBytes));
    }
    if (!read.functions()) {
      if (announcement.length > 0) {
        throw new SnapshotException(
            "the snapshot cannot be used: it announces functions and has none");
      }
      return null;
    }
    return Conversation.readAnnouncement(announcement);
  }

  private static byte[] bytes(FileChannel file) throws IOException {
    long size = file.size();
    if (size > StoredRecord.LARGEST) {
      throw new SnapshotException("the snapshot's files have %d bytes, too many".formatted(size));
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size);
    while (bytes.hasRemaining()) {
      if (file.read(bytes) < 0) {
        throw new IOException("the snapshot's files became shorter while they were read");
      }
    }
    return bytes.array();
  }
}
