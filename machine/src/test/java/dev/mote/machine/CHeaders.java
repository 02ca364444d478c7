package dev.mote.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Asks the system's C compiler and headers what C expressions are worth.
final class CHeaders {
  private CHeaders() {}

  /// Compiles and runs a program that prints each expression.
  ///
  /// @param directory where it may write
  /// @return the value of each expression
  static Map<String, Long> evaluate(Path directory, Collection<String> expressions)
      throws IOException, InterruptedException {
    var program = new ArrayList<String>();
    program.add("#define _GNU_SOURCE");
    for (String header :
        List.of(
            "linux/kvm.h",
            "stddef.h",
            "stdio.h",
            "fcntl.h",
            "signal.h",
            "sys/mman.h",
            "sys/syscall.h")) {
      program.add("#include <" + header + ">");
    }
    program.add("int main(void) {");
    for (String expression : expressions) {
      program.add("  printf(\"%lld\\n\", (long long)(" + expression + "));");
    }
    program.add("}");
    Path source = directory.resolve("values.c");
    Path binary = directory.resolve("values");
    Files.write(source, program);
    run(List.of("cc", "-w", "-o", binary.toString(), source.toString()));
    String[] lines = run(List.of(binary.toString())).split("\n");
    var values = new HashMap<String, Long>();
    int line = 0;
    for (String expression : expressions) {
      values.put(expression, Long.valueOf(lines[line++]));
    }
    return values;
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new AssertionError(
          "cannot run "
              + command.getFirst()
              + ": this test compares with the system's C headers and needs a C compiler with"
              + " linux/kvm.h (Debian: gcc, libc6-dev, linux-libc-dev)",
          e);
    }
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new AssertionError(command + " failed:\n" + output);
    }
    return output;
  }
}
