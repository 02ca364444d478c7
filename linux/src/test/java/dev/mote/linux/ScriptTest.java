package dev.mote.linux;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The first line of scripts, as fs/binfmt_script.c reads it.
class ScriptTest {
  @Test
  void theInterpreterAndOneArgument() {
    assertThat(parse("#!/bin/sh\n")).isEqualTo("/bin/sh");
    assertThat(parse("#!/bin/sh -x\n")).isEqualTo("/bin/sh|-x");
    assertThat(parse("#! \t/usr/bin/env \t perl -w  \t\nrest")).isEqualTo("/usr/bin/env|perl -w");
  }

  @Test
  void aFileThatEndsWithinItsFirstLine() {
    assertThat(parse("#!/bin/sh")).isEqualTo("/bin/sh");
    assertThat(parse("#!/bin/sh -x ")).isEqualTo("/bin/sh|-x ");
    assertThat(parse("#!/bin/sh ")).isEqualTo("/bin/sh|"); // an empty argument, on Linux too
    assertThat(parse("#!")).isEmpty(); // the empty path, which leads nowhere
  }

  @Test
  void aNulEndsWhateverItStandsIn() {
    assertThat(parse("#!/bin/sh\0x -y\n")).isEqualTo("/bin/sh");
    assertThat(parse("#!/bin/sh -x\0y\n")).isEqualTo("/bin/sh|-x");
  }

  @Test
  void aLineThatIsTooLongIsCutBehindItsName() {
    String path = "/" + "x".repeat(252);
    assertThat(parse("#!" + path + " " + "y".repeat(100) + "\n")).isEqualTo(path);
    String argument = "y".repeat(300);
    assertThat(parse("#!/bin/sh " + argument + "\n"))
        .isEqualTo("/bin/sh|" + argument.substring(0, 255 - 10));
    assertNone("#!" + "/" + "x".repeat(253) + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"#!\n", "#! \t \n", "#!\n/bin/sh\n"})
  void aLineWithoutAName(String text) {
    assertNone(text);
  }

  @Test
  void onlyBlanks() {
    assertNone("#!" + " ".repeat(300));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "#", "# !/bin/sh\n", " #!/bin/sh\n", "\u007fELF"})
  void whatIsNoScript(String text) {
    assertThat(Script.parse(start(text))).isNull();
  }

  private static void assertNone(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno).isEqualTo(Errno.ENOEXEC));
  }

  private static String parse(String text) {
    Script script = Script.parse(start(text));
    assertThat(script).isNotNull();
    byte[] argument = script.argument();
    String name = new String(script.interpreter(), ISO_8859_1);
    return argument == null ? name : name + "|" + new String(argument, ISO_8859_1);
  }

  private static byte[] start(String text) {
    return Arrays.copyOf(text.getBytes(ISO_8859_1), Script.SIZE);
  }
}
