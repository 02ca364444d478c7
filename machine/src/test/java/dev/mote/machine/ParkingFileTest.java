package dev.mote.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParkingFileTest {
  private static final int PAGE = GuestMemory.PAGE_SIZE;

  @TempDir Path folder;

  /// Every third page is zeros and every fifth is absent; the others are full of one byte.
  private static PageImage image(int pages, int seed) {
    long[] addresses = new long[pages];
    byte[] rights = new byte[pages];
    int[] places = new int[pages];
    byte[] bytes = new byte[pages * PAGE];
    for (int i = 0; i < pages; i++) {
      addresses[i] = (long) (i + 1) * PAGE;
      rights[i] = i % 5 == 4 ? PageImage.ABSENT : (byte) 3;
      places[i] = i % 3 == 2 ? -1 : i;
      Arrays.fill(bytes, i * PAGE, (i + 1) * PAGE, (byte) (seed + i));
    }
    return new PageImage(
        null, addresses, rights, new PageContent.InFile(MemorySegment.ofArray(bytes), places));
  }

  private static void assertSame(PageImage image, int seed) {
    for (int i = 0; i < image.size(); i++) {
      assertThat(image.address(i)).isEqualTo((long) (i + 1) * PAGE);
      boolean absent = i % 5 == 4;
      assertThat(image.rights(i)).isEqualTo(absent ? PageImage.ABSENT : (byte) 3);
      assertThat(image.isZeros(i)).isEqualTo(absent || i % 3 == 2);
      if (!image.isZeros(i)) {
        byte[] expected = new byte[PAGE];
        Arrays.fill(expected, (byte) (seed + i));
        assertThat(image.bytes(i).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
      }
    }
  }

  @Test
  void whatIsParkedIsTheSame() throws IOException {
    PageImage small;
    PageImage large;
    try (var file = ParkingFile.create(folder, 10 << 20)) {
      assertThat(folder).isEmptyDirectory(); // it has no name
      small = file.park(image(7, 1));
      large = file.park(image(1000, 2));
      assertThat(file.park(image(0, 0))).isNotNull();
      assertSame(small, 1);
      assertSame(large, 2);
      long both = file.bytesInUse();
      large.free();
      large.free();
      assertThat(file.bytesInUse()).isEqualTo(4 * PAGE).isLessThan(both);
    }
    assertSame(small, 1);
  }

  @Test
  void whatFindsNoRoomIsNotParked() throws IOException {
    try (var file = ParkingFile.create(folder, 8 * PAGE)) {
      PageImage first = file.park(image(7, 1));
      assertThat(first).isNotNull();
      PageImage second = file.park(image(7, 2));
      assertThat(second).isNotNull();
      assertThat(file.park(image(1, 3))).isNull();
      first.free();
      PageImage third = file.park(image(1, 3));
      assertThat(third).isNotNull();
      assertSame(third, 3);
      assertSame(second, 2);
      assertThat(file.park(image(7, 4))).isNull();
    }
  }

  /// Reading by a thread that is interrupted would close a channel, for everybody.
  @Test
  void anInterruptedThreadReads() throws IOException {
    try (var file = ParkingFile.create(folder, 1 << 20)) {
      PageImage parked = file.park(image(7, 1));
      Thread.currentThread().interrupt();
      try {
        assertSame(parked, 1);
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }
      assertSame(file.park(image(9, 2)), 2);
    }
  }

  @Test
  void aDiskThatIsFullChangesNothing() throws IOException {
    var channel = new FailingChannel(folder.resolve("file"));
    try (var file = new ParkingFile(channel, 1 << 20)) {
      PageImage parked = file.park(image(7, 1));
      channel.room = 3 * PAGE;
      PageImage more = image(200, 2);
      assertThatThrownBy(() -> file.park(more)).hasMessage("No space left on device");
      assertThat(file.bytesInUse()).isEqualTo(4 * PAGE);
      channel.room = Long.MAX_VALUE;
      assertSame(file.park(more), 2);
      assertSame(parked, 1);
    }
  }

  @Test
  void extentsNeverOverlapAndGrowTogether() {
    var extents = new Extents(500);
    var random = new SplittableRandom(7);
    List<int[]> taken = new ArrayList<>();
    Set<Integer> pages = new HashSet<>();
    for (int step = 0; step < 20_000; step++) {
      int size = 1 + random.nextInt(40);
      if (random.nextBoolean() || taken.isEmpty()) {
        int start = extents.take(size);
        if (start != Extents.NONE) {
          assertThat(start).isBetween(0, 500 - size);
          for (int i = start; i < start + size; i++) {
            assertThat(pages.add(i)).isTrue();
          }
          taken.add(new int[] {start, size});
        }
      } else {
        int[] extent = taken.remove(random.nextInt(taken.size()));
        extents.free(extent[0], extent[1]);
        for (int i = extent[0]; i < extent[0] + extent[1]; i++) {
          pages.remove(i);
        }
      }
      assertThat(extents.used()).isEqualTo(pages.size());
    }
    taken.forEach(extent -> extents.free(extent[0], extent[1]));
    assertThat(extents.take(500)).isZero();
  }

  /// A file on a disk with so much room.
  private static final class FailingChannel extends FileChannel {
    private final FileChannel file;
    private long room = Long.MAX_VALUE;

    FailingChannel(Path path) throws IOException {
      file =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      if (room == 0) {
        throw new IOException("No space left on device");
      }
      int count = (int) Math.min(room, from.remaining());
      ByteBuffer part = from.duplicate().limit(from.position() + count);
      int written = file.write(part, position);
      from.position(from.position() + written);
      room -= written;
      return written;
    }

    @Override
    public MemorySegment map(MapMode mode, long offset, long size, Arena arena) throws IOException {
      return file.map(mode, offset, size, arena);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      file.close();
    }

    @Override
    public int read(ByteBuffer target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer from) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel position(long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long size() {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel truncate(long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void force(boolean metaData) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(ByteBuffer target, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }
  }
}
