package dev.mote.linux;

import static dev.mote.linux.FakeMemory.BASE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Lines as strace 6.1 writes them: most are its own, from real programs.
class TraceTest {
  private static final long AT_FDCWD = 0xffff_ff9cL; // as programs pass it: 32 bits
  private final FakeMemory memory = new FakeMemory(8192);
  private final Trace trace = new Trace(memory);

  private Trace.Call enter(String name, long... arguments) {
    long[] all = Arrays.copyOf(arguments, 6);
    return trace.entering(
        SystemCallTable.number(name),
        new SystemCallArguments(all[0], all[1], all[2], all[3], all[4], all[5]));
  }

  private String call(long result, String name, long... arguments) {
    return enter(name, arguments).returned(result);
  }

  @Test
  void pathsAndFlags() {
    memory.put(0, "/etc/passwd");

    assertThat(call(3, "openat", AT_FDCWD, BASE, 0x8_0000))
        .isEqualTo("openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3");
    assertThat(call(3, "openat", AT_FDCWD, BASE, 0x241, 0666))
        .isEqualTo("openat(AT_FDCWD, \"/etc/passwd\", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3");
    assertThat(call(-2, "access", BASE, 4))
        .isEqualTo("access(\"/etc/passwd\", R_OK) = -1 ENOENT (No such file or directory)");
  }

  @Test
  void aPathIsShownInFull() {
    memory.put(0, "/opt/languages/python-3.11.7/bin/python3");

    assertThat(call(-13, "faccessat2", AT_FDCWD, BASE, 1, 0x200))
        .isEqualTo(
            "faccessat2(AT_FDCWD, \"/opt/languages/python-3.11.7/bin/python3\", X_OK, AT_EACCESS)"
                + " = -1 EACCES (Permission denied)");
  }

  @Test
  void whatACallReadsIsShownAfterIt() {
    Trace.Call read = enter("read", 3, BASE, 4096);
    memory.put(0, "root:x:0:0:root:/root:/bin/bash\ndaemon");

    assertThat(read.returned(1221))
        .isEqualTo("read(3, \"root:x:0:0:root:/root:/bin/bash\\n\"..., 4096) = 1221");
    assertThat(call(4, "read", 3, BASE, 4096)).isEqualTo("read(3, \"root\", 4096) = 4");
    assertThat(call(0, "read", 3, BASE, 4096)).isEqualTo("read(3, \"\", 4096) = 0");
  }

  @Test
  void whatACallIsGivenIsShownAsItWasBeforeIt() {
    memory.put(0, "before");
    Trace.Call write = enter("write", 1, BASE, 6);
    memory.put(0, "after!");

    assertThat(write.returned(6)).isEqualTo("write(1, \"before\", 6) = 6");
  }

  @Test
  void whatAFailedCallDidNotWriteIsAnAddress() {
    assertThat(call(-9, "read", 7, BASE, 10))
        .isEqualTo("read(7, 0x70000000, 10) = -1 EBADF (Bad file descriptor)");
    assertThat(call(-25, "ioctl", 1, 0x5401, BASE))
        .isEqualTo("ioctl(1, TCGETS, 0x70000000) = -1 ENOTTY (Inappropriate ioctl for device)");
  }

  @Test
  void bytesAreEscapedAsInC() {
    memory.put(0, (byte) 0, (byte) '1', (byte) 0x1b, (byte) 'x', (byte) '"', (byte) '\\');
    memory.put(6, (byte) 0xff, (byte) '9', (byte) '\t', (byte) '\r', (byte) 0x0b, (byte) '\f');

    assertThat(call(12, "write", 1, BASE, 12))
        .isEqualTo("write(1, \"\\0001\\33x\\\"\\\\\\3779\\t\\r\\v\\f\", 12) = 12");
    assertThat(call(2, "getrandom", BASE, 2, 1))
        .isEqualTo("getrandom(\"\\x00\\x31\", 2, GRND_NONBLOCK) = 2");
  }

