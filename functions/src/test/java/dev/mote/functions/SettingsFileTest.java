package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.MemorySize;
import dev.mote.SnapshotPoint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsFileTest {
  private static FunctionSettings read(String text) {
    return SettingsFile.read(text.getBytes(UTF_8), FunctionSettings.DEFAULT);
  }

  @Test
  void whatIsNotSaidIsTheDefault() {
    assertThat(read("")).isEqualTo(FunctionSettings.DEFAULT);
  }

  @Test
  void everySettingIsRead() {
    FunctionSettings settings =
        read(
            """
            language = "program"
            main = "bin/server"
            arguments = ["-v", "two words"]
            build = "make"
            memory = "512MiB"
            files = "1MiB"
            timeout = "1.5s"
            cpu-time = "500ms"
            start-timeout = "2m"
            request-limit = "1KiB"
            response-limit = "10MiB"
            log-limit = "1KiB"
            concurrency = 3
            queue = 0
            isolation = "instance"
            instance-key = "X-Session"
            idle = "1h"
            instances = 7
            sleep-after = "3h"
            snapshot = "input"

            [environment]
            GREETING = "Hello, world"
            """);
    assertThat(settings)
        .isEqualTo(
            new FunctionSettings(
                "program",
                "bin/server",
                List.of("-v", "two words"),
                "make",
                MemorySize.ofMebibytes(512),
                MemorySize.ofMebibytes(1),
                Duration.ofMillis(1500),
                Duration.ofMillis(500),
                Duration.ofMinutes(2),
                MemorySize.ofKibibytes(1),
                MemorySize.ofMebibytes(10),
                MemorySize.ofKibibytes(1),
                3,
                0,
                Isolation.INSTANCE,
                "x-session",
                Duration.ofHours(1),
                7,
                Duration.ofHours(3),
                SnapshotPoint.INPUT,
                Map.of("GREETING", "Hello, world")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "memory = 5 | memory: it must be a string",
        "memory = \"5 apples\" | memory: \"5 apples\"",
        "memory = \"1KiB\" | it must be from 1MiB to 64GiB",
        "timeout = \"never\" | timeout: \"never\": not a duration",
        "concurrency = 0 | concurrency: it must be a number from 1",
        "concurrency = 1.5 | concurrency: it must be a number from 1",
        "isolation = \"none\" | \"request\" or \"instance\"",
        "snapshot = \"functions\" | snapshot: \"functions\": it is \"entry\" or \"input\"",
        "main = \"../secret\" | within the function's folder",
        "main = \"/etc/passwd\" | within the function's folder",
        "instance-key = \"a b\" | no name of a header",
        "colour = \"red\" | no setting 'colour'",
        "environment = 5 | environment: it must be a table",
        "environment.\"A=B\" = \"x\" | cannot be a variable's name",
        "environment.A = 5 | environment.A: it must be a string",
        "arguments = [1] | arguments: it must be a list of strings",
        "memory = | function.toml:1",
        "a.b.c.d.e.f.g.h.i.j.k = 1 | function.toml",
      })
  void whatIsWrongIsNamed(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(FunctionException.class)
        .hasMessageStartingWith("function.toml")
        .hasMessageContaining(message);
  }
}
