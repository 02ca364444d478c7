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

  /// Numbers of calls with the kinds of their arguments: Path, File, Buffer, Number.
  private static final String[] SIGNATURES =
      """
      0FBN 1FBN 2PNN 3F 4PB 5FB 6PB 7BNN 8FNN 16FNB 17FBNN 18FBNN 19FBN 20FBN 21PN 22B 23NBBBB 32F
      33FF 40FFBN 72FNB 73FN 74F 75F 76PN 77FN 78FBN 79BN 80P 81F 82PP 83PN 84P 85PN 86PP 87P 88PP
      89PBN 90PN 91FN 92PNN 93FNN 94PNN 95N 132PB 133PNN 137PB 138FB 161P 162 187FNN 188PPBNN
      190FPBNN 191PPBN 193FPBN 194PBN 196FBN 197PP 199FP 217FBN 221FNNN 235PB 257FPNN 258FPN
      259FPNN 260FPNNN 261FPB 262FPBN 263FPN 264FPFP 265FPFPN 266PFP 267FPBN 268FPN 269FPN
      270NBBBBB 271BNBBN 277FNNN 280FPBN 284N 285FNNN 290NN 292FFN 293BN 295FBNN 296FBNN 306F
      316FPFPN 319PN 326FBFBNN 327FBNNNN 328FBNNNN 332FPNNB 436FNN 439FPNN 452FPNN
      """
          .strip()
          .split("\\s+");

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
    assertThat(done).as("calls that found something to do").isGreaterThan(4000);
  }

  private static int callsOfOneGuest(Random random) {
    FileLimits limits = new FileLimits(1 << 20, 200, 64, 1 << 20, 1 << 16);
    int done = 0;
    try (FileGuest guest = new FileGuest(limits, StandardStreams.none())) {
      guest.open("/tmp/a", OpenFlags.O_CREAT | OpenFlags.O_RDWR, 0644);
      guest.open("/tmp", OpenFlags.O_RDONLY, 0);
      guest.call(293, guest.room(8), OpenFlags.O_NONBLOCK);
      for (int i = 0; i < CALLS; i++) {
        String signature = SIGNATURES[random.nextInt(SIGNATURES.length)];
        int number = Integer.parseInt(signature.replaceAll("[A-Z]", ""));
        String kinds = signature.replaceAll("[0-9]", "");
        if (i % 10 == 0) {
          number = random.nextInt(LAST_NUMBER);
        }
        long[] arguments = new long[6];
        for (int k = 0; k < arguments.length; k++) {
          char kind = k < kinds.length() && random.nextInt(10) > 0 ? kinds.charAt(k) : '?';
          arguments[k] = argument(kind, random, guest);
        }
        boolean closes = number == CLOSE || number == CLOSE_RANGE;
        long result = closes && i % 8 != 0 ? 0 : guest.call(number, arguments);
        guest.guest.process().task().drop();
        if (result != Task.BLOCKED) {
          assertThat(result).as("call %s", number).isGreaterThanOrEqualTo(-133);
          done += result >= 0 ? 1 : 0;
        }
      }
      assertThat(guest.tree.root().entry().reachable()).isTrue();
    }
    return done;
  }

  private static long argument(char kind, Random random, FileGuest guest) {
    return switch (kind) {
      case 'P' -> guest.text(PATHS[random.nextInt(PATHS.length)]);
      case 'F' -> random.nextInt(10) == 0 ? FileGuest.AT_FDCWD : random.nextInt(10);
      case 'B' -> FileGuest.WRITABLE + random.nextInt(1 << 20);
      case 'N' -> random.nextBoolean() ? random.nextInt(8) : 1L << random.nextInt(64);
      default ->
          switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> FileGuest.READ_ONLY + random.nextInt(5000);
            case 2 -> random.nextInt();
            default -> Long.MAX_VALUE - random.nextInt(10);
          };
    };
  }
}
