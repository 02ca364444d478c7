package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.machine.GuestMemoryExhaustedException;
import dev.mote.machine.Registers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever numbers are in the registers, a system call returns a result, an error, or that it
/// would block, and then may be made again while other threads have changed whatever they like. The
/// guest never runs here, so there are hundreds of thousands of calls in a second;
/// `-Dfuzz.seconds=600 -Dfuzz.seed=7` makes more of them.
class SystemCallFuzzTest {
  private static final long SECONDS = Long.getLong("fuzz.seconds", 5);
  private static final long FIRST_SEED = Long.getLong("fuzz.seed", 1);
  private static final int CALLS = 50_000;
  private static final int LAST_ERRNO = 4095;
  private static final int NUMBERS = 480;
  private static final int CLONE = 56;
  private static final int EXIT = 60;
  private static final int EXIT_GROUP = 231;
  private static final int MOST_THREADS = 12;

  /// What makes a thread: CLONE_VM, FS, FILES, SIGHAND, THREAD.
  private static final long THREAD = 0x1_0f00;

  private static final long PLAYGROUND = 0x2000_0000_0000L;
  private static final int PAGES = 64;
  private static final long PATHS = 0x3000_0000_0000L;
  private static final int PATH_SIZE = 64;

  private static final List<String> TEXTS =
      List.of(
          "/",
          ".",
          "..",
          "/tmp",
          "/tmp/a",
          "/tmp/a/b",
          "/tmp/b/",
          "c",
          "/dev/null",
          "/dev/zero",
          "/dev/urandom",
          "/dev/full",
          "/dev/tty",
          "/dev/stdin",
          "/dev/fd/3",
          "/proc/self/maps",
          "/proc/self/fd",
          "/proc/self/fd/4",
          "/proc/self/exe",
          "/proc/self/cwd/x",
          "/proc/meminfo",
          "/proc/self/status",
          "/data",
          "/data/file",
          "/data/sub",
          "/data/sub/deep",
          "/data/link",
          "/data/loop",
          "/data/out",
          "/data/fifo",
          "/sys",
          "",
          "/tmp/loop/x",
          "/etc/passwd",
          "\1\0/tmp/socket",
          "\1\0\0name",
          "\2\0\37\220\177\0\0\1\0\0\0\0\0\0\0\0",
          "\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
          "\12\0\37\220\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0");

  @TempDir Path directory;
  private @Nullable ProgramFile program;

  @BeforeEach
  void prepare() throws IOException {
    Path file = directory.resolve("program");
    Files.write(file, ElfBuilder.smallest().bytes());
    program = ProgramFile.read(file);
    Path data = Files.createDirectories(directory.resolve("data/sub/deep")).getParent().getParent();
    Files.writeString(data.resolve("file"), "content".repeat(2000));
    Files.createSymbolicLink(data.resolve("link"), Path.of("sub/deep"));
    Files.createSymbolicLink(data.resolve("loop"), Path.of("loop"));
    Files.createSymbolicLink(data.resolve("out"), Path.of("../../../../../../etc/passwd"));
  }

  @Test
  void everyCallAnswersWhateverItIsGiven() {
    long end = System.nanoTime() + SECONDS * Clock.SECOND;
    long calls = 0;
    long seed = FIRST_SEED;
    while (System.nanoTime() - end < 0) {
      try (var run = new Run(seed++)) {
        calls += run.go(end);
      }
    }
    System.out.printf("%,d system calls, seeds %d to %d%n", calls, FIRST_SEED, seed - 1);
    assertThat(calls).isPositive();
  }

  /// One guest and the calls of one seed.
  private final class Run implements AutoCloseable {
    private final long seed;
    private final SplittableRandom random;
    private final Guest guest;
    private final SystemCalls calls;

