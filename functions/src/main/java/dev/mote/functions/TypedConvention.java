package dev.mote.functions;

import dev.mote.GuestFunction;
import dev.mote.json.JsonValues;
import dev.mote.values.Signature;
import dev.mote.values.Type;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The program offers functions with names and types of its own: `POST /NAME` with their arguments
/// as a JSON array.
final class TypedConvention implements Convention {
  private final Map<String, Signature> offered = new LinkedHashMap<>();
  private final FunctionSettings settings;

  TypedConvention(List<GuestFunction> offered, FunctionSettings settings) {
    offered.forEach(f -> this.offered.put(f.name(), Signature.parse(f.signature())));
    this.settings = settings;
  }

  @Override
  public boolean takesStreams() {
    return false;
  }

  @Override
  public FunctionResponse serve(
      Callee callee, FunctionRequest request, StreamedAnswer pieces, InvocationLog log)
      throws IOException {
    String name = request.path().substring(1);
    Signature signature = offered.get(name);
    if (signature == null) {
      return FunctionResponse.of(
          new Fault(
              Fault.Kind.NOT_FOUND,
              "it offers %s, and none is called %s"
                  .formatted(String.join(", ", offered.keySet()), Text.quote(name))));
    }
    if (!request.method().equals("POST")) {
      return FunctionResponse.of(
          new Fault(Fault.Kind.METHOD, "functions are called by POST, with a JSON array"));
    }
    try {
      @Nullable Object[] arguments = arguments(request.body().bytes(), signature.parameters());
      return Answers.json(
          callee.call(log.streams(), name, arguments), settings.responseLimit(), log);
    } catch (IllegalArgumentException e) {
      return FunctionResponse.of(new Fault(Fault.Kind.REQUEST, String.valueOf(e.getMessage())));
    }
  }

  private static @Nullable Object[] arguments(byte[] body, List<Signature.Parameter> parameters) {
    if (body.length == 0) {
      return new @Nullable Object[0];
    }
    if (!(JsonValues.read(body, Type.Plain.ANY) instanceof List<?> list)) {
      throw new IllegalArgumentException("the body is no JSON array of the arguments");
    }
    @Nullable Object[] arguments = new @Nullable Object[list.size()];
    Arrays.setAll(
        arguments,
        i ->
            i < parameters.size()
                ? JsonValues.fit(list.get(i), parameters.get(i).type())
                : list.get(i));
    return arguments;
  }

  @Override
  public String describe() {
    return "typed functions: "
        + offered.entrySet().stream()
            .map(f -> f.getKey() + f.getValue())
            .collect(Collectors.joining(", "));
  }
}
