package dev.mote.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever bytes a message has: it is read, and written again means the same; or it is refused
/// with a reason.
///
/// In an ordinary build each seed is tried once. `JAZZER_FUZZ=1 ./build test -pl values
/// -Dtest=MessageFuzzTest#message` searches for a failure, one method at a time.
class MessageFuzzTest {
  record Inner(List<Long> numbers, Map<String, Boolean> flags) {}

  sealed interface Choice {
    record Some(Inner inner) implements Choice {}

    record None() implements Choice {}
  }

  private static final List<Decoder> DECODERS =
      Stream.of(Object.class, Inner.class, Choice.class, String.class, byte[].class, long[].class)
          .map(java -> Decoder.of(Types.of(java), java))
          .toList();

  private static final Encoder ANY = Encoder.of(Type.Plain.ANY);

  static Stream<byte[]> seeds() {
    Stream<byte[]> generated =
        IntStream.range(0, 200)
            .mapToObj(seed -> {
              var out = new MessageWriter(1 << 16, 16);
              ANY.write(new Generated(seed).any(4), out);
              return Arrays.copyOf(out.array(), out.length());
            });
    byte[] belowAll = {0x3b, -1, -1, -1, -1, -1, -1, -1, -1}; // -2^64
    return Stream.concat(Stream.of(belowAll), generated);
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "3m")
  void message(byte[] bytes) {
    var in = new MessageReader(16);
    for (Decoder decoder : DECODERS) {
      try {
        in.reset(bytes, 0, bytes.length);
        Object value = decoder.read(in);
        in.end();
        assertMeansTheSame(value);
      } catch (ValueException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
    try {
      in.reset(bytes, 0, bytes.length);
      in.skip();
      in.end();
    } catch (ValueException e) {
      assertThat(e.reason())
          .isIn(
              ValueException.Reason.MALFORMED,
              ValueException.Reason.TOO_DEEP,
              ValueException.Reason.OUT_OF_RANGE, // an integer below those of 64 bits
              ValueException.Reason.WRONG_TYPE);
    }
  }

  private static void assertMeansTheSame(Object value) {
    var out = new MessageWriter(1 << 20, 64);
    ANY.write(value, out);
    byte[] once = Arrays.copyOf(out.array(), out.length());
    var in = new MessageReader(64);
    in.reset(once, 0, once.length);
    Object again = Decoder.of(Type.Plain.ANY, Object.class).read(in);
    in.end();
    out.reset();
    ANY.write(again, out);
    assertThat(Arrays.copyOf(out.array(), out.length())).isEqualTo(once);
  }

  static Stream<byte[]> signatures() {
    return Stream.of(
            "()",
            "(a: i64, b: u8?) -> [map<string, {x: f64}>]",
            "(x: enum {A, B {c: bytes}, C-d}) -> null",
            "(deep: [[[[any]]]])")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("signatures")
  @FuzzTest(maxDuration = "3m")
  void signature(byte[] bytes) {
    try {
      Signature signature = Signature.parse(new String(bytes, StandardCharsets.UTF_8));
      assertThat(Signature.parse(signature.toString())).isEqualTo(signature);
    } catch (SignatureException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  /// A hundred thousand values there and back.
  @Test
  void whatIsWrittenIsReadAgain() {
    var out = new MessageWriter(1 << 20, 16);
    var in = new MessageReader(16);
    for (int seed = 0; seed < 100_000; seed++) {
      Object value = new Generated(seed).any(3);
      out.reset();
      ANY.write(value, out);
      byte[] bytes = Arrays.copyOf(out.array(), out.length());
      in.reset(bytes, 0, bytes.length);
      Object again = DECODERS.getFirst().read(in);
      in.end();
      out.reset();
      ANY.write(again, out);
      assertThat(Arrays.equals(out.array(), 0, out.length(), bytes, 0, bytes.length))
          .as("seed %d", seed)
          .isTrue();
    }
  }

  @Test
  void everyMessageThatIsCutIsRefused() {
    seeds()
        .forEach(bytes -> {
          var in = new MessageReader(16);
          for (int length = 0; length < bytes.length; length++) {
            in.reset(bytes, 0, length);
            assertThatThrownBy(in::skip).isInstanceOf(ValueException.class);
          }
        });
  }

  /// RFC 8949, appendix A: what this subset has, and what it has not.
  @Test
  void theExamplesOfTheStandard() {
    var hex = java.util.HexFormat.of();
    Map<String, Object> known =
        Map.of(
            "1bffffffffffffffff",
            new java.math.BigInteger("18446744073709551615"),
            "3903e7",
            -1000L,
            "f97bff",
            65504f,
            "fb7e37e43c8800759c",
            1.0e+300,
            "f90001",
            0x1p-24f,
            "62c3bc",
            "ü",
            "83010203",
            List.of(1L, 2L, 3L),
            "a201020304",
            Map.of(1L, 2L, 3L, 4L),
            "a26161016162820203",
            Map.of("a", 1L, "b", List.of(2L, 3L)));
    known.forEach((text, value) -> {
      var in = new MessageReader(16);
      byte[] bytes = hex.parseHex(text);
      in.reset(bytes, 0, bytes.length);
      assertThat(DECODERS.getFirst().read(in)).isEqualTo(value);
    });
    for (String text :
        List.of(
            "c249010000000000000000",
            "3bffffffffffffffff",
            "f7",
            "f0",
            "f8ff",
            "c074323031332d30332d32315432303a30343a30305a",
            "5f42010243030405ff",
            "7f657374726561646d696e67ff",
            "9fff",
            "bf61610161629f0203ffff",
            "1c",
            "ff",
            "f818")) {
      var in = new MessageReader(16);
      byte[] bytes = hex.parseHex(text);
      in.reset(bytes, 0, bytes.length);
      assertThatThrownBy(() -> DECODERS.getFirst().read(in))
          .as(text)
          .isInstanceOf(ValueException.class);
    }
  }
}
