package dev.mote;

import dev.mote.linux.ElfException;
import dev.mote.linux.GuestFailure;
import dev.mote.linux.GuestImage;
import dev.mote.linux.PageLayer;
import dev.mote.linux.PageLayers;
import dev.mote.linux.ProgramFile;
import dev.mote.values.ValueException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts snapshots together out of their [parts][SnapshotParts]. Nothing of the parts is trusted.
///
/// Snapshots of one reader share the layers of pages that they have in common while one of them is
/// in use: a sandbox that was started from one is put to the other without a new virtual machine,
/// if that is a difference to it. Thread-safe.
public final class SnapshotReader {
  /// A layer of pages.
  public interface Layer {
    /// What identifies its content.
    String digest();

    /// Opens it; the reader closes it. It is not opened if it is in use already.
    FileChannel open() throws IOException;
  }

  private final PageLayers layers = new PageLayers();

  /// One that shares nothing with others yet.
  public SnapshotReader() {}

  /// Reads a snapshot. Its pages are mapped from their files, which must not be changed as long as
  /// it is used; processes that map the same file share its memory.
  ///
  /// @param program from its beginning to its end
  /// @param files the same
  /// @param pages from the bottom up
  /// @param sources what its program is shown of the host
  /// @throws SnapshotException if they are not the parts of a snapshot, or it cannot go on here;
  ///   the message says why
  /// @throws HostException if this host cannot run sandboxes
  /// @throws IOException if they cannot be read
  public Snapshot read(
      byte[] description,
      FileChannel program,
      FileChannel files,
      List<? extends Layer> pages,
      FileSources sources)
      throws IOException {
    if (pages.isEmpty() || pages.size() > SnapshotParts.MOST_LAYERS) {
      throw new SnapshotException("a snapshot has no %d layers of pages".formatted(pages.size()));
    }
    if (description.length > SnapshotParts.LARGEST_DESCRIPTION) {
      throw new SnapshotException("the snapshot's description is too large");
    }
    try {
      SnapshotFormat.Description read = SnapshotFormat.DESCRIPTION.read(description);
      GuestFunctions functions = functions(read);
      PageLayer top =
          layers.get(pages.stream().map(Layer::digest).toList(), i -> pages.get(i).open());
      GuestImage image =
          read.guest()
              .image(
                  read.guest().programGiven() ? none(program) : ProgramFile.read(program),
                  SnapshotFormat.FILES.read(bytes(files)),
                  top,
                  sources.ofGuest());
      return new Snapshot(image, functions, read.announcement());
    } catch (IllegalArgumentException | ValueException e) {
      throw new SnapshotException("the snapshot cannot be used: " + e.getMessage(), e);
    } catch (ElfException e) {
      throw new SnapshotException("the snapshot's program " + e.getMessage(), e);
    } catch (GuestFailure e) {
      throw SandboxException.of(e, "");
    }
  }

  private static @Nullable GuestFunctions functions(SnapshotFormat.Description read) {
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

  private static @Nullable ProgramFile none(FileChannel program) throws IOException {
    if (program.size() > 0) {
      throw new SnapshotException(
          "the snapshot cannot be used: its program is no file of its own, and there is one");
    }
    return null;
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
