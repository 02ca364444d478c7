package dev.mote.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What somebody may do who wants a host to run out of memory, or its log to say something else.
class HostileMessagesTest {
  private static final int DEPTH = 64;

  @ParameterizedTest
  @ValueSource(strings = {"any", "[any]", "[map<i8, i8>]"})
  void aSmallMessageDoesNotBecomeValuesWithoutLimit(String type) {
    // A million maps of one entry: 3 MB that become 200.
    byte[] maps = new byte[5 + 3 * 1_000_000];
    maps[0] = (byte) 0x9a;
    ByteBuffer.wrap(maps).putInt(1, 1_000_000);
    for (int i = 5; i < maps.length; i += 3) {
      maps[i] = (byte) 0xa1;
    }
    var in = new MessageReader(DEPTH, 64 << 20);
    in.reset(maps, 0, maps.length);
    var decoder = Decoder.of(type(type), Object.class);
    assertThatExceptionOfType(ValueException.class)
        .isThrownBy(() -> decoder.read(in))
        .withMessageEndingWith("the values of the message take more memory than 67108864 bytes")
        .matches(e -> e.reason() == ValueException.Reason.TOO_LARGE);
    // Every message begins anew.
    in.reset(new byte[] {(byte) 0x80}, 0, 1);
    assertThat((List<?>) decoder.read(in)).isEmpty();
  }

  @Test
  void ordinaryLargeMessagesAreWithinTheLimit() {
    var in = new MessageReader(DEPTH);
    byte[] numbers = new byte[5 + (16 << 20) - 5];
    numbers[0] = (byte) 0x9a;
    ByteBuffer.wrap(numbers).putInt(1, numbers.length - 5);
    in.reset(numbers, 0, numbers.length);
    assertThat((List<?>) Decoder.of(type("[u8]"), Object.class).read(in))
        .hasSize(numbers.length - 5);
  }

  @Test
  void textOfAMessageIsShortAndPrintableInAnError() {
    String name = "\u001b[2J\n" + "x".repeat(100_000);
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    byte[] message = new byte[6 + utf8.length + 1];
    message[0] = (byte) 0xa1;
    message[1] = 0x7a;
    ByteBuffer.wrap(message).putInt(2, utf8.length);
    System.arraycopy(utf8, 0, message, 6, utf8.length);
    for (String type : List.of("{a: i8}", "map<string, string>", "enum {A, B {x: i8}}")) {
      assertThatExceptionOfType(ValueException.class)
          .isThrownBy(() -> read(type, message))
          .matches(e -> e.getMessage().length() < 300)
          .withMessageContaining("'\\u001b[2J\\u000axxx");
    }
  }

  @Test
  void anIntegerOfManyDigitsIsNotWrittenOut() {
    for (Type type : List.of(Type.Int.U64, Type.Plain.ANY)) {
      assertThatExceptionOfType(ValueException.class)
          .isThrownBy(() -> write(type, BigInteger.TWO.pow(1_000_000)))
          .withMessageStartingWith("an integer of 1000001 bits ");
    }
  }

  @Test
  void keysThatAreOneInMessagesAreNotWritten() {
    var identity = new IdentityHashMap<Object, Object>();
    identity.put(String.valueOf(new char[] {'a'}), 1);
    identity.put(String.valueOf(new char[] {'a'}), 2);
    for (Map<?, ?> map : List.of(Map.of(1, 1, 1L, 2), Map.of(1, 1, BigInteger.ONE, 2), identity)) {
      assertThatExceptionOfType(ValueException.class)
          .isThrownBy(() -> write(Type.Plain.ANY, map))
          .withMessageEndingWith("the key is there twice in a message");
    }
    assertThat(write(Type.Plain.ANY, Map.of(1, 1, "1", 2, true, 3))).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a201020103", "a26161016161 02", "81a201020103", "3b8000000000000000", "a18001"})
  void whatIsSkippedIsCheckedAsIfItWereRead(String hex) {
    byte[] message = HexFormat.of().parseHex(hex.replace(" ", ""));
    var in = new MessageReader(DEPTH);
    in.reset(message, 0, message.length);
    assertThatExceptionOfType(ValueException.class).isThrownBy(in::skip);
  }

  record Age(int years) {}

  record Page<T>(List<T> items, Map<String, List<T>> more) {}

  record Book(Page<Age> page, Page<Page<String>> nested) {}

  record Growing<T>(Growing<List<T>> next) {}

  @Test
  void aGenericRecordHasPartsOfTheTypesThatItIsOf() {
    Type type = Types.of(Book.class);
    String ofString = "{items: [string], more: map<string, [string]>}";
    assertThat(type)
        .hasToString(
            "{page: {items: [{years: i32}], more: map<string, [{years: i32}]>}, nested: {items: ["
                + ofString
                + "], more: map<string, ["
                + ofString
                + "]>}}");
    Age age = new Age(3);
    var inner = new Page<>(List.of("a"), Map.of("k", List.of("b")));
    var book =
        new Book(
            new Page<>(List.of(age), Map.of("k", List.of(age))),
            new Page<>(List.of(inner), Map.of()));
    byte[] message = write(type, book);
    var in = new MessageReader(DEPTH);
    in.reset(message, 0, message.length);
    var back = (Book) Decoder.of(type, Book.class).read(in);
    assertThat(back).isEqualTo(book);
    assertThat(write(type, back)).isEqualTo(message);
    assertThatExceptionOfType(ValueException.class)
        .isThrownBy(
            () -> Encoder.of(type("{page: {items: [string], more: any}, nested: any}"), Book.class))
        .withMessageContaining("field 'page'");
  }

  @Test
  void aGenericRecordThatGrowsForEverHasNoType() {
    assertThatExceptionOfType(ValueException.class)
        .isThrownBy(() -> Types.of(Growing.class))
        .withMessageContaining("contains itself");
  }

  private static Type type(String text) {
    return Signature.parse("(a: " + text + ")").parameters().getFirst().type();
  }

  private static Object read(String type, byte[] message) {
    var in = new MessageReader(DEPTH);
    in.reset(message, 0, message.length);
    return Decoder.of(type(type), Object.class).read(in);
  }

  private static byte[] write(Type type, Object value) {
    var out = new MessageWriter(1 << 20, DEPTH);
    Encoder.of(type).write(value, out);
    return Arrays.copyOf(out.array(), out.length());
  }
}
