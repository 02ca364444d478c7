package dev.mote.values;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A message of which only the beginning is there reads as one that is whole, wherever it is cut,
/// and however it is damaged.
class RestOfMessageTest {
  private static final Encoder ENCODER = Encoder.of(Type.Plain.ANY);
  private static final Decoder DECODER = Decoder.of(Type.Plain.ANY, Object.class);

  private static byte[] message(Random random) {
    var writer = new MessageWriter(1 << 20, 64);
    writer.reset();
    byte[] large = new byte[random.nextInt(60_000)];
    random.nextBytes(large);
    ENCODER.write(
        List.of(
            Map.of("name", "x".repeat(random.nextInt(9000)), "bytes", large),
            random.nextLong(),
            random.nextDouble(),
            List.of(new byte[random.nextInt(40_000)], "after", true)),
        writer);
    var whole = new byte[1][];
    writer.send((bytes, length, at, part, offset, count) -> {
      byte[] all = Arrays.copyOf(bytes, length + count);
      System.arraycopy(part, offset, all, at, count);
      System.arraycopy(bytes, at, all, at + count, length - at);
      whole[0] = all;
    });
    return whole[0];
  }

  private static String read(MessageReader reader) {
    try {
      Object value = DECODER.read(reader);
      reader.end();
      return describe(value);
    } catch (ValueException e) {
      return e.reason() + " " + e.getMessage();
    }
  }

  private static String describe(Object value) {
    return switch (value) {
      case byte[] bytes -> Arrays.toString(bytes);
      case List<?> list -> list.stream().map(RestOfMessageTest::describe).toList().toString();
      case Map<?, ?> map ->
          describe(
              map.entrySet().stream()
                  .map(e -> e.getKey() + describe(e.getValue()))
                  .sorted()
                  .toList());
      case null, default -> String.valueOf(value);
    };
  }

  @Test
  void itDoesNotMatterHowMuchIsThere() {
    var random = new Random(11);
    var whole = new MessageReader(64);
    var parts = new MessageReader(64);
    for (int i = 0; i < 300; i++) {
      byte[] message = message(random);
      for (int damage = random.nextInt(3); damage > 0; damage--) {
        message[random.nextInt(message.length)] = (byte) random.nextInt();
      }
      whole.reset(message, 0, message.length);
      String expected = read(whole);
      int offset = random.nextInt(10);
      int there = random.nextInt(message.length + 1);
      byte[] buffer = new byte[offset + message.length];
      System.arraycopy(message, 0, buffer, offset, there);
      parts.reset(
          buffer,
          offset,
          message.length,
          there,
          (position, target, at, count) -> System.arraycopy(message, position, target, at, count));
      assertThat(read(parts)).isEqualTo(expected);
    }
  }
}
