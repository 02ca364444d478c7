package dev.mote.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
  private final List<String> seen = new ArrayList<>();
  private final Options options =
      new Options()
          .flag("--loud", "speak up", () -> seen.add("loud"))
          .value("--size", "N", "how large", text -> seen.add("size " + Integer.parseInt(text)));

  @Test
  void aValueIsTheNextArgumentOrFollowsAnEqualsSign() {
    assertThat(options.parse(List.of("--size", "3", "--size=4"))).isEmpty();
    assertThat(seen).containsExactly("size 3", "size 4");
  }

  @Test
  void theFirstOperandEndsTheOptions() {
    assertThat(options.parse(List.of("--loud", "program", "--size", "3")))
        .containsExactly("program", "--size", "3");
    assertThat(seen).containsExactly("loud");
  }

  @Test
  void optionsMayComeBehindTheOperandsThatAreTheCommandsOwn() {
    assertThat(options.parseAnywhere(List.of("a", "--size", "3", "-1", "--loud", "--", "--size")))
        .containsExactly("a", "-1", "--size");
    assertThat(seen).containsExactly("size 3", "loud");
    assertThatThrownBy(() -> options.parseAnywhere(List.of("a", "--sice")))
        .hasMessage("unknown option --sice");
  }

  @Test
  void twoDashesEndTheOptions() {
    assertThat(options.parse(List.of("--", "--loud"))).containsExactly("--loud");
    assertThat(seen).isEmpty();
  }

  @Test
  void oneDashIsAnOperand() {
    assertThat(options.parse(List.of("-", "x"))).containsExactly("-", "x");
  }

  @Test
  void anUnknownOptionIsNamed() {
    assertThatThrownBy(() -> options.parse(List.of("--sice", "3")))
        .isInstanceOf(UsageException.class)
        .hasMessage("unknown option --sice");
  }

  @Test
  void aMissingValueIsAskedFor() {
    assertThatThrownBy(() -> options.parse(List.of("--size")))
        .isInstanceOf(UsageException.class)
        .hasMessage("--size needs a value: --size N");
  }

  @Test
  void aFlagRefusesAValue() {
    assertThatThrownBy(() -> options.parse(List.of("--loud=yes")))
        .isInstanceOf(UsageException.class)
        .hasMessage("--loud takes no value");
  }

  @Test
  void aRefusedValueStandsBesideItsOptionAndTheReason() {
    assertThatThrownBy(() -> options.parse(List.of("--size=much")))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--size much: ")
        .hasMessageContaining("For input string");
  }

  @Test
  void everyCommandHasHelpByTwoNames() {
    assertThat(options.helpWanted()).isFalse();
    options.parse(List.of("-h"));
    assertThat(options.helpWanted()).isTrue();

    var others = new Options();
    others.parse(List.of("--help"));
    assertThat(others.helpWanted()).isTrue();
  }

  @Test
  void theDescriptionAlignsTheOptionsAndEndsWithHelp() {
    assertThat(options.describe())
        .isEqualTo(
            """
              --loud    speak up
              --size N  how large
              --help    print this text
            """);
  }
}
