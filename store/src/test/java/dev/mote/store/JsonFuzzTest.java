package dev.mote.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.mote.json.Json;
import dev.mote.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever bytes a JSON file has: it is read, and written again means the same; or it is refused
/// with a message fit for a terminal.
///
/// In an ordinary build each seed is tried once. `JAZZER_FUZZ=1 ./build test -pl store
/// -Dtest=JsonFuzzTest#json` searches for a failure.
class JsonFuzzTest {
  private static final LayoutFile FILE = new LayoutFile(Path.of("file"), "mend it");

  static Stream<byte[]> seeds() {
    var config = new Descriptor(Images.LAYER, new Digest("0".repeat(64)), 5);
    var manifest = new Manifest(Images.ARTIFACT, config, List.of(config, config), Map.of("a", "b"));
    Index index = Index.read(Json.read(FILE, Json.write(FILE, Index.empty())));
    return Stream.of(
        Json.write(FILE, manifest.json()),
        Json.write(FILE, index.fields()),
        Json.write(FILE, index.with("a", config).with("b", config).fields()),
        "{\"schemaVersion\":2,\"manifests\":null}".getBytes(UTF_8),
        "{\"imageLayoutVersion\": \"1.0.0\", \"x\": [1.5e-7, -0, 1E400, true, null, \"\\ud83d\\ude00\"]}"
            .getBytes(UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "3m")
  void json(byte[] bytes) {
    try {
      JsonObject json = Json.read(FILE, bytes);
      byte[] written = Json.write(FILE, json.fields());
      assertThat(Json.write(FILE, Json.read(FILE, written).fields())).isEqualTo(written);
      readAgain(json, Manifest::read, Manifest::json);
      readAgain(json, Index::read, Index::fields);
    } catch (LayoutException e) {
      assertFit(e);
    }
  }

  private static <T> void readAgain(
      JsonObject json, Function<JsonObject, T> read, Function<T, Map<String, ?>> write) {
    T value;
    try {
      value = read.apply(json);
    } catch (LayoutException e) {
      assertFit(e);
      return;
    }
    JsonObject again = Json.read(FILE, Json.write(FILE, write.apply(value)));
    assertThat(write.apply(read.apply(again))).isEqualTo(write.apply(value));
  }

  private static void assertFit(LayoutException e) {
    assertThat(e.getMessage()).startsWith("file ").endsWith("; mend it").hasSizeLessThan(3000);
    assertThat(e.getMessage().chars()).allMatch(c -> c >= ' ' && c <= '~');
  }
}
