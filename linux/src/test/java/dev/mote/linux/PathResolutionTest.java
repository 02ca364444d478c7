package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_CREAT;
import static dev.mote.linux.OpenFlags.O_DIRECTORY;
import static dev.mote.linux.OpenFlags.O_EXCL;
import static dev.mote.linux.OpenFlags.O_NOFOLLOW;
import static dev.mote.linux.OpenFlags.O_PATH;
import static dev.mote.linux.OpenFlags.O_RDONLY;
import static dev.mote.linux.OpenFlags.O_RDWR;
import static dev.mote.linux.OpenFlags.O_WRONLY;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathResolutionTest {
  private final FileGuest guest = new FileGuest();

  @BeforeEach
  void makeTree() {
    guest.mkdir("/tmp/d");
    guest.put("/tmp/d/file", "content");
    guest.call(88, guest.text("d"), guest.text("/tmp/link-to-d"));
    guest.call(88, guest.text("file"), guest.text("/tmp/d/link"));
    guest.call(88, guest.text("/tmp/d/link"), guest.text("/tmp/link-to-link"));
    guest.call(88, guest.text("loop"), guest.text("/tmp/loop"));
    guest.call(88, guest.text("nowhere"), guest.text("/tmp/dangling"));
  }

  @AfterEach
  void close() {
    guest.close();
  }

  @ParameterizedTest
  @CsvSource({
    "/tmp/d/file, 0",
    "/tmp//d/./file, 0",
    "/tmp/d/../d/file, 0",
    "/../../tmp/d/file, 0",
    "/tmp/link-to-d/file, 0",
    "/tmp/link-to-link, 0",
    "/tmp/link-to-d/, 0",
    "/tmp/d/file/, 20",
    "/tmp/d/file/x, 20",
    "/tmp/d/file/., 20",
    "/tmp/d/link/, 20",
    "/tmp/none, 2",
    "/tmp/none/x, 2",
    "'', 2",
    "/tmp/loop, 40",
    "/tmp/loop/x, 40",
    "/tmp/dangling, 2",
  })
  void pathsLeadWhereLinuxSays(String path, int errno) {
    assertThat(guest.stat(path).result()).isEqualTo(-errno);
  }

  @Test
  void namesEndAt255AndPathsAt4096Bytes() {
    assertThat(guest.open("/tmp/" + "n".repeat(255), O_CREAT | O_WRONLY, 0600)).isPositive();
    assertThat(guest.open("/tmp/" + "n".repeat(256), O_CREAT | O_WRONLY, 0600)).isEqualTo(-36);
    assertThat(guest.stat("/" + "./".repeat(2046) + "t").result()).isEqualTo(-2);
    assertThat(guest.stat("/" + "./".repeat(2047) + "t").result()).isEqualTo(-36);
  }

  @Test
  void fortyLinksAreFollowedAndNoMore() {
    for (int i = 1; i <= 41; i++) {
      String target = i == 1 ? "d" : "l" + (i - 1);
      guest.call(88, guest.text(target), guest.text("/tmp/l" + i));
    }
    assertThat(guest.stat("/tmp/l40").result()).isZero();
    assertThat(guest.stat("/tmp/l41").result()).isEqualTo(-40);
  }

  @Test
  void openRefusesWhatItsFlagsExclude() {
    assertThat(guest.open("/tmp/d/link", O_NOFOLLOW, 0)).isEqualTo(-40);
    assertThat(guest.open("/tmp/d/file", O_DIRECTORY, 0)).isEqualTo(-20);
    assertThat(guest.open("/tmp/d", O_WRONLY, 0)).isEqualTo(-21);
    assertThat(guest.open("/tmp/d", O_CREAT, 0)).isEqualTo(-21);
    assertThat(guest.open("/tmp/new", O_CREAT | O_DIRECTORY, 0)).isEqualTo(-22);
    assertThat(guest.open("/tmp/d/file", O_CREAT | O_EXCL, 0)).isEqualTo(-17);
    assertThat(guest.open("/tmp/dangling", O_CREAT | O_EXCL, 0)).isEqualTo(-17);
    assertThat(guest.open("/tmp/new/", O_CREAT | O_WRONLY, 0)).isEqualTo(-21);
  }

  @Test
  void creatingThroughADanglingLinkMakesItsTarget() {
    assertThat(guest.open("/tmp/dangling", O_CREAT | O_WRONLY, 0600)).isPositive();
    assertThat(guest.stat("/tmp/nowhere").result()).isZero();
  }

  @Test
  void pathsMayStartAtADescriptor() {
    int directory = guest.opened("/tmp/d", O_DIRECTORY);
    int file = guest.opened("/tmp/d/file", O_RDONLY);
    assertThat(guest.call(257, directory, guest.text("file"), O_RDONLY)).isPositive();
    assertThat(guest.call(257, file, guest.text("file"), O_RDONLY)).isEqualTo(-20);
    assertThat(guest.call(257, 99, guest.text("file"), O_RDONLY)).isEqualTo(-9);
    assertThat(guest.call(257, 99, guest.text("/tmp/d/file"), O_RDONLY)).isPositive();
  }

  @Test
  void anEmptyPathMayMeanTheDescriptor() {
    int fd = guest.opened("/tmp/d/link", O_PATH | O_NOFOLLOW);
    assertThat(guest.fstat(fd).mode() & FileMode.S_IFMT).isEqualTo(FileMode.S_IFLNK);
    assertThat(guest.call(262, fd, guest.text(""), guest.room(144), 0x1000)).isZero();
    assertThat(guest.call(262, fd, guest.text(""), guest.room(144), 0)).isEqualTo(-2);
    assertThat(guest.call(267, fd, guest.text(""), guest.room(10), 10)).isEqualTo(4);
    assertThat(guest.read(fd, 1)).isEqualTo("errno 9");
  }

  @Test
  void descriptorsHaveLinksThatLeadStraightToTheirFiles() {
    int fd = guest.opened("/tmp/d/file", O_RDWR);
    String link = "/proc/self/fd/" + fd;
    assertThat(guest.readlink(link)).isEqualTo("/tmp/d/file");
    guest.call(87, guest.text("/tmp/d/file"));
    assertThat(guest.readlink(link)).isEqualTo("/tmp/d/file (deleted)");
    assertThat(guest.content(link)).isEqualTo("content");
    guest.close(fd);
    assertThat(guest.stat(link).result()).isEqualTo(-2);
  }

  @Test
  void theWorkingDirectoryFollowsRenamesAndKnowsWhenItIsGone() {
    guest.call(80, guest.text("/tmp/d"));
    long buffer = guest.room(100);
    assertThat(guest.call(79, buffer, 7)).isEqualTo(7);
    assertThat(guest.call(79, buffer, 6)).isEqualTo(-34);
    guest.call(82, guest.text("/tmp/d"), guest.text("/tmp/renamed"));
    assertThat(guest.call(79, buffer, 100)).isEqualTo(13);
    guest.call(87, guest.text("file"));
    guest.call(87, guest.text("link"));
    assertThat(guest.call(84, guest.text("/tmp/renamed"))).isZero();
    assertThat(guest.call(79, guest.room(100), 100)).isEqualTo(-2);
    assertThat(guest.open("x", O_CREAT | O_WRONLY, 0600)).isEqualTo(-2);
    assertThat(guest.stat("..").result()).isZero();
  }

  @Test
  void aChangedRootCannotBeLeft() {
    assertThat(guest.call(161, guest.text("/tmp/d"))).isZero();
    assertThat(guest.content("/file")).isEqualTo("content");
    assertThat(guest.content("/../../file")).isEqualTo("content");
    assertThat(guest.stat("/tmp").result()).isEqualTo(-2);
  }
}
