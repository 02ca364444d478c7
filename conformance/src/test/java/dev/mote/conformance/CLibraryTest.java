package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.GuestError;
import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the C library for guests does where a function is wrong, with both C libraries.
@Tag("every-kvm")
class CLibraryTest {
  private static SandboxBuilder builder(String program, String... arguments) {
    return Sandbox.builder(Program.of(Corpus.programs().resolve(program), arguments))
        .memory(MemorySize.ofMebibytes(64))
        .timeout(Duration.ofSeconds(60));
  }

  private static GuestError failure(
      Sandbox sandbox, String function, @Nullable Object... arguments) {
    Outcome<@Nullable Object> outcome = sandbox.tryCall(function, Object.class, arguments);
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed<?>) outcome).error();
  }

  @ParameterizedTest
  @ValueSource(strings = {"functions-behaviour", "functions-behaviour-musl"})
  void mistakesOfAFunctionAreErrorsThatLeaveTheGuestUsable(String program) {
    try (var sandbox = builder(program).messageLimit(MemorySize.ofMebibytes(1)).start()) {
      for (int i = 0; i < 100; i++) {
        assertThat(failure(sandbox, "misread", Map.of("list", List.of(1, "two"))))
            .isEqualTo(
                new GuestError(
                    "invalid-argument",
                    "argument 'value.list[1]': a string is there instead of an integer of 64 bits"
                        + " with sign",
                    null));
        assertThat(failure(sandbox, "latin1").message())
            .isEqualTo("the result of function latin1 has a string that is not UTF-8");
        assertThat(failure(sandbox, "not_one_value").message())
            .isEqualTo("the result of function not_one_value has more values than it must have");
        assertThat(failure(sandbox, "large", 1 << 20))
            .isEqualTo(
                new GuestError(
                    "limit",
                    "the answer of function large is larger than the host takes: 1048583 bytes",
                    null));
        assertThat(sandbox.<byte[]>call("large", byte[].class, 1_000_000)).hasSize(1_000_000);
        assertThat(sandbox.<Long>call("misread", Long.class, Map.of("list", List.of(1, 2))))
            .isEqualTo(2);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"functions-behaviour", "functions-behaviour-musl"})
  void theRestOfTheCLibraryWorksAsUsual(String program) {
    try (var sandbox = builder(program).start()) {
      sandbox.call("set_static", Void.class, 1L << 40);
      assertThat(sandbox.<Long>call("get_static", Long.class)).isEqualTo(1L << 40);
      assertThat(
              new String(
                  sandbox.<byte[]>call("read_file", byte[].class, "/proc/self/comm"),
                  StandardCharsets.UTF_8))
          .startsWith("functions-behav");
      assertThat(failure(sandbox, "read_file", "/nowhere").message())
          .isEqualTo("/nowhere: No such file or directory");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"functions-behaviour", "functions-behaviour-musl"})
  void thousandsOfFunctionsMayBeOffered(String program) {
    try (var sandbox = builder(program, "many", "5000").start()) {
      for (int i : List.of(0, 1, 23, 24, 255, 256, 4999)) {
        assertThat(sandbox.<String>call("function_" + i, String.class)).isEqualTo("function_" + i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"functions-behaviour", "functions-behaviour-musl"})
  void whatWasPrintedBeforeAGuestHangsIsThere(String program) {
    try (var sandbox = builder(program).timeout(Duration.ofMillis(300)).start()) {
      assertThat(sandbox.tryCall("spin_after_output", Object.class, "so far"))
          .isInstanceOf(Outcome.Ended.class);
      assertThat(sandbox.output().outputText()).isEqualTo("so far");
    }
  }
}