    Run(long seed) {
      this.seed = seed;
      random = new SplittableRandom(seed);
      var limits =
          new GuestLimits(8L << 20, new FileLimits(4L << 20, 500, 200, 1L << 20, 1L << 30), 0);
      var setup =
          new GuestSetup(
              Objects.requireNonNull(program),
              directory.resolve("program"),
              List.of("argument"),
              List.of("NAME=value"),
              "/",
              null,
              GuestSetup.Ids.ROOT,
              List.of(new GuestSetup.Mount(directory.resolve("data"), "/data")),
              limits,
              0,
              null);
      guest = Guest.create(setup);
      calls = new SystemCalls(guest.process(), StandardStreams.none(), setup, 0x50_0000);
      fillPaths();
      for (int page = 0; page < PAGES; page++) {
        layOut(page);
      }
    }

    private void fillPaths() {
      AddressSpace space = guest.process().space();
      space.map(Mapping.zeros(PATHS, PATHS + AddressSpace.PAGE, 3, ""));
      for (int i = 0; i < TEXTS.size(); i++) {
        byte[] text = TEXTS.get(i).getBytes(StandardCharsets.ISO_8859_1);
        guest.process().memory().write(PATHS + (long) i * PATH_SIZE, text, 0, text.length);
      }
    }

    private void layOut(int page) {
      long at = PLAYGROUND + page * AddressSpace.PAGE;
      int rights = random.nextInt(8) == 0 ? random.nextInt(8) : 3;
      guest.process().space().map(Mapping.zeros(at, at + AddressSpace.PAGE, rights, ""));
      if (rights == 3) {
        for (int i = 0; i < 64; i++) {
          guest.process().memory().setLong(at + 8L * i, argument());
        }
      }
      if (random.nextInt(6) == 0) {
        guest.process().space().unmap(at, at + AddressSpace.PAGE);
      }
    }

    /// @return how many calls were made
    long go(long end) {
      long made = 0;
      while (made < CALLS && !guest.process().hasEnded() && System.nanoTime() - end < 0) {
        int number = number();
        long[] arguments = {argument(), argument(), argument(), argument(), argument(), argument()};
        if (number == CLONE && random.nextBoolean()) {
          arguments[0] = guest.process().scheduler().count() < MOST_THREADS ? THREAD : 0;
        }
        made++;
        if (!call(number, arguments)) {
          break;
        }
      }
      return made;
    }

    /// @return false if the guest has come to a limit
    private boolean call(int number, long[] arguments) {
      Task task = null;
      try {
        task = turn();
        if (task == null) {
          return true;
        }
        make(task, number, arguments);
        return true;
      } catch (GuestMemoryExhaustedException | StreamLimitException _) {
        return false; // the guest ends so
      } catch (RuntimeException | Error e) {
        throw new AssertionError(
            "seed %d: system call %d with %s, thread %s"
                .formatted(seed, number, hexadecimal(arguments), task == null ? "none" : task.tid),
            e);
      }
    }

    /// The thread whose turn it is, as the guest finds it, and what it does before it runs.
    private @Nullable Task turn() {
      Scheduler scheduler = guest.process().scheduler();
      if (random.nextInt(4) == 0) {
        scheduler.pass();
      }
      Task task = scheduler.next();
      if (task == null || random.nextInt(16) == 0) {
        wakeOne();
      }
      if (task == null) {
        return null;
      }
      if (task.isBlocked()) {
        guest.process().loop().answer(calls, task, task.blockedCall());
        if (task.isBlocked()) {
          return null;
        }
      }
      scheduler.run(task);
      return task;
    }

    private void wakeOne() {
      List<Task> all = List.copyOf(guest.process().scheduler().tasks());
      Task task = all.get(random.nextInt(all.size()));
      if (random.nextBoolean()) {
        task.wake(0);
      } else { // for good: what it waits for may never come
        task.unblock();
        task.wake(0);
      }
    }

