package dev.mote.linux;

import dev.mote.machine.PageImage;
import dev.mote.machine.ParkingFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where the pages of guests lie that nobody needs for a while: a file without a name. Thread-safe.
public final class Parking implements AutoCloseable {
  private final ParkingFile file;

  private Parking(ParkingFile file) {
    this.file = file;
  }

  /// @param directory where the file is to lie; it must be there
  /// @param mostBytes that the file may have
  /// @throws IOException if it cannot be made
  public static Parking in(Path directory, long mostBytes) throws IOException {
    return new Parking(ParkingFile.create(directory, mostBytes));
  }

  /// Writes a guest's own pages. Its registers, and what the system-call layer knows, stay in
  /// memory.
  ///
  /// @return the same guest, whose pages are in the file until it is [freed][GuestImage#free] or
  ///   nothing refers to it any more; null if the file has no room
  /// @throws IOException if they cannot be written, such as on a full disk; nothing has changed
  ///   then
  public @Nullable GuestImage park(GuestImage image) throws IOException {
    PageImage pages = file.park(image.pages());
    return pages == null
        ? null
        : new GuestImage(image.setup(), pages, image.cpu(), image.state(), image.savedFiles());
  }

  /// How much of the file is in use.
  public long bytesInUse() {
    return file.bytesInUse();
  }

  /// Takes no more; what is there can be used further. Twice is harmless.
  @Override
  public void close() {
    file.close();
  }
}
