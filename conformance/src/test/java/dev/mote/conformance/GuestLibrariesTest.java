package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Program;
import dev.mote.Sandbox;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The libraries for guests pass their own tests, which run natively: `guest/check`. The example is
/// built there with the C library as it is installed, and is called here.
class GuestLibrariesTest {
  record Person(String name, int age) {}

  interface Greeter {
    String greet(Person person);
  }

  @Test
  void theirOwnTestsPassAndWhatIsBuiltWithThemCanBeCalled() throws Exception {
    Process check =
        new ProcessBuilder(Path.of("../guest/check").toAbsolutePath().normalize().toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(check.waitFor()).as(output).isZero();
    assertThat(output).contains("gcc: 100% tests passed", "musl-gcc: 100% tests passed");
    greets(Path.of("../target/guest/c/gcc/installed/greeter/greeter"));
    greets(Path.of("../target/guest/c/musl-gcc/installed/greeter/greeter"));
  }

  private static void greets(Path greeter) {
    var ada = new Person("Ada", 36);
    var builder = Sandbox.builder(Program.of(greeter)).timeout(Duration.ofSeconds(10));
    try (var sandbox = builder.start()) {
      assertThat(sandbox.as(Greeter.class).greet(ada)).isEqualTo("Hello, dear Ada (36)");
    }
    builder.hostFunction("title", (String name) -> "Countess " + name.length());
    try (var sandbox = builder.start()) {
      assertThat(sandbox.as(Greeter.class).greet(ada)).isEqualTo("Hello, Countess 3 Ada (36)");
    }
  }
}