    private void make(Task task, int number, long[] arguments) {
      Registers r = guest.process().vm().registers();
      r.rdi(arguments[0]);
      r.rsi(arguments[1]);
      r.rdx(arguments[2]);
      r.r10(arguments[3]);
      r.r8(arguments[4]);
      r.r9(arguments[5]);
      r.rsp(random.nextBoolean() ? argument() : PLAYGROUND + 16 * AddressSpace.PAGE);
      task.begin();
      r.rax(0);
      guest.process().loop().answer(calls, task, number);
      long result = r.rax();
      if (result < -LAST_ERRNO && number >= 0 && number != SystemCalls.RT_SIGRETURN) {
        throw new AssertionError("neither a result nor an error: " + result);
      }
      boolean runs = task.state == Task.State.RUNNING;
      if (runs && random.nextInt(1000) == 0) { // most signals are deadly
        guest.process().timers().expire();
        guest.process().signals().deliver(task);
      }
      if (guest.process().space().find(PATHS) == null) {
        fillPaths(); // another program has taken the place of the one before
      }
      if (random.nextInt(8) == 0) {
        layOut(random.nextInt(PAGES));
      }
    }

    private static String hexadecimal(long[] arguments) {
      var text = new StringBuilder();
      for (long argument : arguments) {
        text.append(" 0x").append(Long.toHexString(argument));
      }
      return text.toString();
    }

    private int number() {
      if (random.nextInt(3) == 0) {
        return WAITING[random.nextInt(WAITING.length)];
      }
      while (true) {
        int number = random.nextInt(20) == 0 ? random.nextInt() : random.nextInt(NUMBERS);
        boolean alone = guest.process().scheduler().count() == 1;
        int rare = number == EXIT && !alone ? 20 : number == EXIT || number == EXIT_GROUP ? 500 : 1;
        if (random.nextInt(rare) == 0) {
          return number;
        }
      }
    }

    private long argument() {
      return switch (random.nextInt(18)) {
        case 0, 1, 2 -> random.nextInt(20);
        case 3, 4 -> random.nextInt(12);
        case 5, 6, 7 -> nearPointer();
        case 8, 9 -> PATHS + (long) random.nextInt(TEXTS.size()) * PATH_SIZE;
        case 10 -> -(long) random.nextInt(200);
        case 11 -> EXTREMES[random.nextInt(EXTREMES.length)];
        case 12 -> random.nextLong();
        case 13 -> (1L << random.nextInt(64)) + random.nextInt(-2, 2);
        case 14 -> random.nextInt(64) * AddressSpace.PAGE;
        case 15 -> -100; // AT_FDCWD
        case 16 -> random.nextInt(1 << 24);
        default -> random.nextInt(2048) * 8L;
      };
    }

    private long nearPointer() {
      long page = PLAYGROUND + random.nextInt(PAGES) * AddressSpace.PAGE;
      return switch (random.nextInt(3)) {
        case 0 -> page + random.nextInt((int) AddressSpace.PAGE);
        case 1 -> page + AddressSpace.PAGE - random.nextInt(24);
        default -> page + random.nextInt(64) * 8L;
      };
    }

    @Override
    public void close() {
      guest.process().scheduler().drop();
      calls.close();
      guest.close();
    }
  }

  /// What can be waited on: calls that only matter in long sequences.
  private static final int[] WAITING = {
    0, 1, 3, 7, 22, 32, 33, 35, 56, 56, 73, 75, 128, 200, 202, 202, 202, 222, 223, 230, 270, 271,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 53, 54, 55, 213, 232, 233, 233, 233, 253,
    254, 255, 281, 282, 283, 286, 287, 288, 289, 290, 291, 294, 299, 307, 441
  };

  private static final long[] EXTREMES = {
    Integer.MIN_VALUE,
    Integer.MAX_VALUE,
    0xffff_ffffL,
    0x8000_0000L,
    Long.MIN_VALUE,
    Long.MAX_VALUE,
    0x7fff_f000L,
    0x7fff_ffff_e000L,
    0x7fff_ffff_efffL,
    0x7fff_ffff_f000L,
    0x8000_0000_0000L,
    0xffff_8000_0000_1000L,
    0xffff_8000_0000_3ff8L,
    0x7fff_ffff_ffff_f000L,
    -4096,
    -4095,
    -1,
    1L << 40
  };
}
