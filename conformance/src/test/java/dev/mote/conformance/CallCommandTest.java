package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `mote call` and `mote functions`, as processes.
class CallCommandTest {
  @TempDir Path folder;

  private record Ended(int status, String output, String error) {}

  private Ended mote(String... words) throws Exception {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    line.add(System.getProperty("java.class.path"));
    line.add("dev.mote.cli.Main");
    line.addAll(List.of(words));
    Path error = folder.resolve("error");
    Process process = new ProcessBuilder(line).redirectError(error.toFile()).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output, Files.readString(error));
  }

  private static String program() {
    return Corpus.programs().resolve("functions-behaviour").toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "echo_person | {\"name\": \"Ada\", \"age\": 36} | 0 | {\"name\":\"Ada\",\"age\":36} | ``",
        "echo_f32 | 0.1 | 0 | 0.1 | ``",
        "print | \"seen\" | 0 | null | seen",
        "echo_u8 | 256 | 125 | `` | 256 is out of the range of u8",
        "echo_u8 | x | 125 | `` | x is not JSON",
        "nope | 1 | 125 | `` | offers no function of this name",
        "fail_with_details | 7 | 1 | `` | details: 7",
        "exit_with | 0 | 1 | `` | ended with status 0",
        "exit_with | 9 | 9 | `` | ended with status 9",
        "sleep_ms | 100000 | 124 | `` | timed out after 3",
      })
  void aCallPrintsItsResultOrWhatWentWrong(
      String function, String argument, int status, String output, String error) throws Exception {
    Ended ended = mote("call", "--timeout", "3s", program(), function, argument);
    assertThat(ended.output.strip()).isEqualTo(output);
    assertThat(ended.error).contains(error);
    assertThat(ended.status).isEqualTo(status);
  }

  @Test
  void aProgramsFunctionsAreListed() throws Exception {
    assertThat(mote("functions", program()).output)
        .contains("echo_person(value: {name: string, age: i32}) -> {name: string, age: i32}\n");
    Ended none = mote("functions", "/bin/busybox");
    assertThat(none.status).isEqualTo(126);
    assertThat(none.error).contains("does not offer functions");
    assertThat(mote("call", program()).status).isEqualTo(125);
    assertThat(mote("call", "--help").output).contains("usage: mote call");
    assertThat(mote("functions", "--help").output).contains("usage: mote functions");
  }
}
