package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The libraries for guests pass their own tests, which run natively: `guest/check`.
class GuestLibrariesTest {
  @Test
  void theirOwnTestsPass() throws Exception {
    Process check =
        new ProcessBuilder(Path.of("../guest/check").toAbsolutePath().normalize().toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(check.waitFor()).as(output).isZero();
  }
}