  @Test
  void mappings() {
    assertThat(call(0x7f46_f9b2_f000L, "mmap", 0, 8192, 3, 0x22, -1, 0))
        .isEqualTo(
            "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)"
                + " = 0x7f46f9b2f000");
    assertThat(call(BASE, "mmap", BASE, 4096, 5, 0x812, 3, 0x2_6000))
        .isEqualTo(
            "mmap(0x70000000, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3,"
                + " 0x26000) = 0x70000000");
    assertThat(call(0, "mprotect", BASE, 4096, 0))
        .isEqualTo("mprotect(0x70000000, 4096, PROT_NONE) = 0");
    assertThat(call(0x2578_5000, "brk", 0)).isEqualTo("brk(NULL) = 0x25785000");
    assertThat(call(BASE, "mremap", BASE, 4096, 8192, 1, 99))
        .isEqualTo("mremap(0x70000000, 4096, 8192, MREMAP_MAYMOVE) = 0x70000000");
  }

  @Test
  void unknownFlagsAndValuesAreNumbersWithAQuestion() {
    assertThat(call(-22, "mprotect", BASE, 1, 0x33))
        .startsWith("mprotect(0x70000000, 1, PROT_READ|PROT_WRITE|0x30) = -1 EINVAL");
    assertThat(call(-22, "lseek", 3, -60, 0x3333))
        .startsWith("lseek(3, -60, 0x3333 /* SEEK_??? */) = -1 EINVAL");
    assertThat(call(-22, "eventfd2", 1, 0x2222)).contains("0x2222 /* EFD_??? */");
    assertThat(call(-25, "ioctl", 3, 0x8004_5430L ^ 0x77, BASE))
        .contains("_IOC(_IOC_READ, 0x54, 0x47, 0x4)");
  }

  @Test
  void argumentsOfACommandDependOnIt() {
    memory.put(0, "busybox");

    assertThat(call(1, "fcntl", 0, 1)).isEqualTo("fcntl(0, F_GETFD) = 0x1 (flags FD_CLOEXEC)");
    assertThat(call(0, "fcntl", 255, 2, 1)).isEqualTo("fcntl(255, F_SETFD, FD_CLOEXEC) = 0");
    assertThat(call(0x8000, "fcntl", 255, 3))
        .isEqualTo("fcntl(255, F_GETFL) = 0x8000 (flags O_RDONLY|O_LARGEFILE)");
    assertThat(call(11, "fcntl", 1, 1030, 10)).isEqualTo("fcntl(1, F_DUPFD_CLOEXEC, 10) = 11");
    assertThat(call(0, "prctl", 16, BASE)).isEqualTo("prctl(PR_GET_NAME, \"busybox\") = 0");
    assertThat(call(0, "arch_prctl", 0x1002, BASE))
        .isEqualTo("arch_prctl(ARCH_SET_FS, 0x70000000) = 0");
    assertThat(call(0, "futex", BASE, 129, Integer.MAX_VALUE, 1, 2, 3))
        .isEqualTo("futex(0x70000000, FUTEX_WAKE_PRIVATE, 2147483647) = 0");
    assertThat(call(-11, "futex", BASE, 393, 0, 0, 0, 0xffff_ffffL))
        .isEqualTo(
            "futex(0x70000000, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 0, NULL,"
                + " FUTEX_BITSET_MATCH_ANY) = -1 EAGAIN (Resource temporarily unavailable)");
    assertThat(call(42, "clone", 0x120_0011, 0, 0, BASE))
        .isEqualTo(
            "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD,"
                + " child_tidptr=0x70000000) = 42");
  }

