package dev.mote.conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs a program as a process of this host, its three streams being pipes.
final class NativeProcess implements Side {
  private static final int SECONDS = 120;

  @Override
  public Observation run(ProgramCase programCase, CaseDirectory directory)
      throws IOException, InterruptedException {
    CaseDirectory.deleteLeftovers();
    try {
      return run(command(programCase), ProgramCase.bytes(programCase.input()), directory);
    } finally {
      CaseDirectory.deleteLeftovers();
    }
  }

  /// `env` sets the variables in their order, which ProcessBuilder does not, and lets no signal
  /// stay ignored that whoever started the tests ignores.
  private static List<String> command(ProgramCase programCase) {
    List<String> command = new ArrayList<>(List.of("/usr/bin/env", "--default-signal", "-i"));
    programCase.environment().forEach((name, value) -> command.add(name + "=" + value));
    command.add(programCase.executable().toString());
    command.addAll(programCase.arguments());
    return command;
  }

  private static Observation run(List<String> command, byte[] input, CaseDirectory directory)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).directory(directory.path().toFile()).start();
    var output = new ByteArrayOutputStream();
    var error = new ByteArrayOutputStream();
    List<Thread> pumps =
        List.of(
            Thread.startVirtualThread(() -> feed(process.getOutputStream(), input)),
            Thread.startVirtualThread(() -> drain(process.getInputStream(), output)),
            Thread.startVirtualThread(() -> drain(process.getErrorStream(), error)));
    boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    for (Thread pump : pumps) {
      pump.join();
    }
    String ending = ended ? "status " + process.exitValue() : "not ended after " + SECONDS + " s";
    return Observation.of(ending, output.toByteArray(), error.toByteArray());
  }

  private static void feed(OutputStream stream, byte[] input) {
    try (stream) {
      stream.write(input);
    } catch (IOException _) {
      // The program ended, or closed its input, before it had read everything: its good right.
    }
  }

  private static void drain(InputStream stream, ByteArrayOutputStream into) {
    try (stream) {
      stream.transferTo(into);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
