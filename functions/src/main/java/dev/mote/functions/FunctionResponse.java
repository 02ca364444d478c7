package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a function answered, or what is answered in its place.
///
/// @param status of HTTP, from 200 to 599
/// @param headers checked: their names are tokens, their values have no control characters
/// @param body whole; nobody changes the array
/// @param fault why the function gave no answer of its own; null if it did
/// @param isSent whether the answer was given to the client in pieces, so that this is only how it
///   ended; with a fault, the client is not to take it for complete
@SuppressWarnings("ArrayRecordComponent") // nobody compares answers
public record FunctionResponse(
    int status, List<Header> headers, byte[] body, @Nullable Fault fault, boolean isSent) {
  public FunctionResponse {
    headers = List.copyOf(headers);
  }

  FunctionResponse(int status, List<Header> headers, byte[] body, @Nullable Fault fault) {
    this(status, headers, body, fault, false);
  }

  /// What was sent in pieces has ended.
  static FunctionResponse sent(@Nullable Fault fault) {
    int status = fault == null ? 200 : fault.kind().status();
    return new FunctionResponse(status, List.of(), new byte[0], fault, true);
  }

  static FunctionResponse of(int status, String type, byte[] body) {
    return new FunctionResponse(status, List.of(new Header("content-type", type)), body, null);
  }

  static FunctionResponse of(Fault fault) {
    return of(fault, false);
  }

  /// What is answered in place of a function.
  ///
  /// @param withStack whether the client is told where in the function it happened
  public static FunctionResponse of(Fault fault, boolean withStack) {
    var headers = new ArrayList<Header>();
    headers.add(new Header("content-type", "application/problem+json"));
    headers.add(new Header("x-function-error", fault.kind().word()));
    if (fault.retryAfter() != null) {
      headers.add(new Header("retry-after", Long.toString(fault.retryAfter().toSeconds())));
    }
    byte[] body = fault.problem(withStack).getBytes(UTF_8);
    return new FunctionResponse(fault.kind().status(), headers, body, fault);
  }
}
