package dev.mote.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.values.Signature;
import dev.mote.values.Type;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonValuesTest {
  private static @Nullable Object read(String json, String type) {
    return JsonValues.read(json, Signature.parse("() -> " + type).result());
  }

  @Test
  void jsonBecomesWhatTheTypeWants() {
    assertThat(read("42", "i64")).isEqualTo(42L);
    assertThat(read("18446744073709551615", "u64"))
        .isEqualTo(new BigInteger("18446744073709551615"));
    assertThat(read("1", "f64")).isEqualTo(1.0);
    assertThat(read("0.1", "f32")).isEqualTo(0.1f);
    assertThat(read("\"-Infinity\"", "f64")).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(read("\"AAEC\"", "bytes")).isEqualTo(new byte[] {0, 1, 2});
    assertThat(read("\"AAEC\"", "string")).isEqualTo("AAEC");
    assertThat(read("null", "i64?")).isNull();
    assertThat(read("[1, 2]", "[f64]")).isEqualTo(List.of(1.0, 2.0));
    assertThat(read("{\"1\": true}", "map<u8, bool>")).isEqualTo(Map.of(1L, true));
    assertThat(read("{\"true\": 1}", "map<bool, i8>")).isEqualTo(Map.of(true, 1L));
    assertThat(read("{\"x\": 1}", "{x: f64}")).isEqualTo(Map.of("x", 1.0));
    assertThat(read("{\"Circle\": {\"r\": 1}}", "enum {Circle {r: f64}, None}"))
        .isEqualTo(Map.of("Circle", Map.of("r", 1.0)));
    assertThat(read("[1, 1.5, \"x\", null, {}]", "any"))
        .isEqualTo(Arrays.asList(1L, 1.5, "x", null, Map.of()));
  }

  @Test
  void whatDoesNotFitStaysAndIsRefusedWhenItIsSent() {
    assertThat(read("\"x\"", "f64")).isEqualTo("x");
    assertThat(read("1.5", "i64")).isEqualTo(1.5);
    assertThat(read("[1]", "bytes")).isEqualTo(List.of(1L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "'x'", "1 2", "[1", "{\"a\": }", "NaN", "{\"a\": 1, \"a\": 2}"})
  void whatIsNotJsonIsSaid(String text) {
    assertThatThrownBy(() -> JsonValues.read(text, Type.Plain.ANY))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void bytesThatAreNotBase64AreSaid() {
    assertThatThrownBy(() -> read("\"?\"", "bytes")).hasMessageContaining("Base64");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"[1, 2.5, true, null] | [1,2.5,true,null]", "{\"a\": \"ü\\n\"} | {\"a\":\"ü\\n\"}"})
  void valuesBecomeJson(String json, String written) {
    assertThat(JsonValues.write(read(json, "any"))).isEqualTo(written);
  }

  @Test
  void whatJsonCannotSayIsAString() {
    assertThat(JsonValues.write(Double.NaN)).isEqualTo("\"NaN\"");
    assertThat(JsonValues.write(Float.NEGATIVE_INFINITY)).isEqualTo("\"-Infinity\"");
    assertThat(JsonValues.write(new byte[] {0, 1, 2})).isEqualTo("\"AAEC\"");
    assertThat(JsonValues.write(Map.of(1L, 1.5f))).isEqualTo("{\"1\":1.5}");
  }
}
