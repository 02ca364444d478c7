package dev.mote.cli;

import dev.mote.Ending;
import dev.mote.GuestFunction;
import dev.mote.Outcome;
import dev.mote.Sandbox;
import dev.mote.Streams;
import dev.mote.values.Signature;
import dev.mote.values.Type;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    try (Sandbox sandbox = start(words.getFirst())) {
      String function = words.get(1);
      Outcome<Object> outcome =
          sandbox.tryCall(function, Object.class, values(sandbox, function, words));
      int status = report(outcome);
      if (wanted.statistics) {
        err.println(sandbox.statistics());
      }
      return status;
    }
  }

  /// The words behind the function as values of its parameters; those that are too many as they
  /// are, to be refused with the others.
  private static @Nullable Object[] values(Sandbox sandbox, String name, List<String> words) {
    List<Signature.Parameter> parameters =
        sandbox.functions().stream()
            .filter(f -> f.name().equals(name))
            .findFirst()
            .map(f -> Signature.parse(f.signature()).parameters())
            .orElse(List.of());
    var values = new @Nullable Object[words.size() - 2];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          Json.read(
              words.get(i + 2), i < parameters.size() ? parameters.get(i).type() : Type.Plain.ANY);
    }
    return values;
  }

  private int report(Outcome<Object> outcome) {
    return switch (outcome) {
      case Outcome.Returned(var value) -> {
        out.println(Json.write(value));
        yield ExitStatus.OK;
      }
      case Outcome.Failed(var error) -> {
        err.println("mote: " + error.code() + ": " + error.message());
        if (error.details() != null) {
          err.println("mote: details: " + Json.write(error.details()));
        }
        yield ExitStatus.FUNCTION_FAILED;
      }
      case Outcome.Refused(var refusal) -> {
        err.println("mote: " + refusal);
        yield ExitStatus.MOTE_FAILED;
      }
      case Outcome.Ended(var ending) -> {
        int status = EndingReport.print(ending, err);
        if (ending instanceof Ending.Exited) {
          err.println("mote: the program ended with status " + status + " and returned nothing");
        }
        yield status == ExitStatus.OK ? ExitStatus.FUNCTION_FAILED : status;
      }
    };
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
    try (Sandbox sandbox = start(words.getFirst())) {
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
      return wanted.builder(program, programArguments, err).streams(streams).start();
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
