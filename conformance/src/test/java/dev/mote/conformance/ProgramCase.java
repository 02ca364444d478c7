package dev.mote.conformance;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// One run of a program that must look the same natively and in a VM. Input and contents of files
/// are bytes, each a character of ISO 8859-1.
///
/// @param source the file and line where the case stands
/// @param environment all of it, in order
/// @param masks what may differ, replaced on both sides before the comparison
/// @param unordered the lines of the standard output are sorted before the comparison
/// @param system the VM sees the host's programs and libraries, and the program is one of those
/// @param memoryMebibytes the VM's memory limit
record ProgramCase(
    String name,
    String source,
    Path executable,
    List<String> arguments,
    String input,
    Map<String, String> environment,
    List<CaseFile> files,
    List<Mask> masks,
    boolean unordered,
    boolean system,
    int memoryMebibytes,
    Set<String> tags) {

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /// What lies in the directory in which the program starts.
  sealed interface CaseFile {
    /// Relative to that directory.
    String name();

    record Regular(String name, String content, boolean executable) implements CaseFile {}

    record Directory(String name) implements CaseFile {}

    record Link(String name, String target) implements CaseFile {}
  }

  /// @param replacement may refer to groups as `$1`
  record Mask(Pattern pattern, String replacement) {
    String apply(String text) {
      return pattern.matcher(text).replaceAll(replacement);
    }
  }
}
