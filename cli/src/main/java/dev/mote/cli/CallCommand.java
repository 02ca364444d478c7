package dev.mote.cli;

import dev.mote.GuestFunction;
import dev.mote.Sandbox;
import dev.mote.Streams;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// `mote call` and `mote functions`: what a program offers, and one call of it.
final class CallCommand {
  private final PrintStream out;
  private final PrintStream err;
  private final SandboxOptions wanted = new SandboxOptions();
  private final Options options = new Options();
  private List<String> programArguments = List.of();

  CallCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
    wanted.addTo(options);
    options.value(
        "--arg",
        "TEXT",
        "an argument for the program's start; repeatable",
        text -> {
          var more = new ArrayList<>(programArguments);
          more.add(text);
          programArguments = more;
        });
  }

  /// `mote call PROGRAM FUNCTION [JSON...]`.
  int call(List<String> arguments) {
    List<String> words = options.parse(arguments);
    if (options.helpWanted()) {
      printCallHelp();
      return ExitStatus.OK;
    }
    if (words.size() < 2) {
      throw new UsageException("mote call takes a program and a function");
    }
    try (wanted;
        Sandbox sandbox = start(words.getFirst())) {
      int status = new FunctionCall(sandbox, out, err).make(words.subList(1, words.size()));
      if (wanted.statistics) {
        err.println(sandbox.statistics());
      }
      return status;
    }
  }

  /// `mote functions PROGRAM`.
  int list(List<String> arguments) {
    List<String> words = options.parse(arguments);
    if (options.helpWanted()) {
      printListHelp();
      return ExitStatus.OK;
    }
    if (words.size() != 1) {
      throw new UsageException("mote functions takes one program");
    }
    try (wanted;
        Sandbox sandbox = start(words.getFirst())) {
      for (GuestFunction function : sandbox.functions()) {
        out.println(function);
      }
      return ExitStatus.OK;
    }
  }

  /// Standard output is for the result: what the program prints goes to standard error.
  private Sandbox start(String program) {
    var streams = Streams.of(InputStream.nullInputStream(), err, err);
    try {
      var line = new ArrayList<String>(List.of(program));
      line.addAll(programArguments);
      return wanted.builder(line, err).streams(streams).start();
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private void printCallHelp() {
    out.print(
        """
        usage: mote call [OPTIONS] PROGRAM FUNCTION [JSON...]

        Starts a program that offers functions in its own micro-VM, calls one, and prints its result as
        JSON. Each argument is JSON: 42, '"text"', '[1, 2]', '{"name": "Ada", "age": 36}'. Bytes are
        strings in Base64. What the program prints goes to standard error.

        """);
    out.print(options.describe());
    out.print(
        """

        The exit status is 0, or
          1      the function returned an error, or the program ended with status 0
          125    the call does not fit the function, or a fault of mote or its environment
        and otherwise as that of mote run.
        """);
  }

  private void printListHelp() {
    out.print(
        """
        usage: mote functions [OPTIONS] PROGRAM

        Lists the functions that a program offers, with their parameters and results.

        """);
    out.print(options.describe());
  }
}
