package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.Ending;
import dev.mote.conformance.HostileGuest.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What of signals, frames and pointers cannot be compared with a native run, because that has no
/// end, is random, or has calls that are not here.
class HostileSignalsTest {
  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "2"})
  void aProgramGetsOnUnderAsManyAlarmsAsItCanAskFor(String timer) {
    Run run = HostileGuest.run("storms", "alarms", timer);
    assertThat(run.outcome()).isEqualTo(new Ending.Exited(0));
    assertThat(run.output()).isEqualTo("done, with many alarms\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2", "3"})
  void returningFromRandomFramesLandsOrIsASignal(String seed) {
    Run run = HostileGuest.run("frames", "random", seed, "3000");
    assertThat(run.outcome()).as(run.output()).isEqualTo(new Ending.Exited(0));
    assertThat(run.output()).endsWith("all accounted for\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2", "3"})
  void randomBytesRunAsCodeBringTheProgramBackToItself(String seed) {
    Run run = HostileGuest.run("random-code", seed, "5000");
    assertThat(run.outcome()).as(run.error()).isEqualTo(new Ending.Exited(0));
    assertThat(run.output()).endsWith("pieces of code, all came back\n");
  }

  @Test
  void everySystemCallTakesWildPointers() {
    Run run = HostileGuest.run("pointers");
    assertThat(run.outcome()).as(run.error()).isEqualTo(new Ending.Exited(0));
    assertThat(run.error()).endsWith("0 words changed\n");
  }

  @Test
  void theEntriesOfOtherProgramsAreClosed() {
    Run run = HostileGuest.run("entries", "other-calls");
    assertThat(run.output()).matches("int 0x80: signal 11 code 128\nsysenter: signal (4|11) .*\n");
  }
}
