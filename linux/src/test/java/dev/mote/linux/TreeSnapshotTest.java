package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_DIRECTORY;
import static dev.mote.linux.OpenFlags.O_RDONLY;
import static dev.mote.linux.OpenFlags.O_RDWR;
import static dev.mote.linux.TestTree.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TreeSnapshotTest {
  private static final FileLimits LIMITS = FileLimits.defaults();

  private final List<FileGuest> guests = new ArrayList<>();

  @AfterEach
  void close() {
    guests.forEach(FileGuest::close);
  }

  private FileGuest guest(TreeNode.Directory root) {
    var guest = new FileGuest(LIMITS, root);
    guests.add(guest);
    return guest;
  }

  private static TestTree.Folder tree() {
    TreeNode.File twice = file("twice".getBytes(StandardCharsets.ISO_8859_1), 2);
    var root = new TestTree.Folder().with("x", twice);
    for (String name : List.of("a", "b", "c")) {
      var folder = new TestTree.Folder().with("x", "in " + name).with("y", TestTree.link("x"));
      for (String inner : List.of("a", "b")) {
        folder.with(inner, new TestTree.Folder().with("x", file(new byte[9000], 1)).with("y", "y"));
      }
      root.with(name, name.equals("c") ? folder.with("c", twice) : folder);
    }
    return root;
  }

  @Test
  void whatWasOnlyLookedAtIsNotSaved() {
    FileGuest guest = guest(tree());
    int nodes = guest.save().nodes().size();
    dump(guest);
    FilesState looked = guest.save();
    assertThat(looked.nodes()).hasSize(nodes + 2); // the file with two names, and what leads there
    guest.put("/a/a/x", "changed");
    FilesState changed = guest.save();
    assertThat(changed.nodes()).hasSize(nodes + 5);
    assertThat(changed.nodes())
        .filteredOn(FilesState.TreeFile.class::isInstance)
        .anyMatch(n -> ((FilesState.TreeFile) n).chunks().size() == 1);
  }

  @Test
  void whatIsOpenIsFoundAgainWhereverItIsByNow() {
    FileGuest guest = guest(tree());
    int file = guest.opened("/a/a/y", O_RDWR);
    int directory = guest.opened("/b", O_DIRECTORY);
    int gone = guest.opened("/c/x", O_RDONLY);
    assertThat(guest.names(directory, 80)).containsExactly(".", "..", "a");
    guest.call(82, guest.text("/a"), guest.text("/b/moved"));
    guest.call(87, guest.text("/c/x"));
    guest.call(80, guest.text("/b/b"));
    FileGuest after = guest(tree()).load(guest.save());
    assertThat(after.read(file, 10)).isEqualTo("y");
    assertThat(after.fstat(file)).isEqualTo(guest.fstat(file));
    after.write(file, "z");
    assertThat(after.content("/b/moved/a/y")).isEqualTo("yz");
    assertThat(after.names(directory, 4096)).containsExactly("b", "x", "y", "moved");
    assertThat(after.read(gone, 10)).isEqualTo("in c");
    assertThat(after.fstat(gone).links()).isZero();
    assertThat(after.content("y")).isEqualTo("y");
    assertThat(after.content("../x")).isEqualTo("in b");
  }

  @Test
  void aDirectoryThatIsGoneCanBeTheWorkingDirectory() {
    FileGuest guest = guest(tree());
    guest.mkdir("/made");
    guest.mkdir("/made/deep");
    guest.call(80, guest.text("/made/deep"));
    guest.call(84, guest.text("/made/deep"));
    guest.call(84, guest.text("/made"));
    FileGuest after = guest(tree()).load(guest.save());
    assertThat(after.mkdir("x")).isEqualTo(-2);
    assertThat(after.call(79, after.room(100), 100)).isEqualTo(-2);
    assertThat(after.stat("/x").result()).isZero();
  }

  @Test
  void aTreeThatHasChangedIsRefused() {
    FileGuest guest = guest(tree());
    guest.put("/a/a/x", "changed");
    FilesState state = guest.save();
    FileGuest other = guest(new TestTree.Folder());
    assertThatThrownBy(() -> other.load(state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no longer in the tree");
    FileGuest file = guest(new TestTree.Folder().with("a", new TestTree.Folder().with("a", "x")));
    assertThatThrownBy(() -> file.load(state)).isInstanceOf(IllegalArgumentException.class);
    FileGuest none = new FileGuest();
    guests.add(none);
    assertThatThrownBy(() -> none.load(state)).isInstanceOf(IllegalArgumentException.class);
  }

  /// Everything that a guest can see after any changes is the same after a restore, and after one
  /// of the restored.
  @Test
  void whateverWasChangedIsThereAgain() {
    for (long seed = 0; seed < 60; seed++) {
      var random = new SplittableRandom(seed);
      FileGuest guest = guest(tree());
      for (int step = 0; step < 40; step++) {
        change(guest, random);
      }
      Map<String, String> expected = dump(guest);
      FilesState state = guest.save();
      FileGuest after = guest(tree()).load(state);
      assertThat(dump(after)).as("seed %d", seed).isEqualTo(expected);
      assertThat(quota(after)).as("seed %d", seed).isEqualTo(quota(guest));
      for (int step = 0; step < 10; step++) {
        SplittableRandom same = random.split();
        long next = same.nextLong();
        change(guest, new SplittableRandom(next));
        change(after, new SplittableRandom(next));
      }
      assertThat(comparable(dump(after))).isEqualTo(comparable(dump(guest)));
      FileGuest last = guest(tree()).load(after.save());
      assertThat(dump(last)).as("seed %d", seed).isEqualTo(dump(after));
      guests.forEach(FileGuest::close);
      guests.clear();
    }
  }

  private static String quota(FileGuest guest) {
    Volume volume = guest.tree.volumes().getFirst();
    return volume.bytes.free() + " bytes, " + volume.files.free() + " files";
  }

  /// Without what two guests that do the same need not have in common: times, and the numbers of
  /// files that they made.
  private static Map<String, String> comparable(Map<String, String> dump) {
    dump.replaceAll(
        (_, text) -> text.replaceFirst("inode=\\d{1,9},(.*)modifiedSeconds=\\d+", "$1"));
    return dump;
  }

  private static void change(FileGuest guest, SplittableRandom random) {
    String path = path(random);
    String other = path(random);
    switch (random.nextInt(10)) {
      case 0 -> guest.mkdir(path);
      case 1 -> guest.call(84, guest.text(path));
      case 2 -> guest.call(87, guest.text(path));
      case 3 -> guest.call(82, guest.text(path), guest.text(other));
      case 4 -> guest.call(86, guest.text(path), guest.text(other));
      case 5 -> guest.call(88, guest.text(other), guest.text(path));
      case 6 -> guest.call(90, guest.text(path), random.nextInt(01000));
      case 7 -> guest.call(76, guest.text(path), random.nextInt(10_000));
      case 8 -> guest.call(316, -100, guest.text(path), -100, guest.text(other), 2);
      default -> {
        long fd = guest.open(path, O_RDWR | OpenFlags.O_CREAT, 0600);
        if (fd >= 0) {
          guest.call(18, fd, guest.text("written"), 7, random.nextInt(10_000));
          guest.close(fd);
        }
      }
    }
  }

  private static String path(SplittableRandom random) {
    var path = new StringBuilder();
    for (int i = random.nextInt(3); i >= 0; i--) {
      path.append('/').append("abcxy".charAt(random.nextInt(5)));
    }
    return path.toString();
  }

  /// What a guest sees of its files, by path.
  private static Map<String, String> dump(FileGuest guest) {
    var found = new TreeMap<String, String>();
    var todo = new ArrayList<>(List.of(""));
    while (!todo.isEmpty()) {
      String directory = todo.removeLast();
      int fd = guest.opened(directory + "/", O_DIRECTORY);
      var names = new ArrayList<String>();
      for (List<String> some = guest.names(fd, 4096); !some.isEmpty(); ) {
        names.addAll(some);
        some = guest.names(fd, 4096);
      }
      guest.close(fd);
      found.put(directory + "/", names + " " + guest.stat(directory + "/"));
      for (String name : names) {
        String path = directory + "/" + name;
        int type = guest.lstat(path).mode() & FileMode.S_IFMT;
        if (List.of(".", "..", "proc", "sys", "dev").contains(name)) {
          continue;
        }
        switch (type) {
          case FileMode.S_IFDIR -> todo.add(path);
          case FileMode.S_IFREG -> found.put(path, guest.stat(path) + guest.content(path));
          default -> found.put(path, guest.lstat(path) + guest.readlink(path));
        }
      }
    }
    return found;
  }
}
