package dev.mote.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Fields of records: each once, in any order.
class FieldsTest {
  record Thing(int a, String b, Optional<Long> c, boolean d) {}

  /// The components of the same fields in another order.
  record Other(boolean d, Optional<Long> c, int a, String b) {}

  private static final Type TYPE = Types.of(Thing.class);
  private static final Thing THING = new Thing(1, "two", Optional.of(3L), true);

  @ParameterizedTest
  @ValueSource(strings = {"abcd", "dcba", "abdc", "bacd", "cadb", "acbd"})
  void comeInAnyOrder(String order) {
    byte[] message = message(order);
    assertThat(read(Thing.class, message)).isEqualTo(THING);
    assertThat(read(Other.class, message)).isEqualTo(new Other(true, Optional.of(3L), 1, "two"));
    assertThat((Map<?, ?>) read(Object.class, message))
        .isEqualTo(Map.of("a", 1L, "b", "two", "c", 3L, "d", true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"abd", "dba", "bad"})
  void mayBeLeftOutIfTheyAreOptional(String order) {
    assertThat(read(Thing.class, message(order)))
        .isEqualTo(new Thing(1, "two", Optional.empty(), true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "abc   | field 'd' is missing",
        "cb    | field 'a' is missing",
        "\"\"    | field 'a' is missing",
        "abcda | field 'a' is there twice",
        "abcdd | field 'd' is there twice",
        "abbcd | field 'b' is there twice",
        "dd    | field 'd' is there twice",
        "abcde | 'e' is no field of",
        "eabcd | 'e' is no field of"
      })
  void areEachThereOnce(String order, String problem) {
    assertThatExceptionOfType(ValueException.class)
        .isThrownBy(() -> read(Thing.class, message(order)))
        .withMessageContaining(problem);
    assertThatExceptionOfType(ValueException.class)
        .isThrownBy(() -> read(Object.class, message(order)))
        .withMessageContaining(problem);
  }

  @Test
  void areWrittenByName() {
    var map = new LinkedHashMap<String, Object>();
    map.put("d", true);
    map.put("c", 3);
    map.put("b", "two");
    map.put("a", 1);
    byte[] expected = message("abcd");
    assertThat(write(THING)).isEqualTo(expected);
    assertThat(write(new Other(true, Optional.of(3L), 1, "two"))).isEqualTo(expected);
    assertThat(write(map)).isEqualTo(expected);
  }

  private static byte[] write(Object value) {
    var out = new MessageWriter(1000, 8);
    Encoder.of(TYPE).write(value, out);
    return Arrays.copyOf(out.array(), out.length());
  }

  /// A message that has the fields that letters name.
  private static byte[] message(String order) {
    var out = new MessageWriter(1000, 8);
    out.map(order.length());
    for (int i = 0; i < order.length(); i++) {
      char field = order.charAt(i);
      out.text(String.valueOf(field));
      switch (field) {
        case 'b' -> out.text("two");
        case 'd' -> out.bool(true);
        default -> out.integer(field - 'a' + 1);
      }
    }
    return Arrays.copyOf(out.array(), out.length());
  }

  private static Object read(Class<?> java, byte[] message) {
    var in = new MessageReader(8);
    in.reset(message, 0, message.length);
    Object value = Decoder.of(TYPE, java).read(in);
    in.end();
    return value;
  }
}
