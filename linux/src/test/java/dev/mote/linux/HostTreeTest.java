package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_DIRECTORY;
import static dev.mote.linux.OpenFlags.O_RDONLY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostTreeTest {
  @TempDir Path folder;
  private Path root;
  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeEach
  void makeFiles() throws IOException {
    Files.writeString(folder.resolve("secret"), "secret");
    root = Files.createDirectories(folder.resolve("root/dir/sub")).getParent().getParent();
    Files.writeString(root.resolve("file"), "of the host");
    Files.writeString(root.resolve("dir/inner"), "inner");
    Files.createLink(root.resolve("dir/again"), root.resolve("file"));
    Files.createSymbolicLink(root.resolve("out"), Path.of("../secret"));
    Files.createSymbolicLink(root.resolve("near"), Path.of("dir/inner"));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened.reversed()) {
      one.close();
    }
  }

  private HostTree tree() throws IOException {
    HostTree tree = HostTree.of(root);
    opened.add(tree);
    return tree;
  }

  private FileGuest guest(HostTree tree) {
    var guest = new FileGuest(FileLimits.defaults(), tree.root());
    opened.add(guest);
    return guest;
  }

  private FileGuest guest() throws IOException {
    return guest(tree());
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
  }

  @Test
  void aDirectoryOfTheHostIsARoot() throws IOException {
    FileGuest guest = guest();
    assertThat(guest.content("/file")).isEqualTo("of the host");
    assertThat(guest.content("/near")).isEqualTo("inner");
    assertThat(guest.stat("/out").result()).isEqualTo(-2);
    assertThat(guest.stat("/../secret").result()).isEqualTo(-2);
    assertThat(guest.stat("/dir/again").inode()).isEqualTo(guest.stat("/file").inode());
    assertThat(guest.stat("/file").links()).isEqualTo(2);
    assertThat(guest.stat("/dir").links()).isIn(1L, 3L); // some file systems do not count
    guest.put("/file", "changed");
    guest.put("/dir/new", "new");
    guest.call(87, guest.text("/near"));
    assertThat(guest.content("/dir/again")).isEqualTo("changed");
    assertThat(root.resolve("file")).hasContent("of the host");
    assertThat(root.resolve("dir/new")).doesNotExist();
    assertThat(Files.isSymbolicLink(root.resolve("near"))).isTrue();
  }

  @Test
  void ownersModesAndTimesAreData() throws Exception {
    run("chmod", "4751", root.resolve("file").toString());
    run("chmod", "1777", root.resolve("dir").toString());
    run("touch", "-d", "@12345.5", root.resolve("file").toString());
    FileGuest guest = guest();
    assertThat(guest.stat("/file").mode()).isEqualTo(0104751);
    assertThat(guest.stat("/dir").mode()).isEqualTo(0041777);
    assertThat(guest.stat("/file").modifiedSeconds()).isEqualTo(12345);
    long buffer = guest.room(144);
    guest.call(4, guest.text("/file"), buffer);
    int uid = (int) Files.getAttribute(root.resolve("file"), "unix:uid");
    assertThat(guest.memory.getInt(buffer + 28)).isEqualTo(uid);
  }

  @Test
  void fifosAndSocketsAreShownAndNeverOpened() throws Exception {
    run("mkfifo", root.resolve("fifo").toString());
    FileGuest guest = guest();
    assertThat(guest.stat("/fifo").mode() & FileMode.S_IFMT).isEqualTo(FileMode.S_IFIFO);
    int fd = guest.opened("/fifo", OpenFlags.O_RDWR); // the guest's own pipe
    guest.write(fd, "through");
    assertThat(guest.read(fd, 10)).isEqualTo("through");
  }

  @Test
  void aFileThatIsAnotherOneByNowCannotBeRead() throws IOException {
    FileGuest guest = guest();
    int before = guest.opened("/dir/inner", O_RDONLY);
    guest.stat("/file");
    Files.delete(root.resolve("file"));
    Files.createSymbolicLink(root.resolve("file"), Path.of("../secret"));
    assertThat(guest.read(guest.opened("/file", O_RDONLY), 20)).isEqualTo("errno 5");
    Files.delete(root.resolve("dir/inner"));
    Files.writeString(root.resolve("dir/inner"), "other");
    assertThat(guest.read(before, 20))
        .isIn("errno 5", "other"); // the host may give its number again
    guest.put("/file", "mine");
    assertThat(guest.content("/file")).isEqualTo("mine");
    assertThat(folder.resolve("secret")).hasContent("secret");
  }

  @Test
  void aDirectoryThatBecomesALinkIsNotFollowed() throws IOException {
    Files.createDirectories(folder.resolve("elsewhere/sub"));
    Files.writeString(folder.resolve("elsewhere/sub/inner"), "secret");
    FileGuest guest = guest();
    guest.stat("/dir");
    Files.move(root.resolve("dir"), root.resolve("moved"));
    Files.createSymbolicLink(root.resolve("dir"), Path.of("../elsewhere"));
    assertThat(guest.open("/dir/sub/inner", O_RDONLY, 0)).isEqualTo(-5);
    assertThat(guest.stat("/dir").mode() & FileMode.S_IFMT).isEqualTo(FileMode.S_IFDIR);
  }

  @Test
  void whatHasANameIsLookedAtWhenItIsAskedFor() throws IOException {
    FileGuest guest = guest();
    assertThat(guest.types("/")).containsEntry("file", 0).containsEntry("dir", 0);
    Files.writeString(root.resolve("file"), "longer than it was when it was listed");
    assertThat(guest.stat("/file").size()).isEqualTo(37);
    guest.stat("/dir");
    guest.stat("/near");
    assertThat(guest.types("/"))
        .containsEntry("file", 8)
        .containsEntry("dir", 4)
        .containsEntry("near", 10)
        .containsEntry("out", 0);
  }

  @Test
  void aNameThatIsGoneWhenItIsAskedForIsGoneForGood() throws IOException {
    FileGuest guest = guest();
    assertThat(guest.names(guest.opened("/", O_DIRECTORY), 4096)).contains("file", "near");
    Files.delete(root.resolve("file"));
    Files.delete(root.resolve("near"));
    assertThat(guest.stat("/file").result()).isEqualTo(-2);
    assertThat(guest.names(guest.opened("/", O_DIRECTORY), 4096))
        .doesNotContain("file")
        .contains("near");
    Files.writeString(root.resolve("file"), "of the host again");
    assertThat(guest.stat("/file").result()).isEqualTo(-2);
    guest.put("/near", "of the guest");
    guest.put("/file", "of the guest");
    assertThat(guest.names(guest.opened("/", O_DIRECTORY), 4096))
        .containsOnlyOnce("file")
        .containsOnlyOnce("near");
  }

  @Test
  void aNameThatAppearsAfterTheListingIsNotThere() throws IOException {
    FileGuest guest = guest();
    guest.stat("/file");
    Files.writeString(root.resolve("late"), "late");
    assertThat(guest.stat("/late").result()).isEqualTo(-2);
  }

  @Test
  void aFileThatBecomesShorterGivesAnError() throws IOException {
    Files.write(root.resolve("long"), new byte[10_000]);
    FileGuest guest = guest();
    int fd = guest.opened("/long", O_RDONLY);
    assertThat(guest.read(fd, 100)).hasSize(100);
    try (var file = new RandomAccessFile(root.resolve("long").toFile(), "rw")) {
      file.setLength(50);
    }
    assertThat(guest.read(fd, 100)).isEqualTo("errno 5");
    try (var file = new RandomAccessFile(root.resolve("long").toFile(), "rw")) {
      file.setLength(20_000);
    }
    assertThat(guest.seek(fd, 0, 2)).isEqualTo(10_000);
  }

  @Test
  void namesAreOfAnyBytes() throws IOException {
    for (int c = 1; c < 256; c++) {
      if (c != '/' && c != '.') {
        Files.writeString(root.resolve(name(c)), "of " + c);
      }
    }
    Files.createSymbolicLink(root.resolve("to-ff"), name(255));
    FileGuest guest = guest();
    for (int c = 1; c < 256; c++) {
      if (c != '/' && c != '.') {
        assertThat(guest.content("/" + (char) c)).isEqualTo("of " + c);
      }
    }
    assertThat(guest.readlink("/to-ff")).isEqualTo("\u00ff");
    assertThat(guest.content("/to-ff")).isEqualTo("of 255");
  }

  private static Path name(int c) {
    return Path.of(URI.create("file:///%%%02x".formatted(c))).getFileName();
  }

  @Test
  void manyFilesTakeFewDescriptors() throws IOException {
    for (int i = 0; i < 300; i++) {
      Files.createDirectories(root.resolve("many/" + i));
      Files.writeString(root.resolve("many/" + i + "/file"), "content " + i);
    }
    FileGuest guest = guest();
    long before = descriptors();
    for (int i = 0; i < 300; i++) {
      int fd = guest.opened("/many/" + i + "/file", O_RDONLY); // stays open
      assertThat(guest.read(fd, 20)).isEqualTo("content " + i);
    }
    assertThat(descriptors() - before).isLessThan(150);
  }

  private static long descriptors() throws IOException {
    try (var list = Files.list(Path.of("/proc/self/fd"))) {
      return list.count();
    }
  }

  @Test
  void deeperThanAnyPathItStillReads() throws Exception {
    // 30 directories of 200 characters; no path leads there, so they are put together of two parts.
    String name = "n".repeat(200);
    Path half = Path.of(name, Collections.nCopies(14, name).toArray(String[]::new));
    Files.createDirectories(root.resolve(half));
    Files.createDirectories(folder.resolve(half));
    Files.writeString(folder.resolve(half).resolve("file"), "deep");
    Files.createSymbolicLink(folder.resolve(half).resolve("link"), Path.of("file"));
    Files.move(folder.resolve(name), root.resolve(half).resolve(name));
    FileGuest guest = guest();
    for (int i = 0; i < 30; i++) {
      assertThat(guest.call(80, guest.text(name))).isZero();
    }
    assertThat(guest.content("file")).isEqualTo("deep");
    assertThat(guest.names(guest.opened(".", O_DIRECTORY), 200)).contains("file", "link");
    assertThat(guest.readlink("link")).isEqualTo("errno 5"); // Java reads links by path only
    run("rm", "-r", root.resolve(name).toString());
  }

  @Test
  void manyGuestsReadAtOnceWhileOthersAreInterrupted() throws Exception {
    for (int i = 0; i < 100; i++) {
      Files.writeString(root.resolve("f" + i), "content " + i);
    }
    TreeNode.Directory tree = tree().root();
    var stop = new AtomicBoolean();
    Thread disturber =
        Thread.ofPlatform()
            .start(() -> {
              while (!stop.get()) {
                Thread.currentThread().interrupt();
                try {
                  readAll(tree);
                } catch (RuntimeException e) {
                  Thread.interrupted(); // its own reads fail
                }
              }
            });
    try (var threads = Executors.newFixedThreadPool(4)) {
      var done = new ArrayList<Future<?>>();
      for (int i = 0; i < 4; i++) {
        done.add(threads.submit(() -> readAll(tree)));
      }
      for (Future<?> one : done) {
        one.get();
      }
    } finally {
      stop.set(true);
      disturber.join();
    }
  }

  private static void readAll(TreeNode.Directory tree) {
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 100; i++) {
        var file = (TreeNode.File) Objects.requireNonNull(tree.child("f" + i));
        byte[] bytes = new byte[20];
        int count = file.read(0, bytes, 0, bytes.length);
        assertThat(new String(bytes, 0, count, StandardCharsets.US_ASCII))
            .isEqualTo("content " + i);
      }
    }
  }

  @Test
  void afterItsCloseNothingCanBeRead() throws IOException {
    HostTree tree = tree();
    FileGuest guest = guest(tree);
    int fd = guest.opened("/file", O_RDONLY);
    tree.close();
    tree.close();
    assertThat(guest.read(fd, 10)).isEqualTo("errno 5");
    assertThat(guest.open("/dir/inner", O_RDONLY, 0)).isEqualTo(-5);
  }

  @Test
  void whatIsNoDirectoryIsRefused() {
    assertThatThrownBy(() -> HostTree.of(root.resolve("file"))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> HostTree.of(root.resolve("none"))).isInstanceOf(IOException.class);
  }
}
