package dev.mote;

import dev.mote.Conversation.Answer;
import dev.mote.GuestFunctions.Function;
import dev.mote.values.Decoder;
import dev.mote.values.Encoder;
import dev.mote.values.ValueException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An interface of the user's, bound to the functions of one guest: what [StubClass]'s methods
/// call.
///
/// A method's call is [#begin], a `put` for each argument, and a `finish`. If a step before
/// `finish` throws, the call is over.
final class TypedView {
  private final Conversation conversation;
  private final @Nullable PooledSandbox pooled; // null: the calls are made here
  private final Function[] functions;
  private final Encoder[][] encoders;
  private final Decoder[] decoders;

  /// @throws IllegalArgumentException if the interface does not fit the guest; it names each method
  ///   that does not
  private TypedView(
      Conversation conversation,
      @Nullable PooledSandbox pooled,
      Class<?> api,
      List<Method> methods) {
    this.conversation = conversation;
    this.pooled = pooled;
    functions = new Function[methods.size()];
    encoders = new Encoder[methods.size()][];
    decoders = new Decoder[methods.size()];
    var problems = new ArrayList<String>();
    for (int i = 0; i < methods.size(); i++) {
      Method method = methods.get(i);
      try {
        functions[i] = function(method);
        encoders[i] = encoders(functions[i], method);
        decoders[i] = decoder(functions[i], method);
      } catch (ValueException e) {
        problems.add(method.getName() + ": " + e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "%s does not fit the guest: %s".formatted(api.getName(), String.join("; ", problems)));
    }
  }

  /// @throws IllegalArgumentException if the interface is not one, cannot be reached, or does not
  ///   fit the guest
  static <T> T of(Conversation conversation, Class<T> api) {
    StubClass stub = StubClass.of(api);
    return api.cast(stub.instance(new TypedView(conversation, null, api, stub.methods())));
  }

  /// A view whose calls are made in one of several sandboxes, which are alike.
  ///
  /// @param any conversation of one of them, to compare with
  static <T> T of(Conversation any, PooledSandbox pooled, Class<T> api) {
    StubClass stub = StubClass.of(api);
    return api.cast(stub.instance(new TypedView(any, pooled, api, stub.methods())));
  }

  /// The same in another sandbox of the same snapshot, which has the same functions.
  TypedView in(Conversation other) {
    return new TypedView(other, this);
  }

  private TypedView(Conversation conversation, TypedView like) {
    this.conversation = conversation;
    pooled = null;
    functions = like.functions;
    encoders = like.encoders;
    decoders = like.decoders;
  }

  private Function function(Method method) {
    String name = HostFunctions.wireName(method);
    Function function = conversation.functions().find(name);
    if (function == null) {
      throw mismatch(
          "the guest offers no function '%s', only %s"
              .formatted(name, conversation.functions().names()));
    }
    try {
      function.requireCount(method.getParameterCount());
      return function;
    } catch (CallRefusedException e) {
      throw mismatch(e.refusal().message());
    }
  }

  private static ValueException mismatch(String message) {
    return new ValueException(ValueException.Reason.WRONG_TYPE, message);
  }

  private static Encoder[] encoders(Function function, Method method) {
    var encoders = new Encoder[method.getParameterCount()];
    for (int i = 0; i < encoders.length; i++) {
      try {
        encoders[i] = Encoder.of(function.parameterType(i), method.getGenericParameterTypes()[i]);
      } catch (ValueException e) {
        throw mismatch("argument '%s': %s".formatted(function.parameterName(i), e.getMessage()));
      }
    }
    return encoders;
  }

  private static Decoder decoder(Function function, Method method) {
    try {
      return method.getReturnType() == void.class
          ? function.anyResult()
          : function.decoder(method.getGenericReturnType());
    } catch (ValueException e) {
      throw mismatch("the result: " + e.getMessage());
    }
  }

  /// @return the view of the sandbox that makes the call
  static TypedView begin(TypedView view, int method) {
    PooledSandbox pooled = view.pooled;
    TypedView at = pooled == null ? view : pooled.lease(view);
    at.conversation.begin(at.functions[method], at.encoders[method].length);
    return at;
  }

  static void put(TypedView view, int method, int index, long value) {
    try {
      view.encoders[method][index].writeLong(value, view.conversation.out);
    } catch (RuntimeException | Error e) {
      throw view.abandoned(method, index, e);
    }
  }

  static void put(TypedView view, int method, int index, double value) {
    try {
      view.encoders[method][index].writeDouble(value, view.conversation.out);
    } catch (RuntimeException | Error e) {
      throw view.abandoned(method, index, e);
    }
  }

  static void put(TypedView view, int method, int index, @Nullable Object value) {
    try {
      view.encoders[method][index].write(value, view.conversation.out);
    } catch (RuntimeException | Error e) {
      throw view.abandoned(method, index, e);
    }
  }

  /// The call that was begun does not take place.
  private RuntimeException abandoned(int method, int index, Throwable e) {
    conversation.end();
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof ValueException refused
        ? GuestCall.refused(functions[method], index, refused)
        : (RuntimeException) e;
  }

  static @Nullable Object finish(TypedView view, int method) {
    Conversation conversation = view.conversation;
    try {
      view.exchange(method);
      Object value = view.decoders[method].read(conversation.in);
      conversation.in.end();
      return value;
    } catch (ValueException e) {
      throw view.unread(method, e);
    } finally {
      conversation.end();
    }
  }

  static long finishLong(TypedView view, int method) {
    Conversation conversation = view.conversation;
    try {
      view.exchange(method);
      long value = view.decoders[method].readLong(conversation.in);
      conversation.in.end();
      return value;
    } catch (ValueException e) {
      throw view.unread(method, e);
    } finally {
      conversation.end();
    }
  }

  static double finishDouble(TypedView view, int method) {
    Conversation conversation = view.conversation;
    try {
      view.exchange(method);
      double value = view.decoders[method].readDouble(conversation.in);
      conversation.in.end();
      return value;
    } catch (ValueException e) {
      throw view.unread(method, e);
    } finally {
      conversation.end();
    }
  }

  private void exchange(int method) {
    Answer answer = conversation.exchange(functions[method]);
    if (answer != Answer.VALUE) {
      throw GuestCall.failure(conversation, answer);
    }
  }

  private CallException unread(int method, ValueException e) {
    return GuestCall.unread(conversation, functions[method], e);
  }
}
