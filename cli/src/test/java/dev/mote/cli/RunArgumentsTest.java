package dev.mote.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.CpuBaseline;
import dev.mote.MemorySize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunArgumentsTest {
  private static RunArguments parse(String... arguments) {
    return RunArguments.parse(List.of(arguments));
  }

  @Test
  void everyOptionIsUnderstood() {
    RunArguments parsed =
        parse(
            "--memory=64MiB",
            "--timeout",
            "10s",
            "--cpu-time",
            "5s",
            "--env",
            "A=1",
            "--env",
            "B=x=y",
            "--mount",
            "/srv/data:/data",
            "--cwd",
            "/data",
            "--trace",
            "--stats",
            "--cpu",
            "x86-64-v2",
            "prog",
            "--memory",
            "1MiB");

    assertThat(parsed.memory).isEqualTo(MemorySize.ofMebibytes(64));
    assertThat(parsed.timeout).isEqualTo(Duration.ofSeconds(10));
    assertThat(parsed.cpuTime).isEqualTo(Duration.ofSeconds(5));
    assertThat(parsed.environment).containsExactly(Map.entry("A", "1"), Map.entry("B", "x=y"));
    assertThat(parsed.mounts)
        .containsExactly(new RunArguments.Mount(Path.of("/srv/data"), "/data"));
    assertThat(parsed.workingDirectory).isEqualTo("/data");
    assertThat(parsed.trace).isTrue();
    assertThat(parsed.statistics).isTrue();
    assertThat(parsed.cpu).isEqualTo(CpuBaseline.X86_64_V2);
    assertThat(parsed.program).containsExactly("prog", "--memory", "1MiB");
  }

  @Test
  void whatIsNotSaidIsLeftToTheLibrary() {
    RunArguments parsed = parse("prog");

    assertThat(parsed.memory).isNull();
    assertThat(parsed.timeout).isNull();
    assertThat(parsed.cpuTime).isNull();
    assertThat(parsed.cpu).isNull();
    assertThat(parsed.workingDirectory).isNull();
    assertThat(parsed.environment).isEmpty();
    assertThat(parsed.mounts).isEmpty();
    assertThat(parsed.trace).isFalse();
    assertThat(parsed.statistics).isFalse();
  }

  @Test
  void aColonInTheHostsPathIsPartOfIt() {
    assertThat(parse("--mount", "/a:b/c:/d", "prog").mounts)
        .containsExactly(new RunArguments.Mount(Path.of("/a:b/c"), "/d"));
  }

  @Test
  void theLastOfTheSameVariableHolds() {
    assertThat(parse("--env", "A=1", "--env", "A=", "prog").environment)
        .containsExactly(Map.entry("A", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "--memory, 64",
    "--memory, lots",
    "--timeout, 10",
    "--timeout, 0s",
    "--cpu-time, soon",
    "--env, NAME",
    "--env, =value",
    "--mount, /srv",
    "--mount, /srv:data",
    "--mount, :/data",
    "--cpu, x86-64-v9"
  })
  void aValueThatMakesNoSenseIsRefusedByTheNameOfItsOption(String option, String value) {
    assertThatThrownBy(() -> parse(option, value, "prog"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(option + " " + value + ": ");
  }

  @Test
  void aProgramIsRequired() {
    assertThatThrownBy(() -> parse("--trace"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("no program given");
  }
}
