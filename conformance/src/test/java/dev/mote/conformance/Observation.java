package dev.mote.conformance;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// What a run looked like from outside.
///
/// @param ending `status 0`, or what else ended it; a signal n is status 128+n
/// @param output the standard output, each byte one character (ISO 8859-1)
/// @param error the standard error, likewise
record Observation(String ending, String output, String error) {
  static Observation of(String ending, byte[] output, byte[] error) {
    return new Observation(
        ending,
        new String(output, StandardCharsets.ISO_8859_1),
        new String(error, StandardCharsets.ISO_8859_1));
  }

  /// This without what may differ by the case's own word.
  Observation masked(ProgramCase programCase) {
    String maskedOutput = output;
    String maskedError = error;
    for (ProgramCase.Mask mask : programCase.masks()) {
      maskedOutput = mask.apply(maskedOutput);
      maskedError = mask.apply(maskedError);
    }
    if (programCase.unordered()) {
      maskedOutput = String.join("\n", maskedOutput.lines().sorted().toList());
    }
    return new Observation(ending, maskedOutput, maskedError);
  }

  /// The first line that differs in each part, for people; empty when nothing does.
  String differenceFrom(Observation expected) {
    var text = new StringBuilder();
    describe("ending", List.of(expected.ending), List.of(ending), text);
    describe("stdout", lines(expected.output), lines(output), text);
    describe("stderr", lines(expected.error), lines(error), text);
    return text.toString();
  }

  private static List<String> lines(String text) {
    return List.of(text.split("\n", -1));
  }

  private static void describe(
      String part, List<String> expected, List<String> found, StringBuilder text) {
    if (expected.equals(found)) {
      return;
    }
    int at = 0;
    while (at < expected.size() && at < found.size() && expected.get(at).equals(found.get(at))) {
      at++;
    }
    text.append(
        "\n  %s line %d\n    native: %s\n    in VM:  %s"
            .formatted(part, at + 1, line(expected, at), line(found, at)));
  }

  private static String line(List<String> lines, int at) {
    String line = at < lines.size() ? lines.get(at) : "(no such line)";
    return line.length() > 300 ? line.substring(0, 300) + "..." : line;
  }
}
