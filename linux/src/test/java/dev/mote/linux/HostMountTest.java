package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_CREAT;
import static dev.mote.linux.OpenFlags.O_DIRECTORY;
import static dev.mote.linux.OpenFlags.O_RDONLY;
import static dev.mote.linux.OpenFlags.O_TRUNC;
import static dev.mote.linux.OpenFlags.O_WRONLY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostMountTest {
  @TempDir Path host;
  private Path shared;
  private final List<FileGuest> guests = new ArrayList<>();

  @BeforeEach
  void makeHostFiles() throws IOException {
    shared = Files.createDirectories(host.resolve("shared/sub")).getParent();
    Files.writeString(host.resolve("secret"), "secret");
    Files.writeString(shared.resolve("file"), "of the host");
    Files.writeString(shared.resolve("sub/inner"), "inner");
  }

  @AfterEach
  void close() {
    guests.forEach(FileGuest::close);
  }

  private FileGuest guest(GuestSetup.Mount... mounts) {
    FileGuest guest = new FileGuest(FileLimits.defaults(), StandardStreams.none(), List.of(mounts));
    guests.add(guest);
    return guest;
  }

  private FileGuest guest() {
    return guest(new GuestSetup.Mount(shared, "/mnt"));
  }

  @Test
  void filesReadAndListAsOnTheHost() {
    FileGuest guest = guest();
    assertThat(guest.content("/mnt/file")).isEqualTo("of the host");
    assertThat(guest.content("/mnt/sub/../sub/inner")).isEqualTo("inner");
    assertThat(guest.stat("/mnt/file").size()).isEqualTo(11);
    int fd = guest.opened("/mnt", O_DIRECTORY);
    assertThat(guest.names(fd, 4096)).containsExactlyInAnyOrder(".", "..", "file", "sub");
    assertThat(guest.names(fd, 4096)).isEmpty();
  }

  @Test
  void numbersAreStableAndUnique() {
    FileGuest guest = guest();
    FileGuest.Stat file = guest.stat("/mnt/file");
    assertThat(guest.stat("/mnt/file")).isEqualTo(file);
    assertThat(guest.stat("/mnt/sub/inner").inode()).isNotEqualTo(file.inode());
    assertThat(file.device()).isNotEqualTo(guest.stat("/tmp").device());
  }

  @Test
  void nothingCanBeChanged() {
    FileGuest guest = guest();
    assertThat(guest.open("/mnt/file", O_WRONLY, 0)).isEqualTo(-30);
    assertThat(guest.open("/mnt/file", O_RDONLY | O_TRUNC, 0)).isEqualTo(-30);
    assertThat(guest.open("/mnt/new", O_CREAT | O_WRONLY, 0)).isEqualTo(-30);
    assertThat(guest.mkdir("/mnt/new")).isEqualTo(-30);
    assertThat(guest.mkdir("/mnt/sub")).isEqualTo(-17);
    assertThat(guest.call(87, guest.text("/mnt/file"))).isEqualTo(-30);
    assertThat(guest.call(84, guest.text("/mnt/sub"))).isEqualTo(-30);
    assertThat(guest.call(82, guest.text("/mnt/file"), guest.text("/mnt/x"))).isEqualTo(-30);
    assertThat(guest.call(86, guest.text("/mnt/file"), guest.text("/mnt/x"))).isEqualTo(-30);
    assertThat(guest.call(90, guest.text("/mnt/file"), 0777)).isEqualTo(-30);
    assertThat(guest.call(92, guest.text("/mnt/file"), 1, 1)).isEqualTo(-30);
    assertThat(guest.call(76, guest.text("/mnt/file"), 0)).isEqualTo(-30);
    assertThat(guest.call(280, -100, guest.text("/mnt/file"), 0, 0)).isEqualTo(-30);
    assertThat(guest.call(21, guest.text("/mnt/file"), 2)).isEqualTo(-30);
    assertThat(guest.call(84, guest.text("/mnt"))).isEqualTo(-16);
    assertThat(guest.content("/mnt/file")).isEqualTo("of the host");
  }

  @Test
  void dotDotNeverLeavesTheMount() {
    FileGuest guest = guest();
    assertThat(guest.stat("/mnt/../secret").result()).isEqualTo(-2);
    assertThat(guest.stat("/mnt/sub/../../../secret").result()).isEqualTo(-2);
    assertThat(guest.stat("/mnt/..").inode()).isEqualTo(guest.stat("/").inode());
    int fd = guest.opened("/mnt/sub", O_DIRECTORY);
    assertThat(guest.call(257, fd, guest.text("../../secret"), 0)).isEqualTo(-2);
    guest.call(80, guest.text("/mnt/sub"));
    assertThat(guest.content("../file")).isEqualTo("of the host");
  }

  @Test
  void linksAreReadInTheGuestsTree() throws IOException {
    Files.createSymbolicLink(shared.resolve("out"), Path.of("../secret"));
    Files.createSymbolicLink(shared.resolve("absolute"), host.resolve("secret"));
    Files.createSymbolicLink(shared.resolve("guests"), Path.of("/tmp/guests"));
    Files.createSymbolicLink(shared.resolve("near"), Path.of("sub/inner"));
    Files.createSymbolicLink(shared.resolve("directory"), Path.of("sub"));
    FileGuest guest = guest();
    guest.put("/tmp/guests", "own");
    assertThat(guest.stat("/mnt/out").result()).isEqualTo(-2);
    assertThat(guest.stat("/mnt/absolute").result()).isEqualTo(-2);
    assertThat(guest.content("/mnt/guests")).isEqualTo("own");
    assertThat(guest.content("/mnt/near")).isEqualTo("inner");
    assertThat(guest.content("/mnt/directory/inner")).isEqualTo("inner");
    assertThat(guest.readlink("/mnt/near")).isEqualTo("sub/inner");
    assertThat(guest.lstat("/mnt/near").mode() & FileMode.S_IFMT).isEqualTo(FileMode.S_IFLNK);
  }

  @Test
  void fifosAndOtherSpecialFilesDoNotShow() throws Exception {
    Process made = new ProcessBuilder("mkfifo", shared.resolve("fifo").toString()).start();
    assertThat(made.waitFor()).isZero();
    FileGuest guest = guest();
    assertThat(guest.stat("/mnt/fifo").result()).isEqualTo(-2);
    assertThat(guest.open("/mnt/fifo", O_RDONLY, 0)).isEqualTo(-2);
    assertThat(guest.names(guest.opened("/mnt", O_DIRECTORY), 4096)).doesNotContain("fifo");
    assertThatThrownBy(() -> guest(new GuestSetup.Mount(shared.resolve("fifo"), "/fifo")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("neither a file nor a directory");
  }

  @Test
  void aSingleFileShowsAloneAndMayBeALinkOfTheUsers() throws IOException {
    Files.createSymbolicLink(shared.resolve("users"), Path.of("../secret"));
    FileGuest guest = guest(new GuestSetup.Mount(shared.resolve("users"), "/etc/one"));
    assertThat(guest.content("/etc/one")).isEqualTo("secret");
    assertThat(guest.open("/etc/one", O_WRONLY, 0)).isEqualTo(-30);
    assertThat(guest.call(87, guest.text("/etc/one"))).isEqualTo(-16);
    assertThat(guest.content("/etc/hosts")).contains("localhost");
  }

  @Test
  void aDirectoryCanBeTheRoot() throws IOException {
    FileGuest guest = guest(new GuestSetup.Mount(shared, "/"));
    assertThat(guest.content("/file")).isEqualTo("of the host");
    assertThat(guest.stat("/dev/null").mode() & FileMode.S_IFMT).isEqualTo(FileMode.S_IFCHR);
    assertThat(guest.content("/proc/self/comm")).isNotEmpty();
    guest.put("/tmp/x", "writable");
    assertThat(guest.content("/tmp/x")).isEqualTo("writable");
    int root = guest.opened("/", O_DIRECTORY);
    assertThat(guest.names(root, 4096)).contains("file", "sub", "dev", "tmp", "proc", "etc");
    assertThat(guest.stat("/../..").inode()).isEqualTo(guest.stat("/").inode());
  }

  @Test
  void mountsMayLieInMounts() {
    FileGuest guest =
        guest(
            new GuestSetup.Mount(shared, "/mnt"),
            new GuestSetup.Mount(shared.resolve("sub"), "/mnt/sub/deep"));
    assertThat(guest.content("/mnt/sub/deep/inner")).isEqualTo("inner");
    assertThat(guest.content("/mnt/sub/deep/../inner")).isEqualTo("inner");
    assertThat(guest.names(guest.opened("/mnt/sub", O_DIRECTORY), 4096)).contains("deep");
  }

  @Test
  void swappingADirectoryForALinkDoesNotLeadOutside() throws Exception {
    Path outside = Files.createDirectories(host.resolve("outside"));
    Files.writeString(outside.resolve("inner"), "outside");
    Path real = shared.resolve("sub");
    Path aside = host.resolve("aside");
    Path link = Files.createSymbolicLink(host.resolve("link"), outside);
    AtomicBoolean stop = new AtomicBoolean();
    Thread attacker =
        Thread.ofPlatform()
            .start(() -> {
              try {
                while (!stop.get()) {
                  Files.move(real, aside);
                  Files.move(link, real, StandardCopyOption.ATOMIC_MOVE);
                  Files.move(real, link, StandardCopyOption.ATOMIC_MOVE);
                  Files.move(aside, real);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    int found = 0;
    try {
      for (int round = 0; round < 300; round++) {
        FileGuest guest = round % 100 == 0 ? guest() : guests.getLast();
        for (int i = 0; i < 10; i++) {
          long fd = guest.open("/mnt/sub/inner", O_RDONLY, 0);
          if (fd >= 0) {
            assertThat(guest.read(fd, 100)).isEqualTo("inner");
            guest.close(fd);
            found++;
          }
        }
      }
    } finally {
      stop.set(true);
      attacker.join();
    }
    assertThat(found).isPositive();
  }

  @Test
  void manyOpenedDirectoriesDoNotKeepDescriptorsOfTheHost() throws IOException {
    for (int i = 0; i < 200; i++) {
      Files.createDirectories(shared.resolve("many/d" + i));
      Files.writeString(shared.resolve("many/d" + i + "/f"), "" + i);
    }
    FileGuest guest = guest();
    long before = openOnHost();
    for (int i = 0; i < 200; i++) {
      assertThat(guest.content("/mnt/many/d" + i + "/f")).isEqualTo("" + i);
    }
    assertThat(openOnHost() - before).isLessThan(100);
    guest.close();
    guests.clear();
    assertThat(openOnHost()).isLessThanOrEqualTo(before);
  }

  private static long openOnHost() throws IOException {
    try (var names = Files.list(Path.of("/proc/self/fd"))) {
      return names.count();
    }
  }
}
