package dev.mote.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The table of `docs/values.md`, both ways, and its edges.
class ValuesTest {
  private final MessageWriter out = new MessageWriter(1 << 20, 8);
  private final MessageReader in = new MessageReader(8);

  record Person(String name, int age) {}

  record Named(@Name("first_name") String firstName, Optional<Long> size) {}

  record Checked(int positive) {
    Checked {
      if (positive <= 0) {
        throw new IllegalArgumentException(positive + " is not positive");
      }
    }
  }

  sealed interface Shape {
    record Circle(double radius) implements Shape {}

    record Box(int width, int height) implements Shape {}

    enum Other implements Shape {
      POINT,
      @Name("empty-set")
      NOTHING
    }
  }

  enum Colour {
    RED,
    GREEN
  }

  record Tree(List<Tree> children) {}

  private static Type type(String text) {
    return Signature.parse("() -> " + text).result();
  }

  private String write(String type, @Nullable Object value) {
    out.reset();
    Encoder.of(type(type)).write(value, out);
    return HexFormat.of().formatHex(out.array(), 0, out.length());
  }

  private @Nullable Object read(String type, String hex, java.lang.reflect.Type java) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    in.reset(bytes, 0, bytes.length);
    Object value = Decoder.of(type(type), java).read(in);
    in.end();
    return value;
  }

  private void both(String type, @Nullable Object value, String hex) {
    assertThat(write(type, value)).isEqualTo(hex);
    Class<?> java = value == null ? Object.class : value.getClass();
    assertThat(read(type, hex, java)).isEqualTo(value);
  }

  private void refusedToWrite(String type, @Nullable Object value, ValueException.Reason reason) {
    assertThatThrownBy(() -> write(type, value))
        .isInstanceOfSatisfying(
            ValueException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private void refusedToRead(
      String type, String hex, java.lang.reflect.Type java, ValueException.Reason reason) {
    assertThatThrownBy(() -> read(type, hex, java))
        .isInstanceOfSatisfying(
            ValueException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @ParameterizedTest
  @CsvSource({
    "i8, -128, 387f, 127, 187f",
    "u8, 0, 00, 255, 18ff",
    "i16, -32768, 397fff, 32767, 197fff",
    "u16, 0, 00, 65535, 19ffff",
    "i32, -2147483648, 3a7fffffff, 2147483647, 1a7fffffff",
    "u32, 0, 00, 4294967295, 1affffffff",
    "i64, -9223372036854775808, 3b7fffffffffffffff, 9223372036854775807, 1b7fffffffffffffff",
    "u64, 0, 00, 18446744073709551615, 1bffffffffffffffff"
  })
  void integersOfEachWidth(
      String type, BigInteger least, String leastHex, BigInteger most, String mostHex) {
    both(type, least, leastHex);
    both(type, most, mostHex);
    refusedToWrite(type, least.subtract(BigInteger.ONE), ValueException.Reason.OUT_OF_RANGE);
    refusedToWrite(type, most.add(BigInteger.ONE), ValueException.Reason.OUT_OF_RANGE);
    for (String other : List.of("i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64")) {
      Type.Int wider = (Type.Int) type(other);
      if (most.compareTo(wider.max()) > 0) {
        refusedToRead(other, mostHex, Object.class, ValueException.Reason.OUT_OF_RANGE);
      } else {
        assertThat(read(other, mostHex, BigInteger.class)).isEqualTo(most);
      }
    }
  }

  @Test
  void integersOfEveryJavaType() {
    both("i64", (byte) -1, "20");
    both("u16", (short) 500, "1901f4");
    both("i32", 1_000_000, "1a000f4240");
    both("i64", 1_000_000_000_000L, "1b000000e8d4a51000");
    refusedToRead("i64", "1901f4", byte.class, ValueException.Reason.OUT_OF_RANGE);
    refusedToRead("i64", "1a000f4240", short.class, ValueException.Reason.OUT_OF_RANGE);
    refusedToRead("i64", "1b000000e8d4a51000", int.class, ValueException.Reason.OUT_OF_RANGE);
    refusedToRead("u64", "1bffffffffffffffff", long.class, ValueException.Reason.OUT_OF_RANGE);
    assertThat(read("u64", "1bffffffffffffffff", Object.class))
        .isEqualTo(new BigInteger("18446744073709551615"));
    assertThat(read("i64", "1b0000000000000017", Object.class))
        .isEqualTo(23L); // longer than needed
    refusedToWrite("i64", 1.0, ValueException.Reason.WRONG_TYPE);
    refusedToWrite("i64", "1", ValueException.Reason.WRONG_TYPE);
    refusedToWrite("u64", -1L, ValueException.Reason.OUT_OF_RANGE);
    refusedToRead("i64", "3b8000000000000000", Object.class, ValueException.Reason.OUT_OF_RANGE);
    refusedToRead("i64", "f5", Object.class, ValueException.Reason.WRONG_TYPE);
    refusedToRead("i64", "c249010000000000000000", Object.class, ValueException.Reason.MALFORMED);
  }

  @ParameterizedTest
  @CsvSource({
    "0000000000000000", "8000000000000000", "3ff0000000000000", "7fefffffffffffff",
    "0000000000000001", "7ff0000000000000", "fff0000000000000", "7ff0000000000001",
    "7ff8000000000000", "fff8dead0000beef"
  })
  void doublesToTheBit(String hex) {
    double value = Double.longBitsToDouble(Long.parseUnsignedLong(hex, 16));
    assertThat(write("f64", value)).isEqualTo("fb" + hex);
    assertThat(bits(read("f64", "fb" + hex, double.class))).isEqualTo(hex);
    out.reset();
    Encoder.of(Type.Plain.F64).writeDouble(value, out);
    assertThat(HexFormat.of().formatHex(out.array(), 0, out.length())).isEqualTo("fb" + hex);
  }

  private static String bits(@Nullable Object value) {
    return switch (value) {
      case Double d -> HexFormat.of().toHexDigits(Double.doubleToRawLongBits(d));
      case Float f -> HexFormat.of().toHexDigits(Float.floatToRawIntBits(f));
      case null, default -> throw new AssertionError("no float: " + value);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "00000000",
    "80000000",
    "3f800000",
    "7f7fffff",
    "00000001",
    "7f800000",
    "ff800000",
    "7f800001",
    "7fc00000",
    "ffc12345"
  })
  void floatsToTheBitAtEachWidth(String hex) {
    float value = Float.intBitsToFloat(Integer.parseUnsignedInt(hex, 16));
    assertThat(write("f32", value)).isEqualTo("fa" + hex);
    assertThat(bits(read("f32", "fa" + hex, float.class))).isEqualTo(hex);
    String wide = write("f64", value);
    assertThat(wide).startsWith("fb");
    assertThat(bits(read("f32", wide, float.class))).isEqualTo(hex);
  }

  @Test
  void floatsThatDoNotFitAreRefused() {
    refusedToWrite("f32", 0.1, ValueException.Reason.OUT_OF_RANGE);
    refusedToWrite("f32", 1e300, ValueException.Reason.OUT_OF_RANGE);
    refusedToRead("f32", "fb3fb999999999999a", Object.class, ValueException.Reason.OUT_OF_RANGE);
    refusedToRead("f32", "fb7ff0000000000001", Object.class, ValueException.Reason.OUT_OF_RANGE);
    assertThat(read("f32", "fb3ff8000000000000", Object.class)).isEqualTo(1.5f);
    assertThat(read("f64", "f93e00", Object.class)).isEqualTo(1.5);
    assertThat(read("f32", "f90001", Object.class)).isEqualTo(0x1p-24f);
    assertThat(bits(read("f32", "f97c01", Object.class))).isEqualTo("7f802000");
    refusedToWrite("f64", 1, ValueException.Reason.WRONG_TYPE);
    refusedToRead("f64", "01", Object.class, ValueException.Reason.WRONG_TYPE);
  }

  @Test
  void plainValues() {
    both("null", null, "f6");
    both("bool", true, "f5");
    both("bool", false, "f4");
    both("string", "", "60");
    both("string", "ü水𐅑", "69c3bce6b0b4f0908591");
    both("bytes", new byte[] {1, 2, 3, 4}, "4401020304");
    assertThat(write("bytes", ByteBuffer.wrap(new byte[] {9, 1, 2}, 1, 2))).isEqualTo("420102");
    assertThat(write("bytes", ByteBuffer.allocateDirect(2))).isEqualTo("420000");
    assertThat(read("bytes", "420102", ByteBuffer.class))
        .isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
    refusedToWrite("bool", null, ValueException.Reason.WRONG_TYPE);
    refusedToWrite("string", "x\ud800", ValueException.Reason.WRONG_TYPE);
    refusedToWrite("string", "\udc00\ud800", ValueException.Reason.WRONG_TYPE);
    refusedToRead("string", "62c328", Object.class, ValueException.Reason.MALFORMED);
    refusedToRead(
        "string", "63eda080", Object.class, ValueException.Reason.MALFORMED); // half a pair
    refusedToRead("string", "62c080", Object.class, ValueException.Reason.MALFORMED); // overlong
    refusedToRead("bool", "f7", Object.class, ValueException.Reason.MALFORMED); // undefined
    refusedToRead("bool", "e0", Object.class, ValueException.Reason.MALFORMED);
  }

  @Test
  void listsAndArrays() {
    both("[i64]", new long[] {1, -1}, "820120");
    both("[i32]", new int[] {1, -1}, "820120");
    both("[f64]", new double[] {1.5}, "81fb3ff8000000000000");
    both("[string]", new String[] {"a"}, "816161");
    assertThat(write("[[u8]]", List.of(List.of(1), List.of()))).isEqualTo("82810180");
    assertThat(read("[[u8]]", "82810180", Object.class)).isEqualTo(List.of(List.of(1L), List.of()));
    assertThat(write("[i64?]", Arrays.asList(1, null))).isEqualTo("8201f6");
    assertThatThrownBy(() -> write("[u8]", List.of(1, 2, 256)))
        .hasMessage("element 2: 256 is out of the range of u8 (0 to 255)");
    refusedToWrite("[u8]", new byte[1], ValueException.Reason.WRONG_TYPE);
    refusedToWrite("[u8]", null, ValueException.Reason.WRONG_TYPE);
    refusedToRead("[u8]", "9b7fffffffffffffff", Object.class, ValueException.Reason.MALFORMED);
    refusedToRead("[u8]", "9f01ff", Object.class, ValueException.Reason.MALFORMED);
  }

  @Test
  void maps() {
    var map = new LinkedHashMap<Object, Object>();
    map.put("a", 1L);
    map.put("b", 2L);
    assertThat(write("map<string, i64>", map)).isEqualTo("a2616101616202");
    assertThat(read("map<string, i64>", "a2616101616202", Object.class)).isEqualTo(map);
    assertThat(write("map<i8, bool>", Map.of(-1, true))).isEqualTo("a120f5");
    assertThat(read("map<i8, bool>", "a120f5", Object.class)).isEqualTo(Map.of(-1L, true));
    refusedToRead(
        "map<string, i64>", "a2616101616102", Object.class, ValueException.Reason.MALFORMED);
    refusedToRead(
        "map<i64, i64>",
        "a20101180102",
        Object.class,
        ValueException.Reason.MALFORMED); // the same key, written longer
    refusedToWrite("map<string, i64>", Map.of(1, 1), ValueException.Reason.WRONG_TYPE);
    assertThatThrownBy(() -> write("map<string, i64>", Map.of("key", "x")))
        .hasMessage("entry 'key': String is no i64");
  }

  @Test
  void records() {
    String type = "{name: string, age: i32}";
    String hex = "a2646e616d65634164616361676518" + "24";
    both(type, new Person("Ada", 36), hex);
    assertThat(write(type, Map.of("name", "Ada", "age", 36))).isEqualTo(hex);
    assertThat(read(type, hex, Object.class)).isEqualTo(Map.of("name", "Ada", "age", 36L));
    String turned = "a2636167651824646e616d6563416461";
    assertThat(read(type, turned, Person.class)).isEqualTo(new Person("Ada", 36));
    both(
        "{first_name: string, size: i64?}",
        new Named("A", Optional.of(1L)),
        "a26a66697273745f6e616d6561416473697a6501");
    assertThat(
            read("{first_name: string, size: i64?}", "a16a66697273745f6e616d656141", Named.class))
        .isEqualTo(new Named("A", Optional.empty()));
    refusedToRead(type, "a1646e616d6563416461", Person.class, ValueException.Reason.WRONG_TYPE);
    refusedToRead(
        type, hex.replace("a2", "a3") + "617800", Person.class, ValueException.Reason.WRONG_TYPE);
    refusedToRead(
        type,
        "a2646e616d6563416461646e616d6563416461",
        Person.class,
        ValueException.Reason.MALFORMED);
    refusedToWrite(type, Map.of("name", "Ada"), ValueException.Reason.WRONG_TYPE);
    refusedToWrite(type, Map.of("name", "Ada", "age", 1, "x", 1), ValueException.Reason.WRONG_TYPE);
    assertThatThrownBy(() -> read("{positive: i32}", "a168706f73697469766500", Checked.class))
        .hasMessage("Checked does not take these values: 0 is not positive");
    assertThatThrownBy(() -> write("{name: string, age: u8}", new Person("Ada", 300)))
        .hasMessage("field 'age': 300 is out of the range of u8 (0 to 255)");
  }

  @Test
  void variants() {
    String type = "enum {Circle {radius: f64}, Box {width: i32, height: i32}, POINT, empty-set}";
    String circle = "a166436972636c65a166726164697573fb3ff8000000000000";
    assertThat(write(type, new Shape.Circle(1.5))).isEqualTo(circle);
    assertThat(read(type, circle, Shape.class)).isEqualTo(new Shape.Circle(1.5));
    assertThat(write(type, Shape.Other.POINT)).isEqualTo("65504f494e54");
    assertThat(read(type, "65504f494e54", Shape.class)).isEqualTo(Shape.Other.POINT);
    assertThat(write(type, Shape.Other.NOTHING)).isEqualTo("69656d7074792d736574");
    assertThat(read(type, "69656d7074792d736574", Shape.class)).isEqualTo(Shape.Other.NOTHING);
    both("enum {RED, GREEN}", Colour.GREEN, "65475245454e");
    assertThat(read("enum {RED, GREEN}", "65475245454e", String.class)).isEqualTo("GREEN");
    assertThat(read(type, circle, Object.class)).isEqualTo(Map.of("Circle", Map.of("radius", 1.5)));
    refusedToRead(type, "66436972636c65", Shape.class, ValueException.Reason.WRONG_TYPE);
    refusedToRead(type, "6158", Shape.class, ValueException.Reason.WRONG_TYPE);
    refusedToWrite("enum {A}", Map.of("A", Map.of("x", 1)), ValueException.Reason.WRONG_TYPE);
    refusedToWrite("enum {RED}", Colour.GREEN, ValueException.Reason.WRONG_TYPE);
  }

  @Test
  void optionals() {
    both("i64?", null, "f6");
    assertThat(write("i64?", Optional.empty())).isEqualTo("f6");
    assertThat(write("i64?", Optional.of(5))).isEqualTo("05");
    assertThat(Decoder.of(type("i64?"), Object.class)).isNotNull();
    assertThatThrownBy(() -> Decoder.of(type("i64?"), long.class))
        .hasMessageContaining("may be null");
  }

  @Test
  void anything() {
    var list = new ArrayList<@Nullable Object>(List.of(1L, -1L, 1.5, 1.5f, "x", true));
    list.add(null);
    list.add(Map.of("k", List.of()));
    String hex = "880120fb3ff8000000000000fa3fc000006178f5f6a1616b80";
    assertThat(write("any", list)).isEqualTo(hex);
    assertThat(read("any", hex, Object.class)).isEqualTo(list);
    assertThat(write("any", new Person("A", 1))).isEqualTo("a2646e616d6561416361676501");
    assertThat(read("any", "a2646e616d6561416361676501", Person.class))
        .isEqualTo(new Person("A", 1));
    assertThat(write("any", new Tree(List.of(new Tree(List.of())))))
        .isEqualTo("a1686368696c6472656e81a1686368696c6472656e80");
    assertThat(write("any", Colour.RED)).isEqualTo("63524544");
    refusedToWrite("any", new Object(), ValueException.Reason.WRONG_TYPE);
    refusedToWrite("any", BigInteger.TWO.pow(64), ValueException.Reason.OUT_OF_RANGE);
    refusedToWrite("any", Map.of(1.5, 1), ValueException.Reason.WRONG_TYPE);
    refusedToRead("any", "a18001", Object.class, ValueException.Reason.MALFORMED);
  }

  @Test
  void nestingIsBounded() {
    Object deep = 1;
    for (int i = 0; i < 8; i++) {
      deep = List.of(deep);
    }
    assertThat(write("any", deep)).isEqualTo("81".repeat(8) + "01");
    refusedToWrite("any", List.of(deep), ValueException.Reason.TOO_DEEP);
    refusedToRead("any", "81".repeat(9) + "01", Object.class, ValueException.Reason.TOO_DEEP);
    refusedToRead("any", "81".repeat(100_000), Object.class, ValueException.Reason.TOO_DEEP);
  }

  @Test
  void messagesAreBounded() {
    var small = new MessageWriter(10, 8);
    small.text("12345678");
    assertThatThrownBy(() -> small.integer(1000))
        .isInstanceOfSatisfying(
            ValueException.class,
            e -> assertThat(e.reason()).isEqualTo(ValueException.Reason.TOO_LARGE));
    small.reset();
    small.bytes(new byte[9], 0, 9);
    assertThat(small.length()).isEqualTo(10);
  }

  @Test
  void theFirstLargeByteStringIsNotCopied() {
    var large = new byte[100_000];
    out.reset();
    Encoder.of(type("[bytes]")).write(List.of(new byte[1], large, large), out);
    assertThat(out.length()).isEqualTo(1 + 2 + 5 + 100_000 + 5 + 100_000);
    assertThatThrownBy(out::array).isInstanceOf(IllegalStateException.class);
    out.send((bytes, length, at, part, offset, count) -> {
      assertThat(part).isSameAs(large);
      assertThat(List.of(at, offset, count)).containsExactly(1 + 2 + 5, 0, 100_000);
      assertThat(length).isEqualTo(1 + 2 + 5 + 5 + 100_000);
    });
    var small = new MessageWriter(100_000, 8);
    assertThatThrownBy(() -> small.bytes(large, 0, large.length))
        .isInstanceOf(ValueException.class);
    out.reset();
    assertThat(out.length()).isZero();
  }

  @Test
  void javaTypesThatCannotFitAreRefusedBeforeThereIsAValue() {
    for (String[] pair :
        new String[][] {
          {"i64", "java.lang.String"}, {"string", "java.lang.Long"}, {"[i64]", "java.util.Map"}
        }) {
      assertThatThrownBy(() -> Encoder.of(type(pair[0]), Class.forName(pair[1])))
          .isInstanceOf(ValueException.class);
      assertThatThrownBy(() -> Decoder.of(type(pair[0]), Class.forName(pair[1])))
          .isInstanceOf(ValueException.class);
    }
    assertThatThrownBy(() -> Encoder.of(type("{name: string}"), Person.class))
        .hasMessageContaining("component 'age'");
    assertThatThrownBy(() -> Encoder.of(type("{name: i32, age: i32}"), Person.class))
        .hasMessageContaining("field 'name'");
    assertThatThrownBy(() -> Encoder.of(type("enum {Circle {radius: f64}}"), Shape.class))
        .hasMessageContaining("'Box' is no variant");
    assertThatThrownBy(() -> Decoder.of(type("enum {Circle {radius: f64}, New}"), Shape.class))
        .hasMessageContaining("nothing for variant 'New'");
  }

  @Test
  void javaTypesStandForTypes() throws Exception {
    assertThat(Types.of(Person.class)).hasToString("{name: string, age: i32}");
    assertThat(Types.of(Named.class)).hasToString("{first_name: string, size: i64?}");
    assertThat(Types.of(Shape.class))
        .hasToString(
            "enum {Circle {radius: f64}, Box {width: i32, height: i32}, POINT, empty-set}");
    assertThat(Types.of(byte[].class)).hasToString("bytes");
    assertThat(Types.of(Object.class)).hasToString("any");
    assertThat(Types.ofResult(void.class)).hasToString("null");
    assertThat(Types.ofResult(String.class)).hasToString("string?");
    assertThat(Types.ofResult(long.class)).hasToString("i64");
    assertThat(Types.of(Generic.class.getDeclaredField("lists").getGenericType()))
        .hasToString("map<string, [i16?]>");
    assertThatThrownBy(() -> Types.of(Tree.class)).hasMessageContaining("contains itself");
    assertThatThrownBy(() -> Types.of(Thread.class)).hasMessageContaining("cannot be sent");
  }

  static final class Generic {
    @Nullable Map<String, List<Optional<Short>>> lists;
  }
}
