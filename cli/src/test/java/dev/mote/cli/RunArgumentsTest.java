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
            "--file-limit",
            "128MiB",
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

    assertThat(parsed.sandbox.memory).isEqualTo(MemorySize.ofMebibytes(64));
    assertThat(parsed.sandbox.files).isEqualTo(MemorySize.ofMebibytes(128));
    assertThat(parsed.sandbox.timeout).isEqualTo(Duration.ofSeconds(10));
    assertThat(parsed.sandbox.cpuTime).isEqualTo(Duration.ofSeconds(5));
    assertThat(parsed.sandbox.environment)
        .containsExactly(Map.entry("A", "1"), Map.entry("B", "x=y"));
    assertThat(parsed.sandbox.mounts)
        .containsExactly(new SandboxOptions.Mount(Path.of("/srv/data"), "/data"));
    assertThat(parsed.sandbox.workingDirectory).isEqualTo("/data");
    assertThat(parsed.sandbox.trace).isTrue();
    assertThat(parsed.sandbox.statistics).isTrue();
    assertThat(parsed.sandbox.cpu).isEqualTo(CpuBaseline.X86_64_V2);
    assertThat(parsed.program).containsExactly("prog", "--memory", "1MiB");
  }

  @Test
  void whatIsNotSaidIsLeftToTheLibrary() {
    RunArguments parsed = parse("prog");

    assertThat(parsed.sandbox.memory).isNull();
    assertThat(parsed.sandbox.timeout).isNull();
    assertThat(parsed.sandbox.cpuTime).isNull();
    assertThat(parsed.sandbox.cpu).isNull();
    assertThat(parsed.sandbox.workingDirectory).isNull();
    assertThat(parsed.sandbox.environment).isEmpty();
    assertThat(parsed.sandbox.mounts).isEmpty();
    assertThat(parsed.sandbox.trace).isFalse();
    assertThat(parsed.sandbox.statistics).isFalse();
  }

  @Test
  void aRootIsADirectoryOfTheHost() {
    assertThat(parse("--root", "/srv/tree", "prog").sandbox.root).isEqualTo(Path.of("/srv/tree"));
    assertThat(parse("prog").sandbox.root).isNull();
  }

  @Test
  void aColonInTheHostsPathIsPartOfIt() {
    assertThat(parse("--mount", "/a:b/c:/d", "prog").sandbox.mounts)
        .containsExactly(new SandboxOptions.Mount(Path.of("/a:b/c"), "/d"));
  }

  @Test
  void theLastOfTheSameVariableHolds() {
    assertThat(parse("--env", "A=1", "--env", "A=", "prog").sandbox.environment)
        .containsExactly(Map.entry("A", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "--memory, 64",
    "--file-limit, lots",
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
