package dev.mote;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.mote.linux.GuestEnding;
import dev.mote.linux.SpeakingGuest;
import dev.mote.linux.StandardStreams;
import dev.mote.values.Encoder;
import dev.mote.values.MessageWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever messages a guest sends, in whatever order: each call has one outcome, a value is of its
/// declared type, host functions get what they declare and no more often than is allowed, and
/// nothing is thrown.
///
/// In an ordinary build each seed is tried once. `JAZZER_FUZZ=1 ./build test -pl sandbox -am
/// -Dtest=ConversationFuzzTest -Dsurefire.failIfNoSpecifiedTests=false` searches for a failure.
class ConversationFuzzTest {
  private static final int HOST_CALLS = 3;
  private static final Limits LIMITS = new Limits(MemorySize.ofMebibytes(1), null, null);
  private static final CallLimits CALL_LIMITS =
      new CallLimits(1 << 16, 8, 3, HOST_CALLS, 1 << 12, Duration.ofSeconds(10));

  /// An announcement of `f(a: i64) -> u8`, `g() -> any`, `h(s: string) -> {x: f64}`.
  private static final String ANNOUNCE =
      "8200a26776657273696f6e016966756e6374696f6e73a3"
          + text("f")
          + text("(a: i64) -> u8")
          + text("g")
          + text("() -> any")
          + text("h")
          + text("(s: string) -> {x: f64}");

  /// What hostile guests log and host functions throw fills the console.
  private static final Logger QUIET = Logger.getLogger("dev.mote");

  static {
    QUIET.setLevel(Level.OFF);
  }

  private static String text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    String head =
        utf8.length < 24 ? "%02x".formatted(0x60 + utf8.length) : "78%02x".formatted(utf8.length);
    return head + HexFormat.of().formatHex(utf8);
  }

  static Stream<byte[]> seeds() {
    return Stream.of(
            new String[] {ANNOUNCE, "820205", "8202f6", "8202a16178fb3ff8000000000000"},
            new String[] {
              ANNOUNCE, "8301" + text("twice") + "8115", "820205", "8303" + text("x") + text("y")
            },
            new String[] {
              ANNOUNCE, "8301" + text("back") + "80", "820201", "820202", "8202" + "80"
            },
            new String[] {ANNOUNCE, "830402" + text("log"), "820219ffff", "820201"},
            new String[] {
              "830401" + text("early"), ANNOUNCE, "8301" + text("none") + "8101", "820200"
            },
            new String[] {ANNOUNCE.substring(0, 40), "ff"})
        .map(ConversationFuzzTest::joined);
  }

  /// Messages one after the other, each behind its length.
  private static byte[] joined(String[] messages) {
    var hex = new StringBuilder();
    for (String message : messages) {
      hex.append("%04x".formatted(message.length() / 2)).append(message);
    }
    return HexFormat.of().parseHex(hex);
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "3m")
  void talk(byte[] said) {
    var guest = new Saying(said);
    var functions = new HostFunctions();
    int[] entered = {0};
    functions.add(
        "twice",
        (HostFunction.Of1<Long, Long>)
            (Long n) -> {
              entered[0]++;
              return 2 * n;
            });
    functions.add(
        "back",
        (HostFunction.Of1<HostCall, Object>)
            (HostCall call) -> {
              entered[0]++;
              return call.call("g", Object.class);
            });
    var hostCalls = new HostCalls(functions, CALL_LIMITS, "", Map.of());
    var talk = new Conversation(guest, LIMITS, CALL_LIMITS, hostCalls, Streams.capture(), 1 << 12);
    if (talk.start() != null) {
      return;
    }
    Object[][] calls = {{"f", 1L}, {"g"}, {"h", "text"}, {"f", 2L}, {"g"}};
    for (Object[] call : calls) {
      entered[0] = 0;
      var arguments = Arrays.copyOfRange(call, 1, call.length);
      try {
        Outcome<Object> outcome = GuestCall.make(talk, (String) call[0], Object.class, arguments);
        assertThat(entered[0]).isLessThanOrEqualTo(HOST_CALLS);
        check((String) call[0], outcome, talk);
      } catch (PoisonedException e) {
        assertThat(talk.ending()).isEqualTo(e.ending());
      }
    }
    assertThat(guest.depth).isZero();
  }

  /// A value is of the type that the guest announced, whatever that was.
  private static void check(String function, Outcome<Object> outcome, Conversation talk) {
    switch (outcome) {
      case Outcome.Returned(var value) -> {
        assertThat(talk.ending()).isNull();
        var declared = Objects.requireNonNull(talk.functions().find(function)).resultType();
        Encoder.of(declared).write(value, new MessageWriter(1 << 20, 64));
      }
      case Outcome.Failed(var error) -> assertThat(error.code()).isNotNull();
      case Outcome.Refused(var refusal) -> assertThat(refusal.function()).isEqualTo(function);
      case Outcome.Ended(var ending) -> assertThat(talk.ending()).isEqualTo(ending);
    }
  }

  /// A guest that says what it was told to, whatever it is asked, and then ends.
  private static final class Saying implements SpeakingGuest {
    private final byte[] said;
    private int at;
    private byte[] message = new byte[0];
    private @Nullable GuestEnding ending;
    private int depth;

    Saying(byte[] said) {
      this.said = said;
    }

    @Override
    public @Nullable Executor elsewhere() {
      return null;
    }

    @Override
    public boolean resume() {
      if (said.length - at < 2) {
        ending = new GuestEnding.Exited(0);
        return false;
      }
      int length = ((said[at] & 0xff) << 8) | (said[at + 1] & 0xff);
      int end = Math.min(said.length, at + 2 + length);
      message = Arrays.copyOfRange(said, at + 2, end);
      at = end;
      return true;
    }

    @Override
    public boolean resumeToReceive() {
      return resume();
    }

    @Override
    public boolean hasSent() {
      return true;
    }

    /// By the port if it has said much, else by the file.
    @Override
    public boolean isReceiving() {
      return said.length > 100;
    }

    @Override
    public void enter(long wallNanos, long cpuNanos) {
      depth++;
    }

    @Override
    public void leave() {
      depth--;
    }

    @Override
    public void start(StandardStreams streams) {}

    @Override
    public boolean renewOutputLimits() {
      return true;
    }

    @Override
    public byte[] message() {
      return message;
    }

    @Override
    public int messageLength() {
      return message.length;
    }

    /// A part, so that the rest is fetched.
    @Override
    public int messageLoaded() {
      return message.length / 2;
    }

    @Override
    public void copyMessage(int position, byte[] target, int offset, int count) {
      System.arraycopy(message, position, target, offset, count);
    }

    @Override
    public void give(byte[] bytes, int length, int at, byte[] part, int offset, int count) {
      assertThat(length).isBetween(1, bytes.length);
      assertThat(at).isBetween(0, length);
      assertThat(count).isBetween(0, part.length - offset);
    }

    @Override
    public void acknowledge() {}

    @Override
    public void beginHostFunction() {}

    @Override
    public void endHostFunction() {}

    @Override
    public long remainingNanos() {
      return Long.MAX_VALUE;
    }

    @Override
    public @Nullable GuestEnding ending() {
      return ending;
    }
  }
}
