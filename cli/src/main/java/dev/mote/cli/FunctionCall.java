package dev.mote.cli;

import dev.mote.Ending;
import dev.mote.Outcome;
import dev.mote.Sandbox;
import dev.mote.json.JsonValues;
import dev.mote.values.Signature;
import dev.mote.values.Type;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A call of a guest function by words of a command line.
record FunctionCall(Sandbox sandbox, PrintStream out, PrintStream err) {
  /// Makes the call and prints its result, or what went wrong.
  ///
  /// @param words the function, and its arguments as JSON
  /// @return the exit status
  int make(List<String> words) {
    return report(sandbox.tryCall(words.getFirst(), Object.class, values(words)));
  }

  /// The words behind the function as values of its parameters; those that are too many as they
  /// are, to be refused with the others.
  private @Nullable Object[] values(List<String> words) {
    List<Signature.Parameter> parameters =
        sandbox.functions().stream()
            .filter(f -> f.name().equals(words.getFirst()))
            .findFirst()
            .map(f -> Signature.parse(f.signature()).parameters())
            .orElse(List.of());
    var values = new @Nullable Object[words.size() - 1];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          value(
              words.get(i + 1), i < parameters.size() ? parameters.get(i).type() : Type.Plain.ANY);
    }
    return values;
  }

  private static @Nullable Object value(String word, Type type) {
    try {
      return JsonValues.read(word, type);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "%s is not JSON: %s (a string is written '\"text\"')".formatted(word, e.getMessage()));
    }
  }

  private int report(Outcome<Object> outcome) {
    return switch (outcome) {
      case Outcome.Returned(var value) -> {
        out.println(JsonValues.write(value));
        yield ExitStatus.OK;
      }
      case Outcome.Failed(var error) -> {
        err.println("mote: " + error.code() + ": " + error.message());
        if (error.details() != null) {
          err.println("mote: details: " + JsonValues.write(error.details()));
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
}
