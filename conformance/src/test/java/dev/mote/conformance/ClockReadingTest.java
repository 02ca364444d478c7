package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Ending;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Streams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Reading a clock by a C library never leaves the virtual processor.
@Tag("every-kvm")
class ClockReadingTest {
  private static final Path HOST_CLOCK =
      Path.of("/sys/devices/system/clocksource/clocksource0/current_clocksource");

  private static long exits(String program, int readings) {
    var reader = Program.of(Corpus.programs().resolve(program), "read", Integer.toString(readings));
    try (var sandbox = Sandbox.builder(reader).build()) {
      assertThat(sandbox.run(Streams.capture())).isEqualTo(new Ending.Exited(0));
      return sandbox.statistics().exits();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vdso", "vdso-musl"})
  void moreReadingsAreNotMoreExits(String program) throws IOException {
    if (Files.readString(HOST_CLOCK).strip().equals("tsc")) {
      assertThat(exits(program, 100_000)).isLessThan(exits(program, 10) + 5);
    } else { // then only the host can tell the time
      assertThat(exits(program, 1000)).isGreaterThan(exits(program, 10) + 900);
    }
  }
}
