package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.Streams;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The program offers `fetch(request) -> response`: HTTP as it is.
final class FetchConvention implements Convention {
  private final MemorySize responseLimit;

  FetchConvention(MemorySize responseLimit) {
    this.responseLimit = responseLimit;
  }

  @Override
  public boolean takesStreams() {
    return true;
  }

  @Override
  public FunctionResponse serve(
      Callee callee, FunctionRequest request, StreamedAnswer pieces, InvocationLog log)
      throws IOException {
    RequestBody body = request.body();
    Streams streams = (body.isWhole() ? log.streams() : log.streams(body.stream())).attach(pieces);
    return pieces.end(
        switch (callee.call(streams, "fetch", message(request))) {
          case Outcome.Returned(var value) ->
              value == null && pieces.isBegun() ? null : response(value);
          case Outcome.Failed(var error) -> FunctionResponse.of(Endings.fault(error));
          case Outcome.Refused(var refusal) -> FunctionResponse.of(Endings.fault(refusal));
          case Outcome.Ended(var ending) -> FunctionResponse.of(Endings.fault(ending, log));
        });
  }

  private static Map<String, @Nullable Object> message(FunctionRequest request) throws IOException {
    var message = new LinkedHashMap<String, @Nullable Object>();
    message.put("method", request.method());
    message.put("url", request.url());
    message.put("path", request.path());
    message.put("prefix", request.prefix());
    message.put("query", request.query());
    message.put(
        "headers", request.headers().stream().map(h -> List.of(h.name(), h.value())).toList());
    message.put("body", request.body().isWhole() ? request.body().bytes() : null);
    message.put("remote", request.remote());
    message.put("id", request.id());
    return message;
  }

  /// The answer, checked: nothing of it is trusted.
  private FunctionResponse response(@Nullable Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      return invalid("it is no map");
    }
    if (!(map.get("status") instanceof Number number)
        || number.doubleValue() != number.longValue()) {
      return invalid("its status is not from 200 to 599: " + map.get("status"));
    }
    byte[] body;
    switch (map.get("body")) {
      case byte[] bytes -> body = bytes;
      case String text -> body = text.getBytes(UTF_8);
      case null -> body = new byte[0];
      default -> {
        return invalid("its body is neither bytes nor text");
      }
    }
    if (body.length > responseLimit.bytes()) {
      return invalid("its body is larger than " + responseLimit);
    }
    try {
      ResponseHead head = ResponseHead.of(number.longValue(), pairs(map.get("headers")));
      return new FunctionResponse(head.status(), head.headers(), body, null);
    } catch (IllegalArgumentException e) {
      return invalid(String.valueOf(e.getMessage()));
    }
  }

  private static FunctionResponse invalid(String why) {
    return FunctionResponse.of(new Fault(Fault.Kind.RESPONSE, why));
  }

  private static List<List<String>> pairs(@Nullable Object value) {
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw new IllegalArgumentException("its headers are no list of pairs");
    }
    var pairs = new ArrayList<List<String>>(list.size());
    for (Object pair : list) {
      if (!(pair instanceof List<?> two)
          || two.size() != 2
          || !(two.get(0) instanceof String name)
          || !(two.get(1) instanceof String text)) {
        throw new IllegalArgumentException("a header is no pair of a name and a value");
      }
      pairs.add(List.of(name, text));
    }
    return pairs;
  }

  @Override
  public String describe() {
    return "HTTP: fetch(request)";
  }
}
