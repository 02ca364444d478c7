package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.json.JsonValues;

/// Values that functions return, as answers.
final class Answers {
  private Answers() {}

  /// The value as JSON; bytes as they are.
  ///
  /// @param log of the invocation
  static FunctionResponse json(Outcome<Object> outcome, MemorySize limit, InvocationLog log) {
    return switch (outcome) {
      case Outcome.Returned(byte[] bytes) -> of("application/octet-stream", bytes, limit);
      case Outcome.Returned(var value) ->
          of("application/json", (JsonValues.write(value) + "\n").getBytes(UTF_8), limit);
      case Outcome.Failed(var error) -> FunctionResponse.of(Endings.fault(error));
      case Outcome.Refused(var refusal) -> FunctionResponse.of(Endings.fault(refusal));
      case Outcome.Ended(var ending) -> FunctionResponse.of(Endings.fault(ending, log));
    };
  }

  private static FunctionResponse of(String type, byte[] body, MemorySize limit) {
    return body.length > limit.bytes()
        ? FunctionResponse.of(new Fault(Fault.Kind.RESPONSE, "it is larger than " + limit))
        : FunctionResponse.of(200, type, body);
  }
}
