package dev.mote.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignatureTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "()",
        "() -> i64",
        "(a: i8, b: u16?) -> f32",
        "(person: {name: string, age: i32}, loud: bool?) -> string",
        "(x: map<string, [map<u8, bytes>]>) -> any",
        "(shape: enum {Circle {radius: f64}, Nothing}) -> [enum {A, B}?]",
        "(a-b.c_9: {})"
      })
  void isReadAndWrittenAlike(String text) {
    assertThat(Signature.parse(text)).hasToString(text);
  }

  @Test
  void spaceIsFree() {
    assertThat(Signature.parse("  ( a :i8,b:[ string ]?\n) ->enum{A,B{c:f64}} "))
        .hasToString("(a: i8, b: [string]?) -> enum {A, B {c: f64}}");
    assertThat(Signature.parse("() -> null")).hasToString("()");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\"                 | '(' is missing at character 1",
        "(                  | a name is missing at character 2",
        "(a)                | ':' is missing at character 3",
        "(a: i65)           | 'i65' is no type at character 5",
        "(a: i8, a: i8)     | two parameters are called 'a'",
        "() -> {x: i8, x: i8} | two fields are called 'x'",
        "() -> enum {}      | an enum has at least one variant",
        "() -> enum {A, A}  | two variants are called 'A'",
        "() -> map<f64, i8> | a map's key is a string, a bool or an integer, not f64",
        "() -> any?         | any is null already",
        "() -> i8??         | something behind the signature",
        "() -> i8 i8        | something behind the signature",
        "() - > i8          | something behind the signature",
        "(1a: i8)           | a name is missing",
      })
  void whatIsWrongIsSaidWithItsPlace(String text, String message) {
    assertThatThrownBy(() -> Signature.parse(text))
        .isInstanceOf(SignatureException.class)
        .hasMessageContaining(message);
  }

  @Test
  void lengthAndNestingAreBounded() {
    assertThatThrownBy(() -> Signature.parse("(a: " + "[".repeat(100) + "i8"))
        .hasMessageContaining("nested more deeply than 64");
    assertThatThrownBy(() -> Signature.parse(" ".repeat(70_000)))
        .hasMessageContaining("longer than 65536");
    assertThatThrownBy(() -> Signature.parse("(" + "a".repeat(256) + ": i8)"))
        .hasMessageContaining("longer than 255");
  }
}
