package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.machine.PageBlocks;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Where the bytes of in-memory files are, and that they do not stay there. Nothing else may take
/// [PageBlocks] meanwhile.
class FileMemoryTest {
  private static final int CHUNK = ChunkedBytes.CHUNK;

  private final FileMemory memory = new FileMemory(new Quota(1L << 40));
  private int before;

  /// What earlier tests of this JVM have left is given back when it is collected: not meanwhile.
  @BeforeEach
  void collect() throws InterruptedException {
    do {
      before = PageBlocks.inUse();
      System.gc();
      Thread.sleep(50);
    } while (PageBlocks.inUse() != before);
  }

  private static byte[] page(int value) {
    byte[] page = new byte[CHUNK];
    Arrays.fill(page, (byte) value);
    return page;
  }

  private static byte[] read(ChunkedBytes file, long position) {
    byte[] page = new byte[CHUNK];
    file.read(position, ByteBuffer.wrap(page));
    return page;
  }

  private ChunkedBytes file(int pages) {
    var file = new ChunkedBytes(memory, TreeBytes.none());
    for (int i = 0; i < pages; i++) {
      file.write((long) i * CHUNK, page(i), 0, CHUNK);
    }
    return file;
  }

  private int used() {
    return PageBlocks.inUse() - before;
  }

  @Test
  void whateverFilesAreLeftTheirPagesGoWithTheGuest() {
    var files = List.of(file(3), file(100), file(5000));
    assertThat(used()).isEqualTo(5103);
    files.getFirst().truncate(CHUNK);
    assertThat(used()).isEqualTo(5101);
    memory.close();
    assertThat(used()).isZero();
    assertThatThrownBy(() -> files.getLast().write(0, page(1), 0, CHUNK))
        .isEqualTo(Errno.ENOSPC.exception());
    assertThat(used()).isZero();
  }

  @Test
  void aSnapshotSharesPagesUntilTheyAreWrittenTo() {
    ChunkedBytes file = file(4);
    List<FilesState.Chunk> saved = file.save();
    assertThat(used()).isEqualTo(4);
    file.write(CHUNK, page(9), 0, CHUNK);
    file.write(2 * CHUNK + 1, page(9), 0, 1);
    file.punch(0, 10);
    assertThat(used()).isEqualTo(7);
    assertThat(saved.get(1).bytes()).isEqualTo(page(1));
    assertThat(read(file, CHUNK)).isEqualTo(page(9));
    assertThat(read(file, 2 * CHUNK)).startsWith(2, 9, 2).endsWith(2);
    assertThat(saved.get(0).bytes()).isEqualTo(page(0));

    var again = new ChunkedBytes(memory, TreeBytes.none());
    again.load(4 * CHUNK, saved);
    assertThat(used()).isEqualTo(7);
    file.clear();
    ((FilePages) saved).free();
    assertThat(used()).isEqualTo(4);
    again.write(3 * CHUNK, page(7), 0, CHUNK); // nobody else has it any more
    assertThat(used()).isEqualTo(4);
    assertThat(read(again, CHUNK)).isEqualTo(page(1));
    memory.close();
    assertThat(used()).isZero();
  }

  @Test
  void filesOfSeveralImagesGoWithTheLast() {
    ChunkedBytes file = file(2);
    var state =
        new FilesState(
            List.of(),
            List.of(new FilesState.Memory(meta(), 2 * CHUNK, file.save(), 0, false)),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            0,
            0,
            0,
            WaitingState.none());
    memory.close();
    assertThat(used()).isEqualTo(2);
    var saved = new SavedFiles(state);
    saved.retain();
    saved.release();
    assertThat(used()).isEqualTo(2);
    saved.release();
    assertThat(used()).isZero();
    saved.release();
    assertThat(used()).isZero();
    assertThatThrownBy(saved::retain).isInstanceOf(IllegalStateException.class);
  }

  private static FilesState.Meta meta() {
    var time = new FilesState.Time(0, 0);
    return new FilesState.Meta(0, 1, FileMode.S_IFREG, 0, 0, 1, time, time, time, time);
  }

  @Test
  void whatFilesMayBeScatteredOverIsLimited() {
    var file = new ChunkedBytes(memory, TreeBytes.none());
    long step = (long) PageStretch.PAGES * CHUNK;
    byte[] one = {1};
    for (long i = 0; i < FileMemory.MOST_STRETCHES; i++) {
      file.write(i * step, one, 0, 1);
    }
    long next = FileMemory.MOST_STRETCHES * step;
    assertThatThrownBy(() -> file.write(next, one, 0, 1)).isEqualTo(Errno.ENOSPC.exception());
    assertThatThrownBy(() -> file.allocate(next, next + 1)).isEqualTo(Errno.ENOSPC.exception());
    file.write(next - step + CHUNK, one, 0, 1); // where there is a page already
    file.truncate(step);
    file.write(next, one, 0, 1);
    memory.close();
    assertThat(used()).isZero();
  }

  @Test
  void pagesInAnyOrderAreFoundAndSkipped() {
    var file = new ChunkedBytes(memory, TreeBytes.none());
    int[] order = {130, 63, 64, 2, 127, 65, 62};
    for (int page : order) {
      file.write((long) page * CHUNK, page(page), 0, CHUNK);
    }
    assertThat(file.occupied()).isEqualTo((long) order.length * CHUNK);
    for (int page : order) {
      assertThat(read(file, (long) page * CHUNK)).isEqualTo(page(page));
    }
    assertThat(file.nextData(0)).isEqualTo(2 * CHUNK);
    assertThat(file.nextHole(62 * CHUNK)).isEqualTo(66 * CHUNK);
    assertThat(file.nextData(66 * CHUNK)).isEqualTo(127 * CHUNK);
    assertThat(file.nextHole(130 * CHUNK)).isEqualTo(131 * CHUNK);
    file.punch(63 * CHUNK, 65 * CHUNK);
    assertThat(read(file, 63 * CHUNK)).isEqualTo(page(0));
    assertThat(file.nextData(63 * CHUNK)).isEqualTo(65 * CHUNK);
    assertThat(used()).isEqualTo(order.length - 2);
    memory.close();
  }
}
