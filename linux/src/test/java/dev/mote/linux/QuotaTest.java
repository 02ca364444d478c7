package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_CREAT;
import static dev.mote.linux.OpenFlags.O_RDWR;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuotaTest {
  private static final FileLimits LIMITS = new FileLimits(40_960, 20, 64, 1 << 20, 1 << 20);
  private final FileGuest guest = new FileGuest(LIMITS, StandardStreams.none());

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void bytesEndWithAPartialWriteAndThenNoSpace() {
    int fd = guest.opened("/tmp/f", O_CREAT | O_RDWR);
    assertThat(guest.write(fd, "x".repeat(50_000))).isEqualTo(40_960);
    assertThat(guest.write(fd, "x")).isEqualTo(-28);
    guest.call(77, fd, 0);
    guest.seek(fd, 0, 0);
    assertThat(guest.write(fd, "x".repeat(50_000))).isEqualTo(40_960);
  }

  @Test
  void removedFilesGiveTheirBytesBackWhenTheyAreClosed() {
    int fd = guest.opened("/tmp/f", O_CREAT | O_RDWR);
    guest.write(fd, "x".repeat(40_960));
    guest.call(87, guest.text("/tmp/f"));
    int other = guest.opened("/tmp/g", O_CREAT | O_RDWR);
    assertThat(guest.write(other, "x")).isEqualTo(-28);
    guest.close(fd);
    assertThat(guest.write(other, "x")).isOne();
  }

  @Test
  void namesOfEveryKindCount() {
    int made = 0;
    guest.put("/tmp/first", "");
    made++;
    assertThat(guest.call(86, guest.text("/tmp/first"), guest.text("/tmp/link"))).isZero();
    made++;
    assertThat(guest.mkdir("/tmp/d")).isZero();
    made++;
    while (guest.call(88, guest.text("x"), guest.text("/tmp/d/l" + made)) == 0) {
      made++;
    }
    assertThat(made).isEqualTo(20);
    assertThat(guest.open("/tmp/more", O_CREAT, 0600)).isEqualTo(-28);
    assertThat(guest.mkdir("/tmp/more")).isEqualTo(-28);
    assertThat(guest.call(87, guest.text("/tmp/link"))).isZero();
    assertThat(guest.mkdir("/tmp/more")).isZero();
  }

  @Test
  void longLinksTakeBytes() {
    int made = 0;
    while (guest.call(88, guest.text("t".repeat(1000)), guest.text("/tmp/l" + made)) == 0) {
      made++;
    }
    assertThat(made).isEqualTo(10);
    guest.call(87, guest.text("/tmp/l0"));
    assertThat(guest.call(88, guest.text("t".repeat(1000)), guest.text("/tmp/again"))).isZero();
  }

  @Test
  void memoryFilesCount() {
    long fd = guest.call(319, guest.text("m"), 0);
    assertThat(guest.write(fd, "x".repeat(50_000))).isEqualTo(40_960);
    guest.close(fd);
    int file = guest.opened("/tmp/f", O_CREAT | O_RDWR);
    assertThat(guest.write(file, "x")).isOne();
  }

  @Test
  void spaceLeftIsTold() {
    long buffer = guest.room(120);
    assertThat(guest.call(137, guest.text("/tmp"), buffer)).isZero();
    assertThat(guest.memory.getLong(buffer + 16)).isEqualTo(10);
    assertThat(guest.memory.getLong(buffer + 24)).isEqualTo(10);
    assertThat(guest.memory.getLong(buffer + 40)).isEqualTo(20);
    guest.put("/tmp/f", "x");
    buffer = guest.room(120);
    guest.call(137, guest.text("/tmp"), buffer);
    assertThat(guest.memory.getLong(buffer + 24)).isEqualTo(9);
    assertThat(guest.memory.getLong(buffer + 48)).isEqualTo(19);
  }
}