  @Test
  void signals() {
    memory.put(0, 0x52_5892L, 0x400_0000L, 0x41_6390L, ~0x1_8000_0000L);
    memory.put(64, 2L, BASE, 0, 0, 8192L);

    assertThat(call(0, "rt_sigaction", 17, BASE, 0, 8))
        .isEqualTo(
            "rt_sigaction(SIGCHLD, {sa_handler=0x525892, sa_mask=~[RTMIN RT_1],"
                + " sa_flags=SA_RESTORER, sa_restorer=0x416390}, NULL, 8) = 0");
    assertThat(call(0, "rt_sigprocmask", 0, BASE + 64, 0, 8))
        .isEqualTo("rt_sigprocmask(SIG_BLOCK, [INT], NULL, 8) = 0");
    assertThat(call(0, "rt_sigprocmask", 0, 0, BASE + 128, 8))
        .isEqualTo("rt_sigprocmask(SIG_BLOCK, NULL, [], 8) = 0");
    assertThat(call(0, "sigaltstack", BASE + 72, 0))
        .isEqualTo("sigaltstack({ss_sp=0x70000000, ss_flags=0, ss_size=8192}, NULL) = 0");
    assertThat(call(0, "kill", 7, 15)).isEqualTo("kill(7, SIGTERM) = 0");
    assertThat(call(0, "tgkill", 7, 8, 64)).isEqualTo("tgkill(7, 8, SIGRT_32) = 0");
  }

  @Test
  void statusOfFiles() {
    memory.put(24, 0x41ed).put(48, 4096L);

    assertThat(call(0, "newfstatat", 3, BASE + 200, BASE, 0x1000))
        .isEqualTo(
            "newfstatat(3, \"\", {st_mode=S_IFDIR|0755, st_size=4096, ...}, AT_EMPTY_PATH) = 0");
    memory.put(24, 0x21b6).put(40, 0x103L);
    assertThat(call(0, "fstat", 0, BASE))
        .isEqualTo("fstat(0, {st_mode=S_IFCHR|0666, st_rdev=makedev(0x1, 0x3), ...}) = 0");
    memory.put(24, 0x89ed);
    assertThat(call(0, "fstat", 0, BASE)).contains("{st_mode=S_IFREG|S_ISUID|0755, st_size=4096");
    memory.put(0, 1L, 24L, (short) 24, "a").put(24, 2L, 48L, (short) 24, "b");
    assertThat(call(48, "getdents64", 3, BASE, 32768))
        .isEqualTo("getdents64(3, 0x70000000 /* 2 entries */, 32768) = 48");
    assertThat(call(022, "umask", 0)).isEqualTo("umask(000) = 022");
  }

  @Test
  void listsOfBuffers() {
    memory.put(0, BASE + 64, 5L, BASE + 69, 2L).put(64, "hello\nx");

    assertThat(call(7, "writev", 1, BASE, 2))
        .isEqualTo(
            "writev(1, [{iov_base=\"hello\", iov_len=5}, {iov_base=\"\\nx\", iov_len=2}], 2) = 7");
    assertThat(call(6, "readv", 0, BASE, 2))
        .isEqualTo(
            "readv(0, [{iov_base=\"hello\", iov_len=5}, {iov_base=\"\\n\", iov_len=2}], 2) = 6");
  }

  @Test
  void whatIsReadyIsSaid() {
    memory.put(0, 0, (short) 1, (short) 0, 5, (short) 1, (short) 1);
    memory.put(64, 8L).put(72, 1L, 500L);

    assertThat(call(1, "poll", BASE, 2, 0xffff_ffffL))
        .isEqualTo(
            "poll([{fd=0, events=POLLIN}, {fd=5, events=POLLIN}], 2, -1) = 1"
                + " ([{fd=5, revents=POLLIN}])");
    assertThat(call(0, "poll", BASE, 1, 10))
        .isEqualTo("poll([{fd=0, events=POLLIN}], 1, 10) = 0 (Timeout)");
    assertThat(call(1, "select", 5, BASE + 64, 0, 0, BASE + 72))
        .isEqualTo(
            "select(5, [3], NULL, NULL, {tv_sec=1, tv_usec=500}) = 1"
                + " (in [3], left {tv_sec=1, tv_usec=500})");
  }

