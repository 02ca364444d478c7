package dev.mote.values;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// What a writer hands on, when it is used again.
class MessageWriterTest {
  private static byte[] sent(MessageWriter writer) {
    var joined = new AtomicReference<byte[]>();
    writer.send((bytes, length, at, part, offset, count) -> {
      assertThat(at).isBetween(0, length);
      byte[] all = Arrays.copyOf(bytes, length + count);
      System.arraycopy(part, offset, all, at, count);
      System.arraycopy(bytes, at, all, at + count, length - at);
      joined.set(all);
    });
    return Objects.requireNonNull(joined.get());
  }

  @Test
  void aShortMessageAfterOneThatRefersToAByteString() {
    var writer = new MessageWriter(1 << 20, 64);
    writer.array(2);
    writer.text("x".repeat(100));
    writer.bytes(new byte[100_000], 0, 100_000);
    assertThat(sent(writer)).hasSize(1 + 102 + 5 + 100_000);
    writer.reset();
    writer.integer(7);
    assertThat(sent(writer)).containsExactly(7);
  }
}
