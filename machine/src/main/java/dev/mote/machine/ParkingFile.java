package dev.mote.machine;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A file for the pages of images that are not needed for a while.
///
/// It has no name from the moment that it is there: nobody else can open, change or shorten it, and
/// it is gone when this process is, however that ends. It is mapped as a whole, so that a page is
/// read as memory is, and no interruption of a thread that reads closes it. What lies in it can be
/// read for as long as anything refers to it, also after [#close].
///
/// Thread-safe.
public final class ParkingFile implements AutoCloseable {
  private static final int PAGE = GuestMemory.PAGE_SIZE;
  private static final int BUFFER_PAGES = 64;

  private final FileChannel file;
  private final MemorySegment mapped;
  private final Extents extents;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_PAGES * PAGE); // of park

  /// @param file open for reading and writing
  ParkingFile(FileChannel file, long mostBytes) throws IOException {
    this.file = file;
    int pages = (int) Math.clamp(mostBytes / PAGE, 1L, (long) Integer.MAX_VALUE);
    mapped = file.map(FileChannel.MapMode.READ_ONLY, 0, (long) pages * PAGE, Arena.ofAuto());
    extents = new Extents(pages);
  }

  /// Makes one. It takes room on the disk only as images are put into it.
  ///
  /// @param directory where it is to lie; it must be there
  /// @param mostBytes that it may have
  /// @throws IOException if it cannot be made
  public static ParkingFile create(Path directory, long mostBytes) throws IOException {
    Path name = directory.resolve("mote-parking-" + UUID.randomUUID());
    FileChannel file =
        FileChannel.open(
            name,
            // On Linux the name goes as soon as the file is open.
            Set.of(READ, WRITE, CREATE_NEW, DELETE_ON_CLOSE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      return new ParkingFile(file, mostBytes);
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /// Writes the pages that an image lists itself. Each page that is not zeros takes one of the
  /// file, until the result is [freed][PageImage#free] or nothing refers to it any more.
  ///
  /// @return the same image, whose pages lie in the file; null if that has no room for it
  /// @throws IOException if they cannot be written, such as on a full disk; nothing has changed
  ///   then
  public synchronized @Nullable PageImage park(PageImage image) throws IOException {
    int[] places = new int[image.size()];
    int count = 0;
    for (int i = 0; i < places.length; i++) {
      places[i] = hasBytes(image, i) ? count++ : -1;
    }
    int start = count == 0 ? 0 : extents.take(count);
    if (start == Extents.NONE) {
      return null;
    }
    try {
      write(image, places, start);
    } catch (IOException | RuntimeException | Error e) {
      free(start, count);
      throw e;
    }
    for (int i = 0; i < places.length; i++) {
      places[i] += places[i] < 0 ? 0 : start;
    }
    int taken = count;
    return image.with(new PageContent.InParking(mapped, places, () -> free(start, taken)));
  }

  private void free(int start, int count) {
    if (count > 0) {
      extents.free(start, count);
    }
  }

  private static boolean hasBytes(PageImage image, int page) {
    return image.rights(page) != PageImage.ABSENT && !image.isZeros(page);
  }

  private void write(PageImage image, int[] places, int start) throws IOException {
    long position = (long) start * PAGE;
    buffer.clear();
    for (int i = 0; i < places.length; i++) {
      if (places[i] >= 0) {
        buffer.put(image.bytes(i).asByteBuffer());
        if (!buffer.hasRemaining()) {
          position = flush(position);
        }
      }
    }
    flush(position);
  }

  private long flush(long from) throws IOException {
    long position = from;
    buffer.flip();
    while (buffer.hasRemaining()) {
      position += file.write(buffer, position);
    }
    buffer.clear();
    return position;
  }

  /// How many bytes of it are in use.
  public long bytesInUse() {
    return extents.used() * PAGE;
  }

  /// Takes no more. Twice is harmless.
  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      // What it has is still mapped, and its room is free when that is not needed any more.
    }
  }
}
