package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls with arguments that mean nothing: each must end with a result or an error number.
class HostileFileCallsTest {
  private static final int GUESTS = 25;
  private static final int CALLS = 800;
  private static final int LAST_NUMBER = 460;
  private static final int CLOSE = 3;
  private static final int CLOSE_RANGE = 436;

  private static final String[] PATHS = {
    "/",
    "",
    ".",
    "..",
    "/tmp",
    "/tmp/a",
    "/tmp/a/b",
    "/tmp/link",
    "a",
    "/dev/null",
    "/dev/zero",
    "/proc/self/fd/3",
    "/proc/self/exe",
    "/proc/self/maps",
    "/tmp/../tmp/./a/",
    "/dev/pts/0",
    "//",
    "/proc/self/cwd/tmp",
    "x".repeat(300)
  };

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyCallEnds(long seed) {
    Random random = new Random(seed);
    int done = 0;
    for (int i = 0; i < GUESTS; i++) {
      done += callsOfOneGuest(random);
    }
    assertThat(done).as("calls that found something to do").isGreaterThan(1500);
  }

  private static int callsOfOneGuest(Random random) {
    FileLimits limits = new FileLimits(1 << 20, 200, 64, 1 << 20, 1 << 16);
    int done = 0;
    try (FileGuest guest = new FileGuest(limits, StandardStreams.none())) {
      guest.open("/tmp/a", OpenFlags.O_CREAT | OpenFlags.O_RDWR, 0644);
      guest.open("/tmp", OpenFlags.O_RDONLY, 0);
      guest.call(293, guest.room(8), OpenFlags.O_NONBLOCK);
      for (int i = 0; i < CALLS; i++) {
        long[] arguments = random.longs(6).map(_ -> argument(random, guest)).toArray();
        int number = random.nextInt(LAST_NUMBER);
        boolean closes = number == CLOSE || number == CLOSE_RANGE;
        long result = closes && i % 8 != 0 ? 0 : guest.call(number, arguments);
        guest.guest.task().drop();
        if (result != Task.BLOCKED) {
          assertThat(result).as("call %s", number).isGreaterThanOrEqualTo(-133);
          done += result >= 0 ? 1 : 0;
        }
      }
      assertThat(guest.tree.root().entry().reachable()).isTrue();
    }
    return done;
  }

  private static long argument(Random random, FileGuest guest) {
    return switch (random.nextInt(16)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextInt();
      case 2, 9, 10 -> random.nextInt(8);
      case 3 -> 1L << random.nextInt(64);
      case 4, 11 -> FileGuest.WRITABLE + random.nextInt(1 << 20);
      case 5 -> FileGuest.READ_ONLY + random.nextInt(5000);
      case 6 -> -100;
      case 7 -> random.nextInt(5000);
      case 8 -> Long.MAX_VALUE - random.nextInt(10);
      default -> guest.text(PATHS[random.nextInt(PATHS.length)]);
    };
  }
}
