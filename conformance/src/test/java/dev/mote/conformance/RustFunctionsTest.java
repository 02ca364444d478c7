package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.GuestError;
import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.Program;
import dev.mote.Sandbox;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The same calls of a guest in Rust, and what only Rust has.
@Tag("every-kvm")
class RustFunctionsTest extends FunctionsTest {
  @Override
  String program() {
    return "functions-rust";
  }

  /// Rust looks at what faulted, says so, and aborts.
  @Override
  String signalOfAFullStack() {
    return "SIGABRT";
  }

  interface Greeter {
    String greet(Person person);
  }

  @Test
  void theExampleGreets() {
    try (var sandbox =
        Sandbox.builder(Program.of(Corpus.programs().resolve("functions-greeter-rust")))
            .timeout(Duration.ofSeconds(10))
            .hostFunction("title", (String name) -> name.equals("Ada") ? "Countess" : "citizen")
            .start()) {
      assertThat(sandbox.as(Greeter.class).greet(new Person("Ada", 36)))
          .isEqualTo("Hello, Countess Ada (36)");
    }
  }

  private Sandbox start() {
    return Sandbox.builder(Program.of(Corpus.programs().resolve(program())))
        .memory(MemorySize.ofMebibytes(64))
        .timeout(Duration.ofSeconds(60))
        .messageLimit(MemorySize.ofMebibytes(1))
        .start();
  }

  private static GuestError failure(
      Sandbox sandbox, String function, @Nullable Object... arguments) {
    Outcome<@Nullable Object> outcome = sandbox.tryCall(function, Object.class, arguments);
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed<?>) outcome).error();
  }

  @Test
  void aPanicIsAnErrorThatSaysWhereAndLeavesTheGuestUsable() {
    try (var sandbox = start()) {
      for (int i = 0; i < 100; i++) {
        GuestError error = failure(sandbox, "panic_with", "too hot");
        assertThat(error.code()).isEqualTo("panic");
        assertThat(error.message()).matches("too hot at src/main\\.rs:\\d+:\\d+");
        assertThat(failure(sandbox, "log_text", 9, "x").message()).contains("out of bounds");
        assertThat(sandbox.<Long>call("add", Long.class, 1, 2)).isEqualTo(3);
      }
      assertThat(sandbox.output().errorText()).isEmpty();
      failure(sandbox, "panic_with", "too hot");
      assertThat(sandbox.output().errorText()).contains("panicked at", "too hot");
    }
  }

  @Test
  void whatCannotBeSentIsAnErrorAndLeavesTheGuestUsable() {
    try (var sandbox = start()) {
      assertThat(failure(sandbox, "not_one_value").message())
          .isEqualTo("the result cannot be sent: a map has the key 'key' twice");
      String tooLarge = "the answer is larger than the host takes: 1048583 bytes";
      assertThat(failure(sandbox, "large", 1 << 20))
          .isEqualTo(new GuestError("limit", tooLarge, null));
      assertThat(sandbox.<byte[]>call("large", byte[].class, 1_000_000)).hasSize(1_000_000);
      assertThat(sandbox.<Long>call("add", Long.class, 1, 2)).isEqualTo(3);
    }
  }

  @Test
  void theFullStackIsNamedOnStandardError() {
    try (var sandbox = start()) {
      sandbox.tryCall("stack_overflow", Object.class);
      assertThat(sandbox.output().errorText()).contains("has overflowed its stack");
    }
  }

  @Test
  void aRecordOfManyFieldsComesBackChanged() {
    try (var sandbox = start()) {
      var person = Map.of("name", "Ada", "age", 36, "score", 1.5, "active", true);
      assertThat(sandbox.<Object>call("birthday", Object.class, person))
          .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
          .containsEntry("age", 37L)
          .containsEntry("email", null);
      assertThat(sandbox.<Long>call("sum", Long.class, List.of(1, 2, 3))).isEqualTo(6);
    }
  }
}