  @Test
  void times() {
    memory.put(0, 0L, 100_000_000L);

    assertThat(call(0, "clock_nanosleep", 0, 0, BASE, BASE + 16))
        .isEqualTo(
            "clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=0, tv_nsec=100000000}, 0x70000010) = 0");
    memory.put(16, 0L, 7L);
    assertThat(call(-4, "nanosleep", BASE, BASE + 16))
        .isEqualTo(
            "nanosleep({tv_sec=0, tv_nsec=100000000}, {tv_sec=0, tv_nsec=7})"
                + " = -1 EINTR (Interrupted system call)");
  }

  @Test
  void programsAndTheirArguments() {
    memory.put(0, BASE + 100, BASE + 108, 0L).put(100, "busybox").put(108, "x".repeat(40));

    assertThat(call(0, "execve", BASE + 100, BASE, BASE))
        .isEqualTo(
            "execve(\"busybox\", [\"busybox\", \""
                + "x".repeat(32)
                + "\"...], 0x70000000 /* 2 vars */) = 0");
  }

  @Test
  void limits() {
    memory.put(0, 8192L * 1024, -1L);

    assertThat(call(0, "prlimit64", 0, 3, 0, BASE))
        .isEqualTo(
            "prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY})"
                + " = 0");
  }

  @Test
  void aCallThatDoesNotReturnHasNoResult() {
    assertThat(enter("exit_group", 3).unfinished()).isEqualTo("exit_group(3) = ?");
    assertThat(enter("read", 0, BASE, 10).unfinished()).isEqualTo("read(0, 0x70000000, 10) = ?");
  }

  @Test
  void aNumberWithoutACallIsShownWithItsArguments() {
    assertThat(trace.entering(0x1ff, new SystemCallArguments(1, 2, 3, 4, 5, 0)).returned(-38))
        .isEqualTo(
            "syscall_0x1ff(0x1, 0x2, 0x3, 0x4, 0x5, 0) = -1 ENOSYS (Function not implemented)");
  }

  @Test
  void aPathThatRunsIntoNothingIsAnAddress() {
    for (int i = 8100; i < 8192; i++) {
      memory.put(i, (byte) 'x');
    }

    assertThat(call(-14, "open", BASE + 8100, 0))
        .isEqualTo("open(0x70001fa4, O_RDONLY) = -1 EFAULT (Bad address)");
    assertThat(call(-14, "open", -1, 0)).startsWith("open(0xffffffffffffffff, O_RDONLY)");
  }

  @Test
  void noArgumentsOfAnyCallThrowOrMakeALineLong() {
    var random = new Random(20261125);
    long[] numbers = {0, 1, 2, 16, -1, 4096, Long.MAX_VALUE, Long.MIN_VALUE, 0x7fff_ffff};
    for (int round = 0; round < 200_000; round++) {
      int number = random.nextInt(480);
      memory.put(random.nextInt(1020) * 8, random.nextBoolean() ? random.nextLong() : BASE);
      long[] all = new long[6];
      for (int i = 0; i < all.length; i++) {
        all[i] =
            switch (random.nextInt(4)) {
              case 0 -> random.nextLong();
              case 1 -> numbers[random.nextInt(numbers.length)];
              case 2 -> 1L << random.nextInt(64);
              default -> BASE + random.nextInt(8200);
            };
      }
      var arguments = new SystemCallArguments(all[0], all[1], all[2], all[3], all[4], all[5]);
      Trace.Call call = trace.entering(number, arguments);
      String line = round % 10 == 0 ? call.unfinished() : call.returned(result(random));

      assertThat(line.length()).as(line).isLessThan(40_000);
      assertThat(line).isPrintable();
    }
  }

  /// Errors, and what a call could return after it has written as many bytes.
  private static long result(Random random) {
    return random.nextInt(-200, 9000);
  }
}
