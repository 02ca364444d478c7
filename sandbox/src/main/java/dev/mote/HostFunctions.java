package dev.mote;

import dev.mote.values.Decoder;
import dev.mote.values.Encoder;
import dev.mote.values.Name;
import dev.mote.values.Signature;
import dev.mote.values.Types;
import dev.mote.values.ValueException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The host functions that a guest was given: nothing else of the host can be called.
final class HostFunctions {
  /// Calls the Java behind a host function.
  @FunctionalInterface
  interface Body {
    @Nullable Object call(HostCall call, @Nullable Object[] arguments) throws Exception;
  }

  /// One of them.
  ///
  /// @param signature what the guest sees
  /// @param arguments reads one of its parameters each
  /// @param result writes what it returns
  record Registered(
      String name, Signature signature, List<Decoder> arguments, Encoder result, Body body) {}

  private final Map<String, Registered> byName = new LinkedHashMap<>();

  @Nullable Registered find(String name) {
    return byName.get(name);
  }

  /// @throws IllegalArgumentException if the name is taken, or a type has no place in a message
  void add(String name, HostFunction function) {
    LambdaTypes types = LambdaTypes.of(function, arity(function));
    add(name, types.parameters(), types.result(), body(function));
  }

  private static int arity(HostFunction function) {
    return switch (function) {
      case HostFunction.Of0<?> _ -> 0;
      case HostFunction.Of1<?, ?> _ -> 1;
      case HostFunction.Of2<?, ?, ?> _ -> 2;
      case HostFunction.Of3<?, ?, ?, ?> _ -> 3;
      case HostFunction.Of4<?, ?, ?, ?, ?> _ -> 4;
    };
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // the arguments are read as what the lambda declares
  private static Body body(HostFunction function) {
    return switch (function) {
      case HostFunction.Of0 f -> (_, _) -> f.call();
      case HostFunction.Of1 f -> (_, a) -> f.call(a[0]);
      case HostFunction.Of2 f -> (_, a) -> f.call(a[0], a[1]);
      case HostFunction.Of3 f -> (_, a) -> f.call(a[0], a[1], a[2]);
      case HostFunction.Of4 f -> (_, a) -> f.call(a[0], a[1], a[2], a[3]);
    };
  }

  /// @param signature in the type language
  void add(String name, String signature, HostFunction.Untyped function) {
    Signature parsed = Signature.parse(signature);
    Body body =
        (call, arguments) ->
            function.call(call, Collections.unmodifiableList(Arrays.asList(arguments)));
    List<Decoder> arguments =
        parsed.parameters().stream().map(p -> Decoder.of(p.type(), Object.class)).toList();
    put(new Registered(name, parsed, arguments, Encoder.of(parsed.result()), body));
  }

  /// Each method of an interface becomes a function.
  void addAll(Class<?> api, Object implementation) {
    if (!api.isInterface()) {
      throw new IllegalArgumentException(api.getName() + " is not an interface");
    }
    for (Method method : api.getMethods()) {
      if (Modifier.isAbstract(method.getModifiers())) {
        add(wireName(method), method, implementation);
      }
    }
  }

  /// What a method is called in messages.
  static String wireName(Method method) {
    Name name = method.getAnnotation(Name.class);
    return name == null ? method.getName() : name.value();
  }

  private void add(String name, Method method, Object implementation) {
    MethodHandle spread =
        Reflection.unreflect(method)
            .bindTo(implementation)
            .asSpreader(Object[].class, method.getParameterCount());
    MethodHandle handle = spread.asType(spread.type().changeReturnType(Object.class));
    Body body = (_, arguments) -> Reflection.invoke(handle, arguments);
    add(name, List.of(method.getGenericParameterTypes()), method.getGenericReturnType(), body);
  }

  private void add(String name, List<Type> declared, Type result, Body body) {
    boolean told = !declared.isEmpty() && declared.getFirst() == HostCall.class;
    List<Type> own = told ? declared.subList(1, declared.size()) : declared;
    try {
      var parameters = new ArrayList<Signature.Parameter>();
      var decoders = new ArrayList<Decoder>();
      for (Type type : own) {
        dev.mote.values.Type wire = Types.of(type);
        parameters.add(new Signature.Parameter("p" + parameters.size(), wire));
        decoders.add(Decoder.of(wire, type));
      }
      dev.mote.values.Type wireResult = Types.ofResult(result);
      Body passing = told ? (call, arguments) -> body.call(call, prepend(call, arguments)) : body;
      put(
          new Registered(
              name,
              new Signature(List.copyOf(parameters), wireResult),
              List.copyOf(decoders),
              Encoder.of(wireResult),
              passing));
    } catch (ValueException e) {
      throw new IllegalArgumentException("host function " + name + ": " + e.getMessage(), e);
    }
  }

  private static @Nullable Object[] prepend(HostCall call, @Nullable Object[] arguments) {
    var all = new @Nullable Object[arguments.length + 1];
    all[0] = call;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return all;
  }

  private void put(Registered function) {
    if (byName.putIfAbsent(function.name(), function) != null) {
      throw new IllegalArgumentException(
          "there is a host function " + function.name() + " already");
    }
  }
}
