package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Program;
import dev.mote.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The C library for guests as its users have it: built by CMake, installed, found by the example.
class CLibraryBuildTest {
  private static final Path BUILT = Path.of("target", "guest-c").toAbsolutePath();

  private static int status;
  private static String output = "";

  record Person(String name, int age) {}

  interface Greeter {
    String greet(Person person);
  }

  @BeforeAll
  static void build() throws IOException, InterruptedException {
    Path said = Files.createDirectories(BUILT).resolve("check.log");
    Process check =
        new ProcessBuilder("../guest/c/check", BUILT.toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    assertThat(check.waitFor(10, TimeUnit.MINUTES)).isTrue();
    status = check.exitValue();
    output = Files.readString(said);
  }

  @Test
  void itPassesItsOwnTests() {
    assertThat(output).contains("gcc: 100% tests passed", "musl-gcc: 100% tests passed");
    assertThat(status).as(output).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gcc", "musl-gcc"})
  void theExampleIsCalled(String compiler) {
    Path greeter = BUILT.resolve(compiler).resolve("installed/greeter/greeter");
    var builder = Sandbox.builder(Program.of(greeter)).timeout(Duration.ofSeconds(10));
    try (var sandbox = builder.start()) {
      assertThat(sandbox.as(Greeter.class).greet(new Person("Ada", 36)))
          .isEqualTo("Hello, dear Ada (36)");
    }
    try (var sandbox =
        builder.hostFunction("title", (String name) -> "Lady " + name.length()).start()) {
      assertThat(sandbox.as(Greeter.class).greet(new Person("Ada", 36)))
          .isEqualTo("Hello, Lady 3 Ada (36)");
    }
  }
}
