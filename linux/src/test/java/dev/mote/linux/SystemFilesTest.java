package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_DIRECTORY;
import static dev.mote.linux.OpenFlags.O_RDONLY;
import static dev.mote.linux.OpenFlags.O_RDWR;
import static dev.mote.linux.OpenFlags.O_WRONLY;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SystemFilesTest {
  private final FileGuest guest = new FileGuest();

  @AfterEach
  void close() {
    guest.close();
  }

  @Test
  void devicesDoWhatTheirNamesSay() {
    int zero = guest.opened("/dev/zero", O_RDWR);
    int full = guest.opened("/dev/full", O_RDWR);
    int nothing = guest.opened("/dev/null", O_RDWR);
    int random = guest.opened("/dev/urandom", O_RDONLY);
    assertThat(guest.read(zero, 4)).isEqualTo("\0\0\0\0");
    assertThat(guest.read(full, 2)).isEqualTo("\0\0");
    assertThat(guest.write(full, "x")).isEqualTo(-28);
    assertThat(guest.read(nothing, 4)).isEmpty();
    assertThat(guest.write(nothing, "gone")).isEqualTo(4);
    assertThat(guest.read(random, 32)).hasSize(32).isNotEqualTo(guest.read(random, 32));
    assertThat(guest.seek(nothing, 77, 0)).isZero();
  }

  @Test
  void devicesCanBeMadeAnywhere() {
    assertThat(guest.call(133, guest.text("/tmp/n"), FileMode.S_IFCHR | 0666, 0x103)).isZero();
    assertThat(guest.write(guest.opened("/tmp/n", O_WRONLY), "x")).isOne();
    assertThat(guest.call(133, guest.text("/tmp/b"), FileMode.S_IFBLK | 0666, 0x800)).isZero();
    assertThat(guest.open("/tmp/b", O_RDONLY, 0)).isEqualTo(-6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/proc/self/cmdline",
        "/proc/self/environ",
        "/proc/self/maps",
        "/proc/self/status",
        "/proc/self/stat",
        "/proc/self/statm",
        "/proc/self/mounts",
        "/proc/self/mountinfo",
        "/proc/self/limits",
        "/proc/self/cgroup",
        "/proc/self/comm",
        "/proc/self/fdinfo/0",
        "/proc/thread-self/comm",
        "/proc/self/task/2/comm",
        "/proc/meminfo",
        "/proc/cpuinfo",
        "/proc/stat",
        "/proc/uptime",
        "/proc/loadavg",
        "/proc/version",
        "/proc/filesystems",
        "/proc/mounts",
        "/proc/sys/kernel/osrelease",
        "/proc/sys/kernel/random/uuid",
        "/sys/devices/system/cpu/online",
        "/sys/devices/system/cpu/possible",
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/cpu.max",
        "/etc/passwd",
        "/etc/group"
      })
  void filesThatProgramsLookForAreThere(String path) {
    assertThat(guest.content(path)).isNotEmpty();
  }

  @Test
  void onlyTheSandboxShows() {
    assertThat(guest.content("/proc/meminfo")).startsWith("MemTotal:          65536 kB\n");
    assertThat(guest.content("/sys/fs/cgroup/memory.max")).isEqualTo("67108864\n");
    assertThat(guest.content("/sys/devices/system/cpu/online")).isEqualTo("0\n");
    assertThat(guest.content("/proc/self/cmdline")).contains("\0one\0two words\0");
    assertThat(guest.content("/proc/self/environ")).isEqualTo("NAME=value\0");
    assertThat(guest.readlink("/proc/self")).isEqualTo("2");
    assertThat(guest.readlink("/proc/self/cwd")).isEqualTo("/");
    assertThat(guest.stat("/proc/1").result()).isEqualTo(-2);
  }

  @Test
  void aProcessShowsItsThreads() {
    Scheduler scheduler = guest.guest.process().scheduler();
    assertThat(guest.content("/proc/self/status")).contains("Threads:\t1\n");
    assertThat(guest.stat("/proc/self/task").links()).isEqualTo(3);
    Task worker = scheduler.fork();
    worker.name = "worker";
    worker.blockedSignals = 0x200;
    scheduler.park(worker);
    assertThat(guest.content("/proc/self/status"))
        .contains("Threads:\t2\n", "Pid:\t2\n", "State:\tR (running)\n");
    assertThat(guest.content("/proc/self/stat").split(" ")[19]).isEqualTo("2");
    assertThat(guest.stat("/proc/self/task").links()).isEqualTo(4);
    assertThat(guest.names(guest.opened("/proc/self/task", OpenFlags.O_DIRECTORY), 400))
        .containsExactly(".", "..", "2", "3");
    assertThat(guest.content("/proc/self/task/3/comm")).isEqualTo("worker\n");
    assertThat(guest.content("/proc/self/task/3/stat")).startsWith("3 (worker) S 1 2 ");
    assertThat(guest.content("/proc/self/task/3/status"))
        .contains("Tgid:\t2\n", "\nPid:\t3\n", "State:\tS (sleeping)\n")
        .contains("SigBlk:\t0000000000000200\n");
    assertThat(guest.stat("/proc/self/task/3").inode())
        .isEqualTo(guest.stat("/proc/self/task/3/../3").inode());
    int open = guest.opened("/proc/self/task/3/status", O_RDONLY);
    scheduler.remove(worker);
    assertThat(guest.read(open, 10)).isEqualTo("errno 3");
    assertThat(guest.stat("/proc/self/task/3").result()).isEqualTo(-2);
    assertThat(guest.stat("/proc/self/task/+2").result()).isEqualTo(-2);
  }

  @Test
  void aProcessBeginsWithALimitThatSelectCanTellOf() {
    assertThat(guest.content("/proc/self/limits"))
        .containsPattern("Max open files +1024 +4096 +files");
    assertThat(new ResourceLimits(100).soft(ResourceLimits.RLIMIT_NOFILE)).isEqualTo(100);
  }

  @Test
  void aProcessShowsWhoItIs() {
    assertThat(guest.content("/proc/self/status"))
        .contains("Uid:\t0\t0\t0\t0\n", "Groups:\t0 \n", "NoNewPrivs:\t0\n");
    guest.memory.setInt(FileGuest.WRITABLE, 4);
    guest.memory.setInt(FileGuest.WRITABLE + 4, -2);
    guest.memory.setInt(FileGuest.WRITABLE + 8, 3);
    Task task = guest.guest.process().task();
    assertThat(guest.credentials.setgroups(task, 3, FileGuest.WRITABLE)).isZero();
    guest.credentials.setresgid(5, 6, 7);
    guest.credentials.setresuid(8, 9, 10);
    guest.credentials.noNewPrivileges = true;
    assertThat(guest.content("/proc/self/status"))
        .contains("Uid:\t8\t9\t10\t9\n", "Gid:\t5\t6\t7\t6\n")
        .contains("Groups:\t3 4 4294967294 \n", "NoNewPrivs:\t1\n");
  }

  @Test
  void mapsAreReadByLine() {
    assertThat(guest.content("/proc/self/maps"))
        .contains("70000000-70100000 rw-p 00000000 00:00 0\n")
        .contains("71000000-71001000 r--p 00000000 00:00 0\n");
  }

  @Test
  void textsAreMadeAnewFromTheirStart() {
    int fd = guest.opened("/proc/sys/kernel/random/uuid", O_RDONLY);
    String first = guest.read(fd, 10) + guest.read(fd, 100);
    assertThat(first).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n");
    guest.seek(fd, 0, 0);
    assertThat(guest.read(fd, 100)).hasSize(37).isNotEqualTo(first);
  }

  @Test
  void textsThatAreKeptOpenTakeBoundedMemory() {
    for (int i = 0; i < 20_000; i++) {
      long at = 0x1_0000_0000L + i * 8192L;
      guest.guest.process().space().map(Mapping.zeros(at, at + 4096, Mapping.PROT_NONE, ""));
    }
    int opened = 0;
    int fd = guest.opened("/proc/self/maps", O_RDONLY);
    while (guest.read(fd, 10).length() == 10) {
      opened++;
      fd = guest.opened("/proc/self/maps", O_RDONLY);
    }
    assertThat(opened).isBetween(3, 100);
    assertThat(guest.read(fd, 10)).isEqualTo("errno 12");
    guest.close(fd - 1);
    assertThat(guest.read(fd, 10)).hasSize(10);
  }

  @Test
  void nothingOfThemCanBeChanged() {
    assertThat(guest.open("/proc/self/maps", O_RDWR, 0)).isEqualTo(-13);
    assertThat(guest.open("/proc/new", OpenFlags.O_CREAT | O_WRONLY, 0)).isEqualTo(-1);
    assertThat(guest.call(87, guest.text("/proc/uptime"))).isEqualTo(-1);
    assertThat(guest.call(90, guest.text("/proc/uptime"), 0777)).isEqualTo(-1);
  }

  @Test
  void openDescriptorsAreListed() {
    int fd = guest.opened("/proc/self/fd", O_DIRECTORY);
    assertThat(guest.names(fd, 4096)).containsExactly(".", "..", "0", "1", "2", "" + fd);
    assertThat(guest.stat("/proc/self/fd/01").result()).isEqualTo(-2);
    assertThat(guest.stat("/proc/self/fd/99").result()).isEqualTo(-2);
    assertThat(guest.open("/dev/stdin", O_RDONLY, 0)).isPositive();
  }

  @Test
  void extendedAttributesAreUnknownOrUnset() {
    long name = guest.text("user.x");
    assertThat(guest.call(191, guest.text("/tmp"), name, 0, 0)).isEqualTo(-95);
    assertThat(guest.call(191, guest.text("/tmp"), guest.text("security.selinux"))).isEqualTo(-61);
    assertThat(guest.call(191, guest.text("/none"), guest.text("user.x"))).isEqualTo(-2);
    assertThat(guest.call(188, guest.text("/tmp"), guest.text("user.x"))).isEqualTo(-95);
    assertThat(guest.call(194, guest.text("/tmp"), 0, 0)).isZero();
    assertThat(guest.call(193, 0, guest.text(""), 0, 0)).isEqualTo(-34);
  }
}
