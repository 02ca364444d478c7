package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.values.Decoder;
import dev.mote.values.MessageReader;
import dev.mote.values.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The test vectors of `docs/protocol.md` are messages, and mean what the page says.
class ProtocolVectorsTest {
  private static final Pattern VECTOR =
      Pattern.compile("^\\| (?:guest|host) \\| `([0-9a-f]+)` \\| `(.+?)`", Pattern.MULTILINE);

  @Test
  void eachMessageMeansWhatThePageSays() throws Exception {
    var matcher = VECTOR.matcher(Files.readString(Path.of("../docs/protocol.md")));
    int count = 0;
    while (matcher.find()) {
      byte[] message = HexFormat.of().parseHex(matcher.group(1));
      var in = new MessageReader(8);
      in.reset(message, 0, message.length);
      Object value = Decoder.of(Type.Plain.ANY, Object.class).read(in);
      in.end();
      assertThat(text(value)).isEqualTo(matcher.group(2));
      count++;
    }
    assertThat(count).isEqualTo(8);
  }

  private static String text(@Nullable Object value) {
    return switch (value) {
      case String text -> '"' + text + '"';
      case List<?> list ->
          list.stream().map(ProtocolVectorsTest::text).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> text(entry.getKey()) + ": " + text(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case null, default -> String.valueOf(value);
    };
  }
}
