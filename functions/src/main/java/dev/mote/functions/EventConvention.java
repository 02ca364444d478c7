package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.GuestFunction;
import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.json.JsonValues;
import dev.mote.values.Signature;
import dev.mote.values.Type;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The program offers `handle(event, context) -> result`: JSON in and out, and nothing of HTTP.
///
/// The event is what the body says by its type: JSON becomes a value, text a string, fields of a
/// form a map, everything else bytes; no body is null. A body that does not say what it is, or says
/// that it is a form and does not look like one, is taken for JSON.
final class EventConvention implements Convention {
  private final String name;
  private final List<Signature.Parameter> parameters;
  private final MemorySize responseLimit;
  private final Duration timeout;

  EventConvention(
      String name, List<GuestFunction> offered, MemorySize responseLimit, Duration timeout) {
    this.name = name;
    this.responseLimit = responseLimit;
    this.timeout = timeout;
    parameters =
        offered.stream()
            .filter(f -> f.name().equals("handle"))
            .findFirst()
            .map(f -> Signature.parse(f.signature()).parameters())
            .orElseThrow();
  }

  @Override
  public boolean takesStreams() {
    return false;
  }

  @Override
  public FunctionResponse serve(
      Callee callee, FunctionRequest request, StreamedAnswer pieces, InvocationLog log)
      throws IOException {
    @Nullable Object[] arguments = new @Nullable Object[parameters.size()];
    try {
      if (arguments.length > 0) {
        arguments[0] = event(request, parameters.getFirst().type());
      }
    } catch (IllegalArgumentException e) {
      return FunctionResponse.of(new Fault(Fault.Kind.REQUEST, String.valueOf(e.getMessage())));
    }
    if (arguments.length > 1) {
      arguments[1] = context(request);
    }
    Outcome<Object> outcome = callee.call(log.streams().attach(pieces), "handle", arguments);
    boolean relies =
        pieces.isBegun() && outcome instanceof Outcome.Returned(var value) && value == null;
    return pieces.end(relies ? null : Answers.json(outcome, responseLimit, log));
  }

  private static @Nullable Object event(FunctionRequest request, Type type) throws IOException {
    byte[] body = request.body().bytes();
    if (body.length == 0) {
      return null;
    }
    String contentType = Objects.requireNonNullElse(request.header("content-type"), "");
    String media = Http.lowerCase(contentType.split(";", 2)[0].strip());
    if (media.equals("application/x-www-form-urlencoded") && !looksLikeJson(body)) {
      return form(new String(body, UTF_8));
    }
    if (media.startsWith("text/")) {
      return text(body);
    }
    if (media.isEmpty()
        || media.equals("application/json")
        || media.endsWith("+json")
        || media.equals("application/x-www-form-urlencoded")) {
      try {
        return JsonValues.read(body, type);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("the body is not JSON: " + e.getMessage(), e);
      }
    }
    return body;
  }

  private static boolean looksLikeJson(byte[] body) {
    for (byte b : body) {
      if (b > ' ') {
        return "{[\"0123456789-".indexOf(b) >= 0;
      }
    }
    return false;
  }

  private static String text(byte[] body) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the body says that it is text, but is not UTF-8", e);
    }
  }

  private static Map<String, Object> form(String body) {
    var fields = new LinkedHashMap<String, Object>();
    for (String pair : body.split("&")) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String field = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        fields.put(URLDecoder.decode(field, UTF_8), URLDecoder.decode(value, UTF_8));
      }
    }
    return fields;
  }

  private Map<String, Object> context(FunctionRequest request) {
    var headers = new LinkedHashMap<String, String>();
    request.headers().forEach(h -> headers.merge(h.name(), h.value(), (a, b) -> a + ", " + b));
    var context = new LinkedHashMap<String, Object>();
    context.put("id", request.id());
    context.put("function", name);
    context.put("method", request.method());
    context.put("path", request.path());
    context.put("query", request.query());
    context.put("headers", headers);
    context.put("remaining_ms", timeout.toMillis());
    return context;
  }

  @Override
  public String describe() {
    return "JSON: handle(event, context)";
  }
}
