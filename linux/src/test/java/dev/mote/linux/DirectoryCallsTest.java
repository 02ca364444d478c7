package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_DIRECTORY;
import static dev.mote.linux.OpenFlags.O_RDONLY;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DirectoryCallsTest {
  private final FileGuest guest = new FileGuest();

  @AfterEach
  void close() {
    guest.close();
  }

  private long rename(String from, String to, int flags) {
    return guest.call(316, -100, guest.text(from), -100, guest.text(to), flags);
  }

  private long unlink(String path) {
    return guest.call(87, guest.text(path));
  }

  private long rmdir(String path) {
    return guest.call(84, guest.text(path));
  }

  private long link(String from, String to) {
    return guest.call(86, guest.text(from), guest.text(to));
  }

  @Test
  void linksOfADirectoryCountItsSubdirectories() {
    guest.mkdir("/tmp/a");
    assertThat(guest.stat("/tmp/a").links()).isEqualTo(2);
    guest.mkdir("/tmp/a/b");
    assertThat(guest.stat("/tmp/a").links()).isEqualTo(3);
    assertThat(rmdir("/tmp/a")).isEqualTo(-39);
    assertThat(rmdir("/tmp/a/b/")).isZero();
    assertThat(guest.stat("/tmp/a").links()).isEqualTo(2);
  }

  @Test
  void makingRefusesWhatIsThereOrCannotBe() {
    assertThat(guest.mkdir("/tmp")).isEqualTo(-17);
    assertThat(guest.mkdir("/")).isEqualTo(-17);
    assertThat(guest.mkdir("/tmp/.")).isEqualTo(-17);
    assertThat(guest.mkdir("/none/x")).isEqualTo(-2);
    assertThat(guest.mkdir("/tmp/new/")).isZero();
    assertThat(guest.mkdir("/proc/x")).isEqualTo(-1);
    assertThat(guest.call(88, guest.text(""), guest.text("/tmp/l"))).isEqualTo(-2);
    assertThat(guest.call(88, guest.text("x"), guest.text("/tmp/l/"))).isEqualTo(-2);
    assertThat(guest.call(133, guest.text("/tmp/dir"), 0040000)).isEqualTo(-1);
    assertThat(guest.call(133, guest.text("/tmp/odd"), 0170000)).isEqualTo(-22);
  }

  @Test
  void removingRefusesTheWrongKind() {
    guest.put("/tmp/f", "");
    guest.mkdir("/tmp/d");
    assertThat(unlink("/tmp/d")).isEqualTo(-21);
    assertThat(rmdir("/tmp/f")).isEqualTo(-20);
    assertThat(unlink("/tmp/f/")).isEqualTo(-20);
    assertThat(rmdir("/tmp/d/.")).isEqualTo(-22);
    assertThat(rmdir("/tmp/d/..")).isEqualTo(-39);
    assertThat(rmdir("/")).isEqualTo(-16);
    assertThat(rmdir("/proc")).isEqualTo(-16);
    assertThat(unlink("/tmp/none")).isEqualTo(-2);
    assertThat(guest.call(263, -100, guest.text("/tmp/f"), 1)).isEqualTo(-22);
  }

  @Test
  void namesOfOneFileShareItsNumber() {
    guest.put("/tmp/a", "same");
    assertThat(link("/tmp/a", "/tmp/b")).isZero();
    assertThat(guest.stat("/tmp/a").inode()).isEqualTo(guest.stat("/tmp/b").inode());
    assertThat(guest.stat("/tmp/a").links()).isEqualTo(2);
    unlink("/tmp/a");
    assertThat(guest.stat("/tmp/b").links()).isOne();
    assertThat(guest.content("/tmp/b")).isEqualTo("same");
    assertThat(link("/tmp", "/x")).isEqualTo(-1);
    assertThat(link("/tmp/b", "/dev/b")).isEqualTo(-18);
    assertThat(link("/tmp/b", "/tmp/b")).isEqualTo(-17);
  }

  @Test
  void anOpenFileOutlivesItsName() {
    guest.put("/tmp/a", "still here");
    int fd = guest.opened("/tmp/a", O_RDONLY);
    unlink("/tmp/a");
    assertThat(guest.fstat(fd).links()).isZero();
    assertThat(guest.read(fd, 100)).isEqualTo("still here");
  }

  @Test
  void renameReplacesFilesAndEmptyDirectories() {
    guest.put("/tmp/a", "a");
    guest.put("/tmp/b", "b");
    assertThat(rename("/tmp/a", "/tmp/b", 0)).isZero();
    assertThat(guest.content("/tmp/b")).isEqualTo("a");
    assertThat(guest.stat("/tmp/a").result()).isEqualTo(-2);
    guest.mkdir("/tmp/d");
    guest.mkdir("/tmp/e");
    guest.put("/tmp/d/in", "in");
    assertThat(rename("/tmp/d", "/tmp/e", 0)).isZero();
    assertThat(guest.content("/tmp/e/in")).isEqualTo("in");
    guest.mkdir("/tmp/d");
    assertThat(rename("/tmp/d", "/tmp/e", 0)).isEqualTo(-39);
    assertThat(rename("/tmp/b", "/tmp/e", 0)).isEqualTo(-21);
    assertThat(rename("/tmp/e", "/tmp/b", 0)).isEqualTo(-20);
  }

  @Test
  void renameRefusesWhatWouldBreakTheTree() {
    guest.mkdir("/tmp/d");
    guest.mkdir("/tmp/d/e");
    guest.put("/tmp/f", "");
    assertThat(rename("/tmp/d", "/tmp/d/e/x", 0)).isEqualTo(-22);
    assertThat(rename("/tmp/d", "/tmp/d", 0)).isEqualTo(0);
    assertThat(rename("/tmp/d/e", "/tmp/d", 0)).isEqualTo(-39);
    assertThat(rename("/tmp/.", "/tmp/x", 0)).isEqualTo(-16);
    assertThat(rename("/", "/tmp/x", 0)).isEqualTo(-16);
    assertThat(rename("/dev", "/tmp/x", 0)).isEqualTo(-16);
    assertThat(rename("/tmp/f", "/dev/f", 0)).isEqualTo(-18);
    assertThat(rename("/tmp/f", "/tmp/g/", 0)).isEqualTo(-20);
    assertThat(rename("/tmp/d", "/tmp/g/", 0)).isZero();
    assertThat(rename("/tmp/none", "/tmp/x", 0)).isEqualTo(-2);
  }

  @Test
  void renameFlagsForbidReplacingOrExchange() {
    guest.put("/tmp/a", "a");
    guest.mkdir("/tmp/d");
    assertThat(rename("/tmp/a", "/tmp/d", 1)).isEqualTo(-17);
    assertThat(rename("/tmp/a", "/tmp/d", 2)).isZero();
    assertThat(guest.content("/tmp/d")).isEqualTo("a");
    assertThat(guest.stat("/tmp/a").mode() & FileMode.S_IFMT).isEqualTo(FileMode.S_IFDIR);
    assertThat(rename("/tmp/a", "/tmp/none", 2)).isEqualTo(-2);
    assertThat(rename("/tmp/a", "/tmp/x", 3)).isEqualTo(-22);
    assertThat(rename("/tmp/a", "/tmp/x", 4)).isEqualTo(-22);
  }

  @Test
  void renamingOneNameOfAFileToAnotherDoesNothing() {
    guest.put("/tmp/a", "x");
    link("/tmp/a", "/tmp/b");
    assertThat(rename("/tmp/a", "/tmp/b", 0)).isZero();
    assertThat(guest.stat("/tmp/a").links()).isEqualTo(2);
  }

  @Test
  void listingGivesEveryNameOnceThoughOthersComeAndGo() {
    guest.mkdir("/tmp/d");
    for (int i = 0; i < 100; i++) {
      guest.put("/tmp/d/f" + i, "");
    }
    int fd = guest.opened("/tmp/d", O_DIRECTORY);
    List<String> all = new ArrayList<>();
    for (List<String> part = guest.names(fd, 200); !part.isEmpty(); ) {
      all.addAll(part);
      part.forEach(name -> unlink("/tmp/d/" + name));
      part = guest.names(fd, 200);
    }
    assertThat(all).hasSize(102).doesNotHaveDuplicates().contains(".", "..", "f0", "f99");
    assertThat(rmdir("/tmp/d")).isZero();
    assertThat(guest.names(fd, 200)).containsExactly("errno 2");
  }

  @Test
  void aListingStartsAgainAtItsBeginning() {
    int fd = guest.opened("/dev", O_DIRECTORY);
    List<String> first = guest.names(fd, 4096);
    assertThat(guest.names(fd, 4096)).isEmpty();
    guest.seek(fd, 0, 0);
    assertThat(guest.names(fd, 4096)).isEqualTo(first).contains("null", "zero", "fd", "shm");
  }

  @Test
  void aBufferTooSmallForOneNameIsInvalid() {
    int fd = guest.opened("/dev", O_DIRECTORY);
    assertThat(guest.names(fd, 10)).containsExactly("errno 22");
    assertThat(guest.call(217, fd, FileGuest.READ_ONLY, 4096)).isEqualTo(-14);
    assertThat(guest.names(fd, 24)).containsExactly(".");
    guest.put("/tmp/f", "");
    assertThat(guest.names(guest.opened("/tmp/f", O_RDONLY), 100)).containsExactly("errno 20");
    assertThat(guest.read(fd, 1)).isEqualTo("errno 21");
  }

  @Test
  void modesFollowTheUmask() {
    assertThat(guest.call(95, 027)).isEqualTo(022);
    guest.call(83, guest.text("/tmp/d"), 0777);
    assertThat(guest.stat("/tmp/d").mode()).isEqualTo(FileMode.S_IFDIR | 0750);
    guest.call(90, guest.text("/tmp/d"), 01777);
    assertThat(guest.stat("/tmp/d").mode()).isEqualTo(FileMode.S_IFDIR | 01777);
  }

  @Test
  void timesAreWhatTheyAreSetTo() {
    guest.put("/tmp/f", "");
    byte[] times = new byte[32];
    ByteBuffer.wrap(times)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(0, 5)
        .putLong(8, 0x3ffffffe)
        .putLong(16, 20_000_000_000L)
        .putLong(24, 7);
    assertThat(guest.call(280, -100, guest.text("/tmp/f"), guest.bytes(times), 0)).isZero();
    assertThat(guest.stat("/tmp/f").modifiedSeconds()).isEqualTo(20_000_000_000L);
    times[31] = 1;
    assertThat(guest.call(280, -100, guest.text("/tmp/f"), guest.bytes(times), 0)).isEqualTo(-22);
  }
}
