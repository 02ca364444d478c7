package dev.mote;

import dev.mote.HostFunctions.Registered;
import dev.mote.linux.SpeakingGuest;
import dev.mote.values.Encoder;
import dev.mote.values.MessageReader;
import dev.mote.values.MessageWriter;
import dev.mote.values.ValueException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Serves the guest's calls of host functions, within the budgets of one call of the guest.
///
/// The guest's request is checked whole before the function is entered. Whatever goes wrong after
/// that is an error for the guest, which goes on.
final class HostCalls {
  private static final System.Logger LOGGER = System.getLogger("dev.mote");

  /// A longer one is not repeated to the guest.
  private static final int LONGEST_NAME = 255;

  private final HostFunctions functions;
  private final CallLimits limits;
  private final String tenant;
  private final Map<String, Object> attributes;
  private final Map<String, Long> bytes = new HashMap<>();
  private boolean asked; // since the budgets are new
  private int calls;
  private long nanos;

  HostCalls(
      HostFunctions functions, CallLimits limits, String tenant, Map<String, Object> attributes) {
    this.functions = functions;
    this.limits = limits;
    this.tenant = tenant;
    this.attributes = attributes;
  }

  String tenant() {
    return tenant;
  }

  /// A call of the guest begins, with new budgets.
  void reset() {
    if (asked) {
      asked = false;
      calls = 0;
      nanos = 0;
      bytes.clear();
    }
  }

  /// Reads a call, behind its kind, makes it, and writes the answer.
  ///
  /// @throws ValueException if the message is malformed
  void serve(MessageReader in, MessageWriter out, Conversation conversation) {
    asked = true;
    var event = new HostCallEvent();
    event.begin();
    int length = conversation.guest().messageLength();
    String name = in.text();
    Registered function = functions.find(name);
    String error = "";
    try {
      if (function == null) {
        skipArguments(in);
        countCall();
        throw new HostFunctionException(
            "unknown-function",
            name.length() > LONGEST_NAME
                ? "there is no host function with so long a name"
                : "there is no host function '" + name + "'");
      }
      @Nullable Object[] arguments = read(function, in);
      spend(name, length);
      Object result = call(function, arguments, conversation);
      write(function, result, out);
      spend(name, out.length());
    } catch (HostFunctionException e) {
      error = e.code();
      writeError(e, out);
    }
    if (event.shouldCommit()) {
      event.function = name;
      event.tenant = tenant;
      event.callId = conversation.callId();
      event.requestBytes = length;
      event.answerBytes = out.length();
      event.error = error;
      event.commit();
    }
  }

  private static void skipArguments(MessageReader in) {
    int count = in.arrayLength();
    for (int i = 0; i < count; i++) {
      in.skip();
    }
    in.end();
  }

  private static @Nullable Object[] read(Registered function, MessageReader in) {
    int count = in.arrayLength();
    int expected = function.arguments().size();
    if (count != expected) {
      for (int i = 0; i < count; i++) {
        in.skip();
      }
      in.end();
      throw invalid(
          "host function %s takes %d arguments, not %d"
              .formatted(function.name(), expected, count));
    }
    var arguments = new @Nullable Object[count];
    for (int i = 0; i < count; i++) {
      try {
        arguments[i] = function.arguments().get(i).read(in);
      } catch (ValueException e) {
        if (e.reason() == ValueException.Reason.MALFORMED) {
          throw e;
        }
        throw invalid(
            "argument %d of host function %s: %s"
                .formatted(i + 1, function.name(), e.getMessage()));
      }
    }
    in.end();
    return arguments;
  }

  private static HostFunctionException invalid(String message) {
    return new HostFunctionException("invalid-argument", message);
  }

  private void spend(String name, int more) {
    if (bytes.merge(name, (long) more, Long::sum) > limits.hostCallBytes()) {
      throw overBudget(
          "host function %s has been given and has returned more than %d bytes"
              .formatted(name, limits.hostCallBytes()));
    }
  }

  private static HostFunctionException overBudget(String message) {
    return new HostFunctionException("limit", message);
  }

  private void countCall() {
    if (++calls > limits.hostCalls()) {
      throw overBudget("more than %d calls of host functions".formatted(limits.hostCalls()));
    }
  }

  private @Nullable Object call(
      Registered function, @Nullable Object[] arguments, Conversation conversation) {
    countCall();
    if (nanos > limits.hostTime().toNanos()) {
      throw overBudget("host functions have taken longer than " + limits.hostTime());
    }
    SpeakingGuest guest = conversation.guest();
    var call = new Call(function.name(), conversation);
    long start = System.nanoTime();
    guest.beginHostFunction();
    try {
      return function.body().call(call, arguments);
    } catch (HostFunctionException e) {
      throw e;
    } catch (Exception e) {
      throw failed(function, "threw", e);
    } finally {
      call.over = true;
      guest.endHostFunction();
      nanos += System.nanoTime() - start;
    }
  }

  private static HostFunctionException failed(Registered function, String what, Exception cause) {
    LOGGER.log(System.Logger.Level.WARNING, "host function " + function.name() + " " + what, cause);
    return new HostFunctionException("failed", "host function " + function.name() + " failed");
  }

  private static void write(Registered function, @Nullable Object result, MessageWriter out) {
    try {
      out.reset();
      out.array(2);
      out.integer(Conversation.RESULT);
      function.result().write(result, out);
    } catch (RuntimeException e) { // the value's own code may throw anything
      throw failed(function, "returned what cannot be sent", e);
    }
  }

  private static void writeError(HostFunctionException e, MessageWriter out) {
    try {
      write(e.code(), Objects.requireNonNullElse(e.getMessage(), ""), e.details(), out);
    } catch (RuntimeException cannotBeSent) {
      LOGGER.log(
          System.Logger.Level.WARNING, "the error of a host function cannot be sent", cannotBeSent);
      write("failed", "a host function failed", null, out);
    }
  }

  private static void write(
      String code, String message, @Nullable Object details, MessageWriter out) {
    out.reset();
    out.array(details == null ? 3 : 4);
    out.integer(Conversation.ERROR);
    out.text(code);
    out.text(message);
    if (details != null) {
      ANY.write(details, out);
    }
  }

  private static final Encoder ANY = Encoder.of(dev.mote.values.Type.Plain.ANY);

  /// What a host function is told.
  private final class Call implements HostCall {
    private final String function;
    private final Conversation conversation;
    private final long callId;
    private boolean over;

    Call(String function, Conversation conversation) {
      this.function = function;
      this.conversation = conversation;
      callId = conversation.callId();
    }

    @Override
    public String function() {
      return function;
    }

    @Override
    public String tenant() {
      return tenant;
    }

    @Override
    public long callId() {
      return callId;
    }

    @Override
    public Optional<Duration> remaining() {
      long left = conversation.guest().remainingNanos();
      return left == Long.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofNanos(left));
    }

    @Override
    public Map<String, Object> attributes() {
      return attributes;
    }

    @Override
    public @Nullable Object attachment() {
      return conversation.streams().attachment();
    }

    @Override
    public <T extends @Nullable Object> T call(
        String name, Class<T> result, @Nullable Object... arguments) {
      if (over) {
        throw new IllegalStateException("the host function has returned");
      }
      return GuestCall.<T>make(conversation, name, result, arguments).get();
    }
  }
}
