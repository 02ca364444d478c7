package dev.mote.values;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Short texts are written, compared and looked at as words of eight bytes. What lies beside them
/// does not count, and there may be nothing.
final class ShortTextsTest {
  private static final int LONGEST = 20;

  /// A text of one kind of character, with another one at one place.
  private static String text(int length, int place, String other) {
    return "a".repeat(place) + other + "a".repeat(length - place - 1);
  }

  private static byte[] message(String text) {
    var out = new MessageWriter(1 << 20, 4);
    out.text(text);
    return Arrays.copyOf(out.array(), out.length());
  }

  private static MessageReader reader(byte[] buffer, int offset, int length) {
    var in = new MessageReader(4);
    in.reset(buffer, offset, length);
    return in;
  }

  /// Alone in its array, and with bytes beside it that would not be ASCII.
  @ParameterizedTest
  @ValueSource(strings = {"b", "\u007f", "\u0080", "é", "ÿ", "Ā", "€", "😀"})
  void eachIsReadAsItWasWritten(String other) {
    for (int length = 1; length <= LONGEST; length++) {
      for (int place = 0; place < length; place++) {
        String text = text(length, place, other);
        byte[] alone = message(text);
        assertEquals(text, reader(alone, 0, alone.length).text());
        byte[] amid = new byte[alone.length + 16];
        Arrays.fill(amid, (byte) 0xff);
        System.arraycopy(alone, 0, amid, 8, alone.length);
        assertEquals(text, reader(amid, 8, alone.length).text());
      }
    }
  }

  @Test
  void aNameIsFoundWhereItIsAndNowhereElse() {
    for (int length = 0; length <= LONGEST; length++) {
      String name = "n".repeat(length);
      byte[] there = message(name);
      assertTrue(reader(there, 0, there.length).accept(Item.of(name)));
      assertFalse(reader(there, 0, there.length).accept(Item.of(name + "n")));
      assertFalse(reader(there, 0, there.length - 1).accept(Item.of(name)));
      for (int place = 0; place < length; place++) {
        assertFalse(reader(there, 0, there.length).accept(Item.of(text(length, place, "m"))));
      }
    }
  }

  /// What follows a name is written behind it, wherever the writer's array ends.
  @Test
  void aNameTakesItsLength() {
    for (int before = 490; before < 520; before++) {
      var out = new MessageWriter(1 << 20, 4);
      out.bytes(new byte[before], 0, before);
      int start = out.length();
      out.item(Item.of("name"));
      out.nul();
      assertEquals(start + 6, out.length());
      var in = reader(out.array(), start, 6);
      assertTrue(in.accept(Item.of("name")));
      in.nul();
      in.end();
    }
  }

  /// A limit holds to the byte, with and without room in the array.
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 6, 511, 512, 513, 1024, 4000})
  void theLimitHoldsToTheByte(int limit) {
    var out = new MessageWriter(limit, 4);
    for (int i = 0; i < limit; i++) {
      out.nul();
    }
    assertEquals(limit, out.length());
    var refused = assertThrows(ValueException.class, out::nul);
    assertEquals(ValueException.Reason.TOO_LARGE, refused.reason());
    assertTrue(refused.getMessage().contains(String.valueOf(limit)), refused.getMessage());
  }
}
