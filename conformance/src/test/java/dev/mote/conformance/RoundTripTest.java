package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.values.Decoder;
import dev.mote.values.Encoder;
import dev.mote.values.MessageReader;
import dev.mote.values.MessageWriter;
import dev.mote.values.Type;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A hundred thousand values that another CBOR library has made go from Java into a guest, which
/// takes them apart and puts them together in its own language, and back; the other library finds
/// them the same to the bit.
class RoundTripTest {
  private static final int COUNT = Integer.getInteger("values", 100_000);
  private static final int IN_ONE_CALL = 50;
  private static final Path ORACLE =
      Path.of(Files.exists(Path.of("oracle.py")) ? "" : "conformance").resolve("oracle.py");

  private static final HexFormat HEX = HexFormat.of();
  private static final Decoder DECODER = Decoder.of(Type.Plain.ANY, Object.class);
  private static final Encoder ENCODER = Encoder.of(Type.Plain.ANY);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"functions-behaviour", "functions-behaviour-musl", "functions-rust"})
  void valuesKeepTheirMeaning(String program) throws Exception {
    Path before = folder.resolve("before");
    run(null, before, "generate", "20261125", Integer.toString(COUNT));
    List<@Nullable Object> values = new ArrayList<>();
    for (String line : Files.readAllLines(before)) {
      values.add(decode(HEX.parseHex(line)));
    }
    assertThat(values).hasSize(COUNT);
    var after = new ArrayList<String>();
    try (var sandbox =
        Sandbox.builder(Program.of(Corpus.programs().resolve(program)))
            .memory(MemorySize.ofMebibytes(64))
            .timeout(Duration.ofMinutes(1))
            .start()) {
      for (int i = 0; i < COUNT; i += IN_ONE_CALL) {
        List<?> batch = values.subList(i, Math.min(COUNT, i + IN_ONE_CALL));
        for (Object value : sandbox.call("rebuild_any", List.class, batch)) {
          after.add(HEX.formatHex(encode(value)));
        }
      }
    }
    Path answers = Files.write(folder.resolve("after"), after);
    Path verdict = folder.resolve("verdict");
    run(answers, verdict, "check", before.toString());
    assertThat(Files.readString(verdict)).isEqualTo(COUNT + " messages mean the same\n");
  }

  private static @Nullable Object decode(byte[] message) {
    var in = new MessageReader(16);
    in.reset(message, 0, message.length);
    Object value = DECODER.read(in);
    in.end();
    return value;
  }

  private static byte[] encode(@Nullable Object value) {
    var out = new MessageWriter(1 << 20, 16);
    ENCODER.write(value, out);
    return Arrays.copyOf(out.array(), out.length());
  }

  private void run(@Nullable Path input, Path output, String... arguments)
      throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("python3", ORACLE.toAbsolutePath().toString()));
    command.addAll(List.of(arguments));
    Path errors = folder.resolve("errors");
    var builder =
        new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
    if (input != null) {
      builder.redirectInput(input.toFile());
    }
    int status = builder.start().waitFor();
    assertThat(status).as(Files.readString(errors, StandardCharsets.UTF_8)).isZero();
  }
}
