package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_NONBLOCK;
import static dev.mote.linux.OpenFlags.O_RDONLY;
import static dev.mote.linux.OpenFlags.O_RDWR;
import static dev.mote.linux.OpenFlags.O_WRONLY;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PipeTest {
  private static final int POLLIN = 1;
  private static final int POLLOUT = 4;
  private static final int POLLERR = 8;
  private static final int POLLHUP = 16;
  private static final int SIGPIPE = 13;

  private final FileGuest guest = new FileGuest();
  private int reader;
  private int writer;

  PipeTest() {
    make(0);
  }

  private void make(int flags) {
    long pair = guest.room(8);
    assertThat(guest.call(293, pair, flags)).isZero();
    reader = guest.memory.getInt(pair);
    writer = guest.memory.getInt(pair + 4);
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private int poll(int fd) {
    long entry =
        guest.bytes(
            ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(fd)
                .putShort((short) (POLLIN | POLLOUT))
                .array());
    long ready = guest.call(7, entry, 1, 0);
    int found = guest.memory.getShort(entry + 6);
    assertThat(ready).isEqualTo(found == 0 ? 0 : 1);
    return found;
  }

  @Test
  void bytesComeOutInOrderAndThenTheEnd() {
    guest.write(writer, "hello");
    assertThat(guest.read(reader, 2)).isEqualTo("he");
    guest.write(writer, "!");
    assertThat(guest.read(reader, 100)).isEqualTo("llo!");
    assertThat(guest.read(reader, 100)).isEqualTo("blocked");
    guest.close(writer);
    assertThat(guest.readAgain(reader, 100)).isEmpty();
  }

  @Test
  void endsHaveOneDirectionAndNoPosition() {
    assertThat(guest.write(reader, "x")).isEqualTo(-9);
    assertThat(guest.read(writer, 1)).isEqualTo("errno 9");
    assertThat(guest.seek(reader, 0, 1)).isEqualTo(-29);
    assertThat(guest.call(17, reader, guest.room(8), 1, 0)).isEqualTo(-29);
    assertThat(guest.fstat(reader).mode()).isEqualTo(FileMode.S_IFIFO | 0600);
    assertThat(guest.call(293, guest.room(8), 1)).isEqualTo(-22);
    assertThat(guest.call(293, FileGuest.UNMAPPED, 0)).isEqualTo(-14);
    assertThat(guest.call(32, 0)).as("what a failed pipe opened is closed").isEqualTo(5);
  }

  @Test
  void writingWithoutReadersRaisesASignal() {
    guest.close(reader);
    assertThat(poll(writer)).isEqualTo(POLLOUT | POLLERR);
    assertThat(guest.write(writer, "x")).isEqualTo(-32);
    assertThat(guest.guest.process().task().pendingSignals()).isEqualTo(1L << (SIGPIPE - 1));
  }

  @Test
  void aFullPipeTakesNoMore() {
    guest.call(72, writer, 4, O_NONBLOCK);
    assertThat(guest.write(writer, "x".repeat(70_000))).isEqualTo(65_536);
    assertThat(poll(writer)).isZero();
    assertThat(guest.write(writer, "x")).isEqualTo(-11);
    assertThat(guest.read(reader, 100)).hasSize(100);
    assertThat(guest.write(writer, "x".repeat(101))).as("small writes are whole").isEqualTo(-11);
    assertThat(guest.write(writer, "x".repeat(100))).isEqualTo(100);
    assertThat(poll(reader)).isEqualTo(POLLIN);
  }

  @Test
  void aBlockedWriteGoesOnWhereItStopped() {
    long buffer = guest.bytes("y".repeat(100_000).getBytes(StandardCharsets.US_ASCII));
    assertThat(guest.call(1, writer, buffer, 100_000)).isEqualTo(Task.BLOCKED);
    Task task = guest.guest.process().task();
    assertThat(task.progress).isEqualTo(65_536);
    long remembered = task.progress;
    assertThat(guest.read(reader, 50_000)).hasSize(50_000);
    task.progress = remembered;
    assertThat(guest.again(1, writer, buffer, 100_000)).isEqualTo(100_000);
    assertThat(guest.read(reader, 60_000)).hasSize(50_000);
  }

  @Test
  void theReaderSeesTheHangUp() {
    assertThat(poll(reader)).isZero();
    guest.write(writer, "x");
    guest.close(writer);
    assertThat(poll(reader)).isEqualTo(POLLIN | POLLHUP);
    guest.read(reader, 1);
    assertThat(poll(reader)).isEqualTo(POLLHUP);
  }

  @Test
  void theCapacityChangesInPages() {
    assertThat(guest.call(72, writer, 1032)).isEqualTo(65_536);
    assertThat(guest.call(72, writer, 1031, 5000)).isEqualTo(8192);
    guest.write(writer, "z".repeat(6000));
    assertThat(guest.call(72, writer, 1031, 4096)).isEqualTo(-16);
    assertThat(guest.call(72, writer, 1031, 1 << 20)).isEqualTo(1 << 20);
    assertThat(guest.call(72, writer, 1031, 1 << 21)).isEqualTo(-1);
    assertThat(guest.read(reader, 10_000)).isEqualTo("z".repeat(6000));
  }

  @Test
  void fifosOpenWhenBothSidesAreThere() {
    guest.call(133, guest.text("/tmp/fifo"), FileMode.S_IFIFO | 0600);
    assertThat(guest.open("/tmp/fifo", O_WRONLY | O_NONBLOCK, 0)).isEqualTo(-6);
    assertThat(guest.open("/tmp/fifo", O_WRONLY | O_RDWR, 0)).as("neither way").isEqualTo(-22);
    assertThat(guest.open("/tmp/fifo", O_RDONLY, 0)).isEqualTo(Task.BLOCKED);
    AutoCloseable kept = guest.guest.process().task().kept;
    guest.guest.process().task().kept = null;
    long out = guest.open("/tmp/fifo", O_WRONLY, 0);
    assertThat(out).isPositive();
    guest.guest.process().task().kept = kept;
    long in = guest.again(2, guest.text("/tmp/fifo"), O_RDONLY);
    assertThat(in).isPositive();
    guest.write(out, "through");
    assertThat(guest.read(in, 10)).isEqualTo("through");
  }

  @Test
  void anAbandonedOpeningCountsNoMore() {
    guest.call(133, guest.text("/tmp/fifo"), FileMode.S_IFIFO | 0600);
    assertThat(guest.open("/tmp/fifo", O_RDONLY, 0)).isEqualTo(Task.BLOCKED);
    guest.guest.process().task().drop();
    assertThat(guest.open("/tmp/fifo", O_WRONLY | O_NONBLOCK, 0)).isEqualTo(-6);
    assertThat(guest.opened("/tmp/fifo", O_RDWR)).isPositive();
  }

  @Test
  void pipesBeyondTheirBudgetAreSmall() {
    FileLimits limits = new FileLimits(1 << 20, 100, 100, 100_000, 1 << 20);
    try (FileGuest small = new FileGuest(limits, StandardStreams.none())) {
      long pair = small.room(8);
      small.call(22, pair);
      assertThat(small.call(72, small.memory.getInt(pair), 1032)).isEqualTo(65_536);
      pair = small.room(8);
      small.call(22, pair);
      assertThat(small.call(72, small.memory.getInt(pair), 1032)).isEqualTo(4096);
      assertThat(small.call(72, small.memory.getInt(pair), 1031, 1 << 20)).isEqualTo(-1);
    }
  }

  @Test
  void eventCountersSumAndReset() {
    long fd = guest.call(290, 3, O_NONBLOCK);
    assertThat(guest.call(1, fd, number(4), 8)).isEqualTo(8);
    long buffer = guest.room(8);
    assertThat(guest.call(0, fd, buffer, 8)).isEqualTo(8);
    assertThat(guest.memory.getLong(buffer)).isEqualTo(7);
    assertThat(guest.call(0, fd, buffer, 8)).isEqualTo(-11);
    assertThat(guest.call(0, fd, buffer, 7)).isEqualTo(-22);
    assertThat(guest.call(1, fd, number(-1), 8)).isEqualTo(-22);
    assertThat(guest.call(1, fd, number(-2), 8)).isEqualTo(8);
    assertThat(guest.call(1, fd, number(1), 8)).isEqualTo(-11);
    assertThat(guest.call(290, 0, 4)).isEqualTo(-22);
  }

  @Test
  void semaphoresCountDown() {
    long fd = guest.call(290, 2, 1 | O_NONBLOCK);
    long buffer = guest.room(8);
    for (int i = 0; i < 2; i++) {
      guest.call(0, fd, buffer, 8);
      assertThat(guest.memory.getLong(buffer)).isOne();
    }
    assertThat(guest.call(0, fd, buffer, 8)).isEqualTo(-11);
  }

  private long number(long value) {
    return guest.bytes(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }
}
