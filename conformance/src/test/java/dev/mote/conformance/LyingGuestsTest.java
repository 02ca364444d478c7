package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.Ending;
import dev.mote.GuestEndedException;
import dev.mote.HostCall;
import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.Program;
import dev.mote.ProgramException;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A guest that breaks the protocol gets no further, and harms nobody but itself.
@Tag("every-kvm")
class LyingGuestsTest {
  private static SandboxBuilder builder(String way) {
    return Sandbox.builder(Program.of(Corpus.programs().resolve("functions-liar"), way))
        .memory(MemorySize.ofMebibytes(64))
        .timeout(Duration.ofSeconds(3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nothing | Exited[status=3]",
        "wait-first | TimedOut",
        "garbage | indefinite",
        "empty-array | ends in the middle",
        "call-first | did not announce",
        "result-first | did not announce",
        "version-2 | version 2",
        "no-functions | lacks its functions",
        "bad-signature | a name is missing",
        "twice-named | announced twice",
        "many-functions | more than 1048576",
        "trailing | 1 bytes follow",
        "deep | more deeply than 64",
      })
  void whoDoesNotAnnounceProperlyIsNotStarted(String way, String why) {
    assertThatThrownBy(() -> builder(way).start().close())
        .isInstanceOf(ProgramException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pointers", "parts", "overlap"})
  void whatThePortRefusesDoesNoHarm(String way) {
    try (var sandbox = builder(way).start()) {
      assertThat(sandbox.<Long>call("f", Long.class)).isIn(42L, 7L);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "announce-again | kind that is not its own",
        "wrong-type | f did not return what it declares",
        "out-of-range | f did not return what it declares",
        "two-values | no 3 elements",
        "behind | f did not return what it declares: 1 bytes follow",
        "cut | f did not return what it declares: the message ends",
        "error-forms | malformed",
        "error-short | no 2 elements",
        "unknown-kind | kind that is not its own",
        "negative-kind | kind that is not its own",
        "host-garbage | indefinite",
        "host-cut | longer than the message",
        "host-bad-name | malformed",
        "utf8 | UTF-8",
        "log-level | no log level 99",
      })
  void aMessageThatBreaksTheProtocolEndsTheGuest(String way, String how) {
    try (var sandbox = builder(way).hostFunction("host", () -> 1L).start()) {
      assertThatThrownBy(() -> sandbox.call("f", Long.class))
          .isInstanceOfSatisfying(
              GuestEndedException.class,
              e ->
                  assertThat(e.ending())
                      .isInstanceOfSatisfying(
                          Ending.ProtocolViolation.class,
                          violation -> assertThat(violation.text()).contains(how)));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "never-answers, TimedOut",
    "endless-host-calls, TimedOut",
    "exits, Exited",
    "endless-logs, LimitExceeded",
    "nested-never, TimedOut"
  })
  void whoNeverAnswersIsEnded(String way, String ending) {
    try (var sandbox =
        builder(way)
            .outputLimit(MemorySize.ofKibibytes(4))
            .hostFunction("host", () -> 1L)
            .hostFunction("again", (HostCall call) -> call.call("f", Long.class))
            .start()) {
      Outcome<@Nullable Object> outcome = sandbox.tryCall("f", Object.class);
      assertThat(outcome)
          .isInstanceOfSatisfying(
              Outcome.Ended.class,
              ended -> assertThat(ended.ending().getClass().getSimpleName()).isEqualTo(ending));
    }
  }

  @Test
  void anAnswerForWhichTheGuestHasNoMemoryIsItsEnd() {
    var memory = MemorySize.ofMebibytes(4);
    try (var sandbox =
        builder("no-room")
            .memory(memory)
            .hostFunction("large", () -> "x".repeat(8 << 20))
            .start()) {
      assertThat(sandbox.tryCall("f", Object.class))
          .isEqualTo(new Outcome.Ended<>(new Ending.OutOfMemory(memory)));
    }
  }

  @Test
  void answersBelongToTheInnermostCall() {
    try (var sandbox =
        builder("result-for-host")
            .hostFunction("again", (HostCall call) -> 10 * call.<Long>call("f", Long.class))
            .start()) {
      assertThat(sandbox.<Long>call("f", Long.class)).isEqualTo(2); // and not the inner one's 1
    }
  }

  @Test
  void aGuestThatEndsBetweenCallsHasEndedInTheNext() {
    try (var sandbox = builder("returns-then-exits").start()) {
      assertThat(sandbox.<Long>call("f", Long.class)).isEqualTo(5);
      assertThat(sandbox.tryCall("f", Long.class))
          .isEqualTo(new Outcome.Ended<>(new Ending.Exited(6)));
    }
  }
}
