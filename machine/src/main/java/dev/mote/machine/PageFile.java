package dev.mote.machine;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The pages that an image lists itself, as a file that can be mapped. All numbers are
/// little-endian.
///
/// ```
/// offset  type  field
///      0  u64   "MOTEPAGE"
///      8  u32   version, 1
///     12  u32   count of entries
///     16  u64   0
///     24  u64   0
///     32        entries of 16 bytes
///               +0  u64  address
///               +8  i32  which page of this file has its content; -1 for zeros
///              +12  i8   rights, or -1: there is no such page any more
///              +13       0 (3 bytes)
///               zeros up to a whole page
///               contents, each once, in the order in which entries first name them
/// ```
///
/// So there is one file for one image, and nothing in it that no entry names.
public final class PageFile {
  private static final int PAGE = GuestMemory.PAGE_SIZE;
  private static final long MAGIC = 0x4547_4150_4554_4f4dL; // "MOTEPAGE"
  private static final int VERSION = 1;
  private static final int HEADER = 32;
  private static final int ENTRY = 16;
  private static final int ZEROS = -1;
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private PageFile() {}

  private static long indexPages(long entries) {
    return (HEADER + entries * ENTRY + PAGE - 1) / PAGE;
  }

  /// Writes the pages that an image lists itself.
  public static void write(PageImage image, WritableByteChannel to) throws IOException {
    int first = Math.toIntExact(indexPages(image.size()));
    ByteBuffer index =
        ByteBuffer.allocate(Math.multiplyExact(first, PAGE)).order(ByteOrder.LITTLE_ENDIAN);
    index.putLong(MAGIC).putInt(VERSION).putInt(image.size()).putLong(0).putLong(0);
    Map<ByteBuffer, Integer> places = new HashMap<>(); // by content
    boolean[] isFirst = new boolean[image.size()];
    for (int i = 0; i < image.size(); i++) {
      int place = ZEROS;
      if (hasContent(image, i)) {
        int next = first + places.size();
        Integer same = places.putIfAbsent(image.bytes(i).asByteBuffer(), next);
        isFirst[i] = same == null;
        place = same == null ? next : same;
      }
      index.putLong(image.address(i)).putInt(place).putInt(image.rights(i) & 0xff);
    }
    writeAll(index.clear(), to);
    for (int i = 0; i < image.size(); i++) {
      if (isFirst[i]) {
        writeAll(image.bytes(i).asByteBuffer(), to);
      }
    }
  }

  private static boolean hasContent(PageImage image, int page) {
    return image.rights(page) != PageImage.ABSENT && !image.isZeros(page);
  }

  private static void writeAll(ByteBuffer bytes, WritableByteChannel to) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  /// Maps a file, read-only; it stays mapped while the image is reachable. Whoever changes the file
  /// meanwhile changes the image.
  ///
  /// @param parent what has the pages that the file does not list
  /// @throws IllegalArgumentException if it is not as [#write] writes it
  public static PageImage read(FileChannel file, @Nullable PageImage parent) throws IOException {
    long size = file.size();
    if (size < PAGE || size % PAGE != 0 || size / PAGE > Integer.MAX_VALUE) {
      throw wrong(size + " bytes are no file of pages");
    }
    MemorySegment all = file.map(FileChannel.MapMode.READ_ONLY, 0, size, Arena.ofAuto());
    if (all.get(LONG, 0) != MAGIC) {
      throw wrong("a file that is not of pages");
    }
    if (all.get(INT, 8) != VERSION) {
      throw wrong("version %d of files of pages".formatted(all.get(INT, 8)));
    }
    int count = all.get(INT, 12);
    long first = indexPages(count);
    if (count < 0 || first > size / PAGE) {
      throw wrong(count + " pages are more than the file has");
    }
    requireZeros(all, 16, HEADER);
    long[] addresses = new long[count];
    byte[] rights = new byte[count];
    int[] places = new int[count];
    int next = (int) first;
    for (int i = 0; i < count; i++) {
      long entry = HEADER + (long) i * ENTRY;
      addresses[i] = all.get(LONG, entry);
      places[i] = all.get(INT, entry + 8);
      rights[i] = all.get(ValueLayout.JAVA_BYTE, entry + 12);
      requireZeros(all, entry + 13, entry + ENTRY);
      boolean named = places[i] >= first && places[i] <= next && rights[i] >= 0;
      if (places[i] != ZEROS && !named) {
        throw wrong("page %d has content %d".formatted(i, places[i]));
      }
      next += places[i] == next ? 1 : 0;
    }
    requireZeros(all, HEADER + (long) count * ENTRY, first * PAGE);
    if (next != size / PAGE) {
      throw wrong("%d pages of which %d are named".formatted(size / PAGE, next));
    }
    return new PageImage(parent, addresses, rights, new PageContent.InFile(all, places));
  }

  private static void requireZeros(MemorySegment all, long from, long to) {
    for (long at = from; at < to; at++) {
      if (all.get(ValueLayout.JAVA_BYTE, at) != 0) {
        throw wrong("the byte at %d is not zero".formatted(at));
      }
    }
  }

  private static IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException(what);
  }
}
