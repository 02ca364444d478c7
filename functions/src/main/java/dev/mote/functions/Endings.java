package dev.mote.functions;

import dev.mote.Ending;
import dev.mote.GuestError;
import dev.mote.Refusal;
import java.util.Map;
import java.util.stream.Collectors;

/// What is answered in place of a function that gave no answer.
final class Endings {
  private Endings() {}

  /// @param log of the invocation
  static Fault fault(Ending ending, InvocationLog log) {
    return switch (ending) {
      case Ending.Exited(int status) ->
          new Fault(Fault.Kind.EXIT, "the program ended with status " + status);
      case Ending.Signaled _ when log.hasFullHeap() ->
          new Fault(Fault.Kind.OUT_OF_MEMORY, "its JavaScript engine needed more");
      case Ending.Signaled(var report) ->
          new Fault(
              Fault.Kind.CRASH,
              report.signalName() + ": " + report.cause(),
              report.frames().stream().map(Object::toString).collect(Collectors.joining("\n")));
      case Ending.TimedOut(var kind, var limit) ->
          new Fault(
              Fault.Kind.TIMEOUT,
              kind == Ending.TimedOut.Kind.CPU
                  ? "it computed for more than %d ms".formatted(limit.toMillis())
                  : "it took more than %d ms".formatted(limit.toMillis()));
      case Ending.OutOfMemory(var limit) ->
          new Fault(Fault.Kind.OUT_OF_MEMORY, "it needed more than " + limit);
      case Ending.LimitExceeded(String what, var limit) ->
          new Fault(Fault.Kind.RESPONSE, "%s: more than %s".formatted(what, limit));
      case Ending.Cancelled() -> new Fault(Fault.Kind.NO_CAPACITY, "the call was cancelled");
      case Ending.Deadlocked _ ->
          new Fault(Fault.Kind.TIMEOUT, "each of its threads waits for another one");
      case Ending.Broken(String text) -> new Fault(Fault.Kind.CRASH, text);
      case Ending.ProtocolViolation(String text) -> new Fault(Fault.Kind.RESPONSE, text);
    };
  }

  static Fault fault(GuestError error) {
    Fault.Kind kind =
        switch (error.code()) {
          case "trap" -> Fault.Kind.CRASH;
          case "exited" -> Fault.Kind.EXIT;
          case "limit" -> Fault.Kind.RESPONSE;
          default -> Fault.Kind.EXCEPTION;
        };
    String stack =
        error.details() instanceof Map<?, ?> details && details.get("stack") instanceof String text
            ? text
            : null;
    return new Fault(kind, error.message(), stack);
  }

  static Fault fault(Refusal refusal) {
    return switch (refusal.reason()) {
      case TOO_LARGE -> new Fault(Fault.Kind.TOO_LARGE, refusal.toString());
      case UNKNOWN_FUNCTION -> new Fault(Fault.Kind.NOT_FOUND, refusal.toString());
      default -> new Fault(Fault.Kind.REQUEST, refusal.toString());
    };
  }
}
