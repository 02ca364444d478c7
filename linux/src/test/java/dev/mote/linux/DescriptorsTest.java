package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_APPEND;
import static dev.mote.linux.OpenFlags.O_CLOEXEC;
import static dev.mote.linux.OpenFlags.O_CREAT;
import static dev.mote.linux.OpenFlags.O_NONBLOCK;
import static dev.mote.linux.OpenFlags.O_RDONLY;
import static dev.mote.linux.OpenFlags.O_RDWR;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DescriptorsTest {
  private static final int FCNTL = 72;
  private static final int FLOCK = 73;

  private final FileGuest guest = new FileGuest();

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void theLowestFreeNumberIsGivenOut() {
    assertThat(guest.opened("/dev/null", O_RDONLY)).isEqualTo(3);
    assertThat(guest.call(32, 0)).isEqualTo(4);
    assertThat(guest.close(3)).isZero();
    assertThat(guest.close(3)).isEqualTo(-9);
    assertThat(guest.call(FCNTL, 0, 0, 2)).isEqualTo(3);
    assertThat(guest.call(FCNTL, 0, 1030, 10)).isEqualTo(10);
    assertThat(guest.call(FCNTL, 10, 1)).isOne();
    assertThat(guest.call(FCNTL, 0, 0, 100_000)).isEqualTo(-22);
  }

  @Test
  void duplicatesShareThePositionButNotTheFlagOfTheNumber() {
    int fd = guest.opened("/tmp/f", O_CREAT | O_RDWR | O_CLOEXEC);
    assertThat(guest.call(33, fd, 7)).isEqualTo(7);
    assertThat(guest.call(33, fd, fd)).isEqualTo(fd);
    assertThat(guest.call(33, 99, 99)).isEqualTo(-9);
    assertThat(guest.call(292, fd, fd, 0)).isEqualTo(-22);
    assertThat(guest.call(292, fd, 8, O_CLOEXEC)).isEqualTo(8);
    assertThat(guest.call(FCNTL, fd, 1)).isOne();
    assertThat(guest.call(FCNTL, 7, 1)).isZero();
    assertThat(guest.call(FCNTL, 8, 1)).isOne();
    guest.write(fd, "abc");
    assertThat(guest.seek(7, 0, 1)).isEqualTo(3);
    guest.call(FCNTL, 7, 4, O_APPEND | O_NONBLOCK);
    assertThat(guest.call(FCNTL, fd, 3) & (O_APPEND | O_NONBLOCK)).isEqualTo(O_APPEND | O_NONBLOCK);
  }

  @Test
  void descriptorsEndAtTheirLimit() {
    try (FileGuest small =
        new FileGuest(new FileLimits(1 << 20, 100, 6, 1 << 20, 1 << 20), StandardStreams.none())) {
      assertThat(small.call(32, 0)).isEqualTo(3);
      assertThat(small.call(32, 0)).isEqualTo(4);
      assertThat(small.call(22, small.room(8))).isEqualTo(-24);
      assertThat(small.call(32, 0)).isEqualTo(5);
      assertThat(small.call(32, 0)).isEqualTo(-24);
      assertThat(small.open("/tmp/x", O_CREAT, 0600)).isEqualTo(-24);
      assertThat(small.stat("/tmp/x").result()).isEqualTo(-2);
      assertThat(small.call(33, 0, 6)).isEqualTo(-9);
    }
  }

  @Test
  void rangesOfDescriptorsClose() {
    for (int i = 0; i < 5; i++) {
      guest.call(32, 0);
    }
    assertThat(guest.call(436, 5, 6, 0)).isZero();
    assertThat(guest.call(FCNTL, 5, 1)).isEqualTo(-9);
    assertThat(guest.call(436, 3, 0xffff_ffffL, 4)).isZero();
    assertThat(guest.call(FCNTL, 4, 1)).isOne();
    assertThat(guest.call(436, 2, 1, 0)).isEqualTo(-22);
    assertThat(guest.call(436, 3, 0xffff_ffffL, 0)).isZero();
    assertThat(guest.call(FCNTL, 7, 1)).isEqualTo(-9);
    assertThat(guest.call(FCNTL, 2, 1)).isZero();
  }

  @Test
  void wholeFileLocksConflictBetweenDescriptionsOnly() {
    int first = guest.opened("/tmp/f", O_CREAT | O_RDWR);
    int second = guest.opened("/tmp/f", O_RDWR);
    assertThat(guest.call(FLOCK, first, 2)).isZero();
    assertThat(guest.call(FLOCK, guest.call(32, first), 2)).isZero();
    assertThat(guest.call(FLOCK, second, 2 | 4)).isEqualTo(-11);
    assertThat(guest.call(FLOCK, second, 1)).isEqualTo(Task.BLOCKED);
    assertThat(guest.call(FLOCK, first, 1)).isZero();
    assertThat(guest.call(FLOCK, second, 1)).isZero();
    assertThat(guest.call(FLOCK, first, 7)).isEqualTo(-22);
  }

  @Test
  void recordLocksOfOneProcessNeverConflict() {
    int first = guest.opened("/tmp/f", O_CREAT | O_RDWR);
    int second = guest.opened("/tmp/f", O_RDWR);
    assertThat(guest.call(FCNTL, first, 6, lock(1, 0, 100))).isZero();
    assertThat(guest.call(FCNTL, second, 6, lock(1, 50, 100))).isZero();
    long request = lock(1, 0, 0);
    assertThat(guest.call(FCNTL, first, 5, request)).isZero();
    assertThat(guest.memory.getShort(request)).isEqualTo((short) 2);
    int reading = guest.opened("/tmp/f", O_RDONLY);
    assertThat(guest.call(FCNTL, reading, 6, lock(1, 0, 1))).isEqualTo(-9);
    assertThat(guest.call(FCNTL, first, 6, lock(1, -1, 1))).isEqualTo(-22);
    assertThat(guest.call(FCNTL, first, 6, lock(9, 0, 1))).isEqualTo(-22);
  }

  @Test
  void locksOfDescriptionsConflictByRange() {
    int first = guest.opened("/tmp/f", O_CREAT | O_RDWR);
    int second = guest.opened("/tmp/f", O_RDWR);
    assertThat(guest.call(FCNTL, first, 37, lock(1, 0, 100))).isZero();
    assertThat(guest.call(FCNTL, second, 37, lock(0, 99, 1))).isEqualTo(-11);
    assertThat(guest.call(FCNTL, second, 37, lock(1, 100, 1))).isZero();
    assertThat(guest.call(FCNTL, first, 37, lock(2, 40, 20))).isZero();
    assertThat(guest.call(FCNTL, second, 37, lock(1, 40, 20))).isZero();
    long request = lock(1, 0, 30);
    assertThat(guest.call(FCNTL, second, 36, request)).isZero();
    assertThat(guest.memory.getLong(request + 16)).isEqualTo(40);
    guest.close(first);
    assertThat(guest.call(FCNTL, second, 37, lock(1, 0, 0))).isZero();
  }

  private long lock(int type, long start, long length) {
    return guest.bytes(
        ByteBuffer.allocate(32)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) type)
            .putLong(8, start)
            .putLong(16, length)
            .array());
  }

  @Test
  void aPathDescriptorIsGoodForNothingElse() {
    int fd = guest.opened("/tmp", OpenFlags.O_PATH);
    assertThat(guest.seek(fd, 0, 0)).isEqualTo(-9);
    assertThat(guest.call(FCNTL, fd, 3)).isEqualTo(OpenFlags.O_PATH);
    assertThat(guest.call(16, fd, 0x5401, 0)).isEqualTo(-9);
    assertThat(guest.call(91, fd, 0700)).isEqualTo(-9);
    assertThat(guest.call(81, fd)).isZero();
  }
}
