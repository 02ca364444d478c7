package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.MemorySize;
import dev.mote.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The program offers `fetch(request) -> response`: HTTP as it is.
final class FetchConvention implements Convention {
  private static final int MOST_HEADERS = 200;
  private static final int LONGEST_HEADERS = 64 << 10;

  private final MemorySize responseLimit;

  FetchConvention(MemorySize responseLimit) {
    this.responseLimit = responseLimit;
  }

  @Override
  public FunctionResponse serve(Callee callee, FunctionRequest request, InvocationLog log) {
    return switch (callee.call(log.streams(), "fetch", message(request))) {
      case Outcome.Returned(var value) -> response(value);
      case Outcome.Failed(var error) -> FunctionResponse.of(Endings.fault(error));
      case Outcome.Refused(var refusal) -> FunctionResponse.of(Endings.fault(refusal));
      case Outcome.Ended(var ending) -> FunctionResponse.of(Endings.fault(ending));
    };
  }

  private static Map<String, Object> message(FunctionRequest request) {
    var message = new LinkedHashMap<String, Object>();
    message.put("method", request.method());
    message.put("url", request.url());
    message.put("path", request.path());
    message.put("prefix", request.prefix());
    message.put("query", request.query());
    message.put(
        "headers", request.headers().stream().map(h -> List.of(h.name(), h.value())).toList());
    message.put("body", request.body());
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
        || number.doubleValue() != number.intValue()
        || number.intValue() < 200
        || number.intValue() > 599) {
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
      return new FunctionResponse(number.intValue(), headers(map.get("headers")), body, null);
    } catch (IllegalArgumentException e) {
      return invalid(String.valueOf(e.getMessage()));
    }
  }

  private static FunctionResponse invalid(String why) {
    return FunctionResponse.of(new Fault(Fault.Kind.RESPONSE, why));
  }

  private static List<Header> headers(@Nullable Object value) {
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> pairs) || pairs.size() > MOST_HEADERS) {
      throw new IllegalArgumentException(
          "its headers are no list of at most " + MOST_HEADERS + " pairs");
    }
    var headers = new ArrayList<Header>();
    int length = 0;
    for (Object pair : pairs) {
      if (!(pair instanceof List<?> two)
          || two.size() != 2
          || !(two.get(0) instanceof String name)
          || !(two.get(1) instanceof String text)) {
        throw new IllegalArgumentException("a header is no pair of a name and a value");
      }
      length += name.length() + text.length();
      if (length > LONGEST_HEADERS) {
        throw new IllegalArgumentException(
            "its headers have more than " + LONGEST_HEADERS + " characters");
      }
      String lower = Http.lowerCase(name);
      if (!Http.isToken(name) || !Http.isValue(text)) {
        throw new IllegalArgumentException("a header is malformed: " + Text.quote(name));
      }
      if (!Http.isServersOwn(lower)) {
        headers.add(new Header(lower, text.strip()));
      }
    }
    return headers;
  }

  @Override
  public String describe() {
    return "HTTP: fetch(request)";
  }
}
