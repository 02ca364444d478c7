package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_APPEND;
import static dev.mote.linux.OpenFlags.O_CREAT;
import static dev.mote.linux.OpenFlags.O_DIRECTORY;
import static dev.mote.linux.OpenFlags.O_EXCL;
import static dev.mote.linux.OpenFlags.O_RDONLY;
import static dev.mote.linux.OpenFlags.O_RDWR;
import static dev.mote.linux.OpenFlags.O_TRUNC;
import static dev.mote.linux.OpenFlags.O_WRONLY;
import static dev.mote.linux.TestTree.file;
import static dev.mote.linux.TestTree.link;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.machine.GuestMemory;
import dev.mote.machine.PageTables;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TreeRootTest {
  private static final int EIO = -5;

  private final List<FileGuest> guests = new ArrayList<>();

  @AfterEach
  void close() {
    guests.forEach(FileGuest::close);
  }

  private FileGuest guest(TreeNode.Directory root) {
    return guest(root, FileLimits.defaults());
  }

  private FileGuest guest(TreeNode.Directory root, FileLimits limits) {
    var guest = new FileGuest(limits, root);
    guests.add(guest);
    return guest;
  }

  private static TestTree.Folder folder() {
    return new TestTree.Folder();
  }

  private static TestTree.Folder small() {
    TreeNode.File twice = file("twice".getBytes(StandardCharsets.ISO_8859_1), 2);
    return folder()
        .with("hello", "hello, world")
        .with("one", twice)
        .with(
            "dir", folder().with("two", twice).with("a", "1").with("b", "2").with("sub", folder()))
        .with("to-a", link("dir/a"))
        .with("nowhere", link("none"));
  }

  @Test
  void theTreeIsThere() {
    FileGuest guest = guest(small());
    assertThat(guest.content("/hello")).isEqualTo("hello, world");
    assertThat(guest.content("/to-a")).isEqualTo("1");
    assertThat(guest.readlink("/nowhere")).isEqualTo("none");
    int fd = guest.opened("/dir", O_DIRECTORY);
    assertThat(guest.names(fd, 4096)).containsExactly(".", "..", "a", "b", "sub", "two");
    assertThat(guest.names(fd, 4096)).isEmpty();
    FileGuest.Stat stat = guest.stat("/hello");
    assertThat(stat.mode()).isEqualTo(0100644);
    assertThat(stat.modifiedSeconds()).isEqualTo(1_000_000_000);
    assertThat(stat.size()).isEqualTo(12);
    assertThat(stat.blocks()).isEqualTo(8);
  }

  @Test
  void whatASandboxComesWithLiesOverIt() {
    FileGuest guest =
        guest(
            folder()
                .with("etc", folder().with("hostname", "mine\n").with("passwd", link("/none")))
                .with("dev", folder().with("sda", "x"))
                .with("proc", "a file")
                .with("tmp", link("var/tmp"))
                .with("var", folder().with("tmp", folder())));
    assertThat(guest.content("/etc/hostname")).isEqualTo("mine\n");
    assertThat(guest.content("/etc/hosts")).contains("localhost");
    assertThat(guest.readlink("/etc/passwd")).isEqualTo("/none");
    assertThat(guest.stat("/dev/sda").result()).isEqualTo(-2);
    assertThat(guest.stat("/dev/null").mode() & FileMode.S_IFMT).isEqualTo(FileMode.S_IFCHR);
    assertThat(guest.content("/proc/self/comm")).isNotEmpty();
    guest.put("/tmp/x", "y");
    assertThat(guest.content("/var/tmp/x")).isEqualTo("y");
    int fd = guest.opened("/", O_DIRECTORY);
    assertThat(guest.names(fd, 4096))
        .doesNotHaveDuplicates()
        .contains("etc", "dev", "proc", "tmp", "var", "sys", "root");
  }

  @Test
  void aRootThatHasNoRoomForThemIsNoReasonNotToStart() {
    FileGuest guest =
        guest(folder().with("etc", "a file").with("tmp", "b").with("root", link("x")));
    assertThat(guest.content("/etc")).isEqualTo("a file");
    assertThat(guest.content("/tmp")).isEqualTo("b");
    FileGuest other = guest(folder().with("etc", link("/none")));
    assertThat(other.stat("/etc/hosts").result()).isEqualTo(-2);
  }

  @Test
  void namesOfOneNodeAreHardLinks() {
    FileGuest guest = guest(small());
    FileGuest.Stat one = guest.stat("/one");
    assertThat(guest.stat("/dir/two").inode()).isEqualTo(one.inode());
    assertThat(one.links()).isEqualTo(2);
    int fd = guest.opened("/dir/two", O_WRONLY | O_APPEND);
    guest.write(fd, "!");
    assertThat(guest.content("/one")).isEqualTo("twice!");
    assertThat(guest.call(87, guest.text("/one"))).isZero();
    assertThat(guest.stat("/dir/two").links()).isEqualTo(1);
    assertThat(guest.content("/dir/two")).isEqualTo("twice!");
    assertThat(guest.call(86, guest.text("/dir/two"), guest.text("/tmp/three"))).isZero();
    assertThat(guest.stat("/tmp/three").links()).isEqualTo(2);
  }

  @Test
  void aTreeThatDoesNotCountItsHardLinksLosesNoFile() {
    TreeNode.File node = file("content");
    FileGuest guest = guest(folder().with("a", node).with("b", node));
    guest.stat("/a");
    assertThat(guest.stat("/b").links()).isEqualTo(2);
    guest.call(87, guest.text("/a"));
    assertThat(guest.content("/b")).isEqualTo("content");
    FileGuest other = guest(folder().with("a", node).with("b", node));
    other.call(87, other.text("/a"));
    assertThat(other.content("/b")).isEqualTo("content");
  }

  @Test
  void linksOfADirectoryCountItsSubdirectories() {
    FileGuest guest = guest(small());
    assertThat(guest.stat("/dir").links()).isEqualTo(3);
    guest.mkdir("/dir/more");
    assertThat(guest.stat("/dir").links()).isEqualTo(4);
    guest.call(84, guest.text("/dir/sub"));
    guest.call(84, guest.text("/dir/more"));
    assertThat(guest.stat("/dir").links()).isEqualTo(2);
  }

  @Test
  void guestsOfOneTreeDoNotSeeEachOther() {
    TestTree.Folder tree = small();
    FileGuest first = guest(tree);
    FileGuest second = guest(tree);
    first.put("/hello", "changed");
    first.put("/dir/new", "new");
    first.call(87, first.text("/dir/a"));
    first.call(90, first.text("/dir/b"), 0600);
    assertThat(second.content("/hello")).isEqualTo("hello, world");
    assertThat(second.stat("/dir/new").result()).isEqualTo(-2);
    assertThat(second.content("/dir/a")).isEqualTo("1");
    assertThat(second.stat("/dir/b").mode()).isEqualTo(0100644);
    assertThat(second.stat("/dir/b").inode()).isEqualTo(first.stat("/dir/b").inode());
    assertThat(second.stat("/hello").device()).isEqualTo(second.stat("/tmp").device());
  }

  @Test
  void onlyWhatIsLookedIntoIsAskedFor() {
    TestTree.Folder deep = folder().with("file", "x");
    TestTree.Folder beside = folder().with("file", "x");
    FileGuest guest = guest(folder().with("deep", deep).with("beside", beside));
    int fd = guest.opened("/", O_DIRECTORY);
    guest.names(fd, 4096);
    assertThat(deep.asked + beside.asked).isZero();
    guest.content("/deep/file");
    guest.load(guest.save());
    assertThat(deep.asked).isPositive();
    assertThat(beside.asked).isZero();
  }

  @Test
  void onlyWhatIsChangedCounts() {
    var big = new TestTree.Bytes(1L << 40, 1, FileContent.of(new byte[0]) /* never read */);
    var page = new byte[2 * 4096];
    FileGuest guest =
        guest(
            folder().with("big", big).with("file", file(page, 1)).with("x", "x").with("y", "y"),
            new FileLimits(4096, 2, 100, 4096, 4096));
    assertThat(guest.stat("/big").size()).isEqualTo(1L << 40);
    int fd = guest.opened("/file", O_RDWR);
    assertThat(guest.call(18, fd, guest.text("abc"), 3, 4094)).isEqualTo(2); // one page only
    assertThat(guest.call(18, fd, guest.text("abc"), 3, 4096)).isEqualTo(-28);
    assertThat(guest.call(90, guest.text("/x"), 0600)).isZero();
    assertThat(guest.call(90, guest.text("/y"), 0600)).isEqualTo(-28);
    assertThat(guest.call(90, guest.text("/x"), 0640)).isZero(); // counts once
    assertThat(guest.call(87, guest.text("/y"))).isZero(); // what is full can be emptied
    assertThat(guest.call(87, guest.text("/x"))).isZero();
    assertThat(guest.mkdir("/made")).isZero();
    assertThat(guest.call(76, guest.text("/big"), 0)).isEqualTo(-28);
    guest.call(84, guest.text("/made"));
    assertThat(guest.call(76, guest.text("/big"), 0)).isZero();
    assertThat(guest.stat("/big").size()).isZero();
  }

  @Test
  void namesOfTheTreeAreTakenRenamedAndReplaced() {
    FileGuest guest = guest(small());
    assertThat(guest.open("/hello", O_CREAT | O_EXCL | O_WRONLY, 0600)).isEqualTo(-17);
    assertThat(guest.mkdir("/dir")).isEqualTo(-17);
    assertThat(guest.call(84, guest.text("/dir"))).isEqualTo(-39);
    assertThat(guest.call(87, guest.text("/hello"))).isZero();
    assertThat(guest.stat("/hello").result()).isEqualTo(-2);
    guest.put("/hello", "mine");
    assertThat(guest.content("/hello")).isEqualTo("mine");
    assertThat(guest.call(82, guest.text("/dir/a"), guest.text("/hello"))).isZero();
    assertThat(guest.content("/hello")).isEqualTo("1");
    assertThat(guest.stat("/dir/a").result()).isEqualTo(-2);
    long number = guest.stat("/dir/b").inode();
    assertThat(guest.call(82, guest.text("/dir"), guest.text("/moved"))).isZero();
    assertThat(guest.stat("/moved/b").inode()).isEqualTo(number);
    assertThat(guest.stat("/dir").result()).isEqualTo(-2);
    guest.mkdir("/dir");
    assertThat(guest.names(guest.opened("/dir", O_DIRECTORY), 4096)).containsExactly(".", "..");
    for (String name : List.of("b", "two")) {
      assertThat(guest.call(87, guest.text("/moved/" + name))).isZero();
    }
    assertThat(guest.call(84, guest.text("/moved/sub"))).isZero();
    assertThat(guest.call(84, guest.text("/moved"))).isZero();
    assertThat(guest.stat("/moved").result()).isEqualTo(-2);
  }

  @Test
  void aListingGoesOnWhileNamesComeAndGo() {
    TestTree.Folder many = folder();
    for (int i = 0; i < 100; i++) {
      many.with("n%03d".formatted(i), "x");
    }
    FileGuest guest = guest(folder().with("many", many));
    int fd = guest.opened("/many", O_DIRECTORY);
    var seen = new ArrayList<String>();
    for (int round = 0; ; round++) {
      List<String> names = guest.names(fd, 200);
      if (names.isEmpty()) {
        break;
      }
      seen.addAll(names);
      for (String name : names) {
        guest.call(87, guest.text("/many/" + name));
      }
      if (round < 5) {
        guest.put("/many/made" + round, "x");
      }
    }
    assertThat(seen).doesNotHaveDuplicates().hasSize(107); // with "." and ".."
    assertThat(guest.call(84, guest.text("/many"))).isZero();
  }

  @Test
  void readingChangesNothingAndATimeIsSetAsEverywhere() {
    FileGuest guest = guest(small());
    guest.content("/hello");
    long buffer = guest.room(144);
    guest.call(4, guest.text("/hello"), buffer);
    assertThat(guest.memory.getLong(buffer + 72)).isEqualTo(1_000_000_000); // st_atime
    long times = guest.bytes(new byte[32]);
    assertThat(guest.call(280, -100, guest.text("/hello"), times, 0)).isZero();
    assertThat(guest.stat("/hello").modifiedSeconds()).isZero();
    assertThat(guest.call(92, guest.text("/hello"), 3, 4)).isZero();
  }

  @Test
  void aFileThatCannotBeReadGivesAnError() {
    FileGuest guest =
        guest(
            folder()
                .with("gone", new TestTree.Bytes(10_000, 1, null))
                .with("short", new TestTree.Bytes(10_000, 1, FileContent.of(new byte[5])))
                .with("negative", new TestTree.Bytes(-1, 1, null))
                .with("nul", link("a\0b"))
                .with("empty", link(""))
                .with("long", link("x".repeat(4096)))
                .with("directory", new TestTree.Unreadable())
                .with("odd", TestTree.special(FileMode.S_IFDIR, 0)));
    assertThat(guest.read(guest.opened("/gone", O_RDONLY), 10)).isEqualTo("errno 5");
    assertThat(guest.read(guest.opened("/short", O_RDONLY), 10)).isEqualTo("errno 5");
    int fd = guest.opened("/gone", O_RDWR);
    assertThat(guest.write(fd, "x")).isEqualTo(EIO);
    assertThat(guest.stat("/gone").size()).isEqualTo(10_000);
    assertThat(guest.call(76, guest.text("/gone"), 0)).isZero();
    guest.put("/gone", "mine");
    assertThat(guest.content("/gone")).isEqualTo("mine");
    for (String name : List.of("/negative", "/nul", "/empty", "/long")) {
      assertThat(guest.lstat(name).result()).isEqualTo(EIO);
    }
    assertThat(guest.lstat("/odd").mode() & FileMode.S_IFMT).isEqualTo(FileMode.S_IFSOCK);
    assertThat(guest.open("/directory/x", O_RDONLY, 0)).isEqualTo(EIO);
    assertThat(guest.names(guest.opened("/directory", O_DIRECTORY), 500).getLast())
        .isIn("..", "errno 5");
    assertThat(guest.call(84, guest.text("/directory"))).isEqualTo(EIO);
    assertThat(guest.names(guest.opened("/", O_DIRECTORY), 4096)).contains("nul", "negative");
  }

  @Test
  void aPageThatCannotBeReadTakesNoMemory() {
    FileGuest guest = guest(folder());
    AddressSpace space = guest.guest.process().space();
    PageSource gone =
        new PageSource() {
          @Override
          public long size() {
            return 1 << 26;
          }

          @Override
          public void copy(long position, GuestMemory memory, long gpa, int length) {
            throw Errno.EIO.exception();
          }
        };
    long at = FileGuest.UNMAPPED;
    space.map(new Mapping(at, at + (1 << 26), Mapping.PROT_READ, false, gone, 0, "gone"));
    int before = guest.guest.process().frames().available();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> space.touch(at, PageTables.READ)).isInstanceOf(ErrnoException.class);
    }
    assertThat(guest.guest.process().frames().available()).isEqualTo(before);
  }

  @Test
  void specialFilesAreWhatTheirNumbersSay() {
    TestTree.Folder tree =
        folder()
            .with("null", TestTree.special(FileMode.S_IFCHR, FileStat.device(1, 3)))
            .with("disk", TestTree.special(FileMode.S_IFBLK, FileStat.device(8, 0)))
            .with("fifo", TestTree.special(FileMode.S_IFIFO, 0));
    FileGuest guest = guest(tree);
    assertThat(guest.read(guest.opened("/null", O_RDONLY), 10)).isEmpty();
    assertThat(guest.open("/disk", O_RDONLY, 0)).isEqualTo(-6);
    int fifo = guest.opened("/fifo", O_RDWR);
    guest.write(fifo, "through");
    FileGuest after = guest(tree).load(guest.save());
    assertThat(after.read(fifo, 10)).isEqualTo("through");
  }

  @Test
  void veryDeepTreesAreWalkedSavedAndLoaded() {
    var tree = new TestTree.Endless();
    FileGuest guest = guest(tree);
    for (int i = 0; i < 20_000; i++) {
      assertThat(guest.call(80, guest.text("d"))).isZero();
    }
    assertThat(guest.content("f")).isEqualTo("at the bottom");
    guest.put("f", "changed");
    FileGuest after = guest(tree).load(guest.save());
    assertThat(after.content("f")).isEqualTo("changed");
    assertThat(after.stat(".").inode()).isEqualTo(guest.stat(".").inode());
    assertThat(after.call(80, after.text(".."))).isZero();
    assertThat(after.content("f")).isEqualTo("at the bottom");
    assertThat(after.content("d/f")).isEqualTo("changed");
  }

  @Test
  void whatNobodyUsesIsForgottenAndFoundAgain() {
    TestTree.Folder many = folder();
    for (int i = 0; i < 20_000; i++) {
      many.with("d" + i, folder().with("f", "x"));
    }
    FileGuest guest = guest(folder().with("many", many));
    guest.call(80, guest.text("/many/d1"));
    int open = guest.opened("/many/d2/f", O_RDWR);
    int temporary = (int) guest.open("/many/d3", O_RDWR | OpenFlags.O_TMPFILE, 0600);
    guest.put("/many/d4/f", "changed");
    long number = guest.stat("/many/d5/f").inode();
    for (int i = 0; i < 20_000; i++) {
      assertThat(guest.stat("/many/d" + i + "/f").result()).isZero();
    }
    TreeLayer layer = Objects.requireNonNull(guest.tree.layer());
    assertThat(layer.remembered()).isGreaterThanOrEqualTo(40_000);
    guest.tree.forgetUnused();
    assertThat(layer.remembered()).isLessThan(20);
    assertThat(guest.stat("/many/d5/f").inode()).isEqualTo(number);
    assertThat(guest.content("f")).isEqualTo("x");
    guest.write(open, "changed, too");
    assertThat(guest.content("/many/d2/f")).isEqualTo("changed, too");
    assertThat(guest.content("/many/d4/f")).isEqualTo("changed");
    guest.stat("/many/d3/f");
    FileGuest after = guest(folder().with("many", many)).load(guest.save());
    assertThat(after.content("/many/d2/f")).isEqualTo("changed, too");
    assertThat(after.write(temporary, "x")).isEqualTo(1);
  }

  @Test
  void linksThatLoopEnd() {
    FileGuest guest =
        guest(
            folder()
                .with("a", link("b"))
                .with("b", link("a"))
                .with("self", link("self"))
                .with("dir", folder().with("up", link("../dir"))));
    assertThat(guest.stat("/a").result()).isEqualTo(-40);
    assertThat(guest.stat("/self").result()).isEqualTo(-40);
    assertThat(guest.stat("/dir" + "/up".repeat(40)).result()).isZero();
    assertThat(guest.stat("/dir" + "/up".repeat(41)).result()).isEqualTo(-40);
  }

  @Test
  void namesAreOfAnyBytes() {
    TestTree.Folder all = folder();
    for (char c = 1; c < 256; c++) {
      if (c != '/' && c != '.') {
        all.with(String.valueOf(c), "of " + (int) c);
      }
    }
    FileGuest guest = guest(folder().with("all", all));
    var names = new ArrayList<String>();
    int fd = guest.opened("/all", O_DIRECTORY);
    for (List<String> some = guest.names(fd, 4096); !some.isEmpty(); some = guest.names(fd, 4096)) {
      names.addAll(some);
    }
    assertThat(names).hasSize(255).doesNotHaveDuplicates();
    assertThat(guest.content("/all/\u00ff")).isEqualTo("of 255");
    guest.put("/all/\u0001", "mine");
    assertThat(guest.content("/all/\u0001")).isEqualTo("mine");
    assertThat(guest.open("/all/\u0002", O_RDONLY | O_TRUNC, 0)).isPositive();
  }
}
