package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_APPEND;
import static dev.mote.linux.OpenFlags.O_CREAT;
import static dev.mote.linux.OpenFlags.O_RDONLY;
import static dev.mote.linux.OpenFlags.O_RDWR;
import static dev.mote.linux.OpenFlags.O_TMPFILE;
import static dev.mote.linux.OpenFlags.O_WRONLY;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegularFileTest {
  private static final int PREAD = 17;
  private static final int PWRITE = 18;
  private static final int FTRUNCATE = 77;
  private static final int FALLOCATE = 285;

  private final FileGuest guest = new FileGuest();
  private final int fd = guest.opened("/tmp/file", O_CREAT | O_RDWR);

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void positionsMoveWithReadsAndWrites() {
    assertThat(guest.write(fd, "0123456789")).isEqualTo(10);
    assertThat(guest.read(fd, 5)).isEmpty();
    assertThat(guest.seek(fd, -4, 1)).isEqualTo(6);
    assertThat(guest.read(fd, 100)).isEqualTo("6789");
    assertThat(guest.seek(fd, 2, 0)).isEqualTo(2);
    assertThat(guest.write(fd, "xy")).isEqualTo(2);
    assertThat(guest.content("/tmp/file")).isEqualTo("01xy456789");
  }

  @Test
  void seekRefusesNegativeAndUnknown() {
    assertThat(guest.seek(fd, -1, 0)).isEqualTo(-22);
    assertThat(guest.seek(fd, 0, 9)).isEqualTo(-22);
    assertThat(guest.seek(fd, Long.MAX_VALUE, 0)).isEqualTo(Long.MAX_VALUE);
    assertThat(guest.seek(fd, 1, 1)).isEqualTo(-22);
    assertThat(guest.write(fd, "x")).isEqualTo(-27);
  }

  @Test
  void appendingWritesGoToTheEndWhateverThePosition() {
    guest.write(fd, "abc");
    int appending = guest.opened("/tmp/file", O_WRONLY | O_APPEND);
    guest.seek(appending, 0, 0);
    guest.write(appending, "d");
    assertThat(guest.call(PWRITE, appending, guest.text("e"), 1, 0)).isEqualTo(1);
    assertThat(guest.content("/tmp/file")).isEqualTo("abcde");
  }

  @Test
  void readsAndWritesByPositionLeaveThePosition() {
    guest.write(fd, "abcdef");
    long buffer = guest.room(10);
    assertThat(guest.call(PREAD, fd, buffer, 3, 2)).isEqualTo(3);
    assertThat(guest.get(FileGuest.WRITABLE, 3)).containsExactly('c', 'd', 'e');
    assertThat(guest.call(PREAD, fd, buffer, 3, -1)).isEqualTo(-22);
    assertThat(guest.seek(fd, 0, 1)).isEqualTo(6);
  }

  @Test
  void holesReadAsZerosAndTakeNoBlocks() {
    guest.call(PWRITE, fd, guest.text("x"), 1, 1L << 40);
    assertThat(guest.stat("/tmp/file").size()).isEqualTo((1L << 40) + 1);
    assertThat(guest.stat("/tmp/file").blocks()).isEqualTo(8);
    assertThat(guest.seek(fd, 0, 3)).isEqualTo(1L << 40);
    assertThat(guest.seek(fd, 0, 4)).isZero();
    assertThat(guest.seek(fd, 1L << 40, 4)).isEqualTo((1L << 40) + 1);
    assertThat(guest.seek(fd, (1L << 40) + 1, 3)).isEqualTo(-6);
    guest.seek(fd, 0, 0);
    assertThat(guest.read(fd, 4)).isEqualTo("\0\0\0\0");
  }

  @Test
  void truncatedContentDoesNotComeBack() {
    guest.write(fd, "secret");
    assertThat(guest.call(FTRUNCATE, fd, 2)).isZero();
    assertThat(guest.call(FTRUNCATE, fd, 6)).isZero();
    assertThat(guest.content("/tmp/file")).isEqualTo("se\0\0\0\0");
    assertThat(guest.call(FTRUNCATE, fd, -1)).isEqualTo(-22);
    assertThat(guest.call(FTRUNCATE, guest.opened("/tmp/file", O_RDONLY), 0)).isEqualTo(-22);
  }

  @Test
  void allocatingReservesAndPunchingFrees() {
    assertThat(guest.call(FALLOCATE, fd, 0, 0, 10_000)).isZero();
    assertThat(guest.stat("/tmp/file").size()).isEqualTo(10_000);
    assertThat(guest.stat("/tmp/file").blocks()).isEqualTo(24);
    guest.write(fd, "x".repeat(10_000));
    assertThat(guest.call(FALLOCATE, fd, 3, 100, 8192)).isZero();
    assertThat(guest.stat("/tmp/file").blocks()).isEqualTo(16);
    String expected = "x".repeat(100) + "\0".repeat(8192) + "x".repeat(10_000 - 8292);
    assertThat(guest.content("/tmp/file")).isEqualTo(expected);
    assertThat(guest.call(FALLOCATE, fd, 0, 0, Long.MAX_VALUE)).isEqualTo(-28);
    assertThat(guest.call(FALLOCATE, fd, 8, 0, 4096)).isEqualTo(-95);
    assertThat(guest.call(FALLOCATE, fd, 0, -1, 1)).isEqualTo(-22);
  }

  @Test
  void badMemoryFailsOnlyWhatItTouches() {
    long end = FileGuest.READ_ONLY + 4096;
    assertThat(guest.call(1, fd, end - 3, 10)).isEqualTo(3);
    assertThat(guest.call(1, fd, FileGuest.UNMAPPED, 10)).isEqualTo(-14);
    assertThat(guest.call(1, fd, FileGuest.UNMAPPED, 0)).isZero();
    assertThat(guest.call(1, fd, FileGuest.WRITABLE, -1)).isEqualTo(-14);
    guest.seek(fd, 0, 0);
    assertThat(guest.call(0, fd, FileGuest.READ_ONLY, 3)).isEqualTo(-14);
    assertThat(guest.call(0, fd, FileGuest.WRITABLE, 3)).isEqualTo(3);
  }

  @Test
  void vectorsAreOneStretchOfBytes() {
    long first = guest.text("hello ");
    long second = guest.text("world");
    byte[] vector = new byte[48];
    ByteBuffer.wrap(vector)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(first)
        .putLong(6)
        .putLong(FileGuest.UNMAPPED)
        .putLong(0)
        .putLong(second)
        .putLong(5);
    assertThat(guest.call(20, fd, guest.bytes(vector), 3)).isEqualTo(11);
    assertThat(guest.content("/tmp/file")).isEqualTo("hello world");
    assertThat(guest.call(20, fd, guest.room(16), 1025)).isEqualTo(-22);
    assertThat(guest.call(20, fd, guest.room(16), -1)).isEqualTo(-22);
    assertThat(guest.call(20, fd, guest.room(16), 0)).isZero();
  }

  @Test
  void randomWritesGiveWhatAnArrayGives() {
    Random random = new Random(7);
    byte[] model = new byte[50_000];
    int size = 0;
    for (int round = 0; round < 300; round++) {
      int at = random.nextInt(40_000);
      int length = random.nextInt(9_000);
      switch (random.nextInt(4)) {
        case 0 -> {
          size = random.nextInt(45_000);
          guest.call(FTRUNCATE, fd, size);
          Arrays.fill(model, size, model.length, (byte) 0);
        }
        case 1 -> {
          guest.call(FALLOCATE, fd, 3, at, length + 1);
          Arrays.fill(model, at, Math.min(at + length + 1, model.length), (byte) 0);
        }
        default -> {
          byte[] bytes = new byte[length];
          random.nextBytes(bytes);
          guest.call(PWRITE, fd, guest.bytes(bytes), length, at);
          System.arraycopy(bytes, 0, model, at, length);
          size = length == 0 ? size : Math.max(size, at + length);
        }
      }
      long buffer = guest.room(50_000);
      assertThat(guest.call(PREAD, fd, buffer, 50_000, 0)).isEqualTo(size);
      assertThat(Arrays.mismatch(guest.get(buffer, size), Arrays.copyOf(model, size)))
          .as("first difference in round %s", round)
          .isEqualTo(-1);
    }
  }

  @Test
  void aTemporaryFileGetsANameOnlyByLink() {
    int temporary = guest.opened("/tmp", O_TMPFILE | O_RDWR);
    guest.write(temporary, "made");
    assertThat(guest.fstat(temporary).links()).isZero();
    long from = guest.text("/proc/self/fd/" + temporary);
    assertThat(guest.call(265, -100, from, -100, guest.text("/tmp/named"), 0x400)).isZero();
    assertThat(guest.content("/tmp/named")).isEqualTo("made");
    assertThat(guest.fstat(temporary).links()).isOne();
    assertThat(guest.open("/tmp", O_TMPFILE, 0600)).isEqualTo(-22);
  }

  @Test
  void copiesGoFromFileToFile() {
    guest.write(fd, "0123456789");
    guest.seek(fd, 0, 0);
    int target = guest.opened("/tmp/copy", O_CREAT | O_RDWR);
    assertThat(guest.call(40, target, fd, 0, 4)).isEqualTo(4);
    assertThat(guest.seek(fd, 0, 1)).isEqualTo(4);
    assertThat(guest.call(326, fd, 0, target, 0, 100, 0)).isEqualTo(6);
    assertThat(guest.content("/tmp/copy")).isEqualTo("0123456789");
    assertThat(guest.call(326, fd, 0, target, 0, 100, 1)).isEqualTo(-22);
    long[] overlap = {fd, guest.bytes(new byte[8]), fd, guest.bytes(new byte[8]), 5, 0};
    assertThat(guest.call(326, overlap)).isEqualTo(-22);
  }

  @Test
  void sealsForbidWhatTheyName() {
    int sealed = (int) guest.call(319, guest.text("name"), 2);
    guest.write(sealed, "fixed");
    assertThat(guest.call(72, sealed, 1033, 2 | 4)).isZero();
    assertThat(guest.call(FTRUNCATE, sealed, 1)).isEqualTo(-1);
    assertThat(guest.call(FTRUNCATE, sealed, 9)).isEqualTo(-1);
    assertThat(guest.write(sealed, "more")).isEqualTo(-1);
    assertThat(guest.call(72, sealed, 1034)).isEqualTo(6);
    assertThat(guest.call(72, fd, 1033, 2)).isEqualTo(-1);
  }
}
