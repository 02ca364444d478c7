package dev.mote;

import dev.mote.Conversation.Answer;
import dev.mote.GuestFunctions.Function;
import dev.mote.values.Decoder;
import dev.mote.values.ValueException;
import java.lang.reflect.Type;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One call of a guest function with arguments and a result of any kind.
final class GuestCall {
  private GuestCall() {}

  /// @param result what the value is read as
  @SuppressWarnings("unchecked") // the value is read as what the caller asks for
  static <T extends @Nullable Object> Outcome<T> make(
      Conversation conversation, String name, Type result, @Nullable Object... arguments) {
    try {
      return (Outcome<T>) make(conversation, function(conversation, name), result, arguments);
    } catch (CallRefusedException e) {
      return new Outcome.Refused<>(e.refusal());
    }
  }

  private static Function function(Conversation conversation, String name) {
    Function function = conversation.functions().find(name);
    if (function == null) {
      throw new CallRefusedException(
          new Refusal(
              Refusal.Reason.UNKNOWN_FUNCTION,
              name,
              "the guest offers no function of this name, only "
                  + conversation.functions().names()));
    }
    return function;
  }

  private static Outcome<?> make(
      Conversation conversation, Function function, Type result, @Nullable Object... arguments) {
    Decoder decoder = decoder(function, result);
    conversation.begin(function, arguments.length);
    try {
      for (int i = 0; i < arguments.length; i++) {
        try {
          function.encoder(i).write(arguments[i], conversation.out);
        } catch (ValueException e) {
          throw refused(function, i, e);
        }
      }
      Answer answer = conversation.exchange(function);
      if (answer != Answer.VALUE) {
        return outcome(failure(conversation, answer));
      }
      Object value = decoder.read(conversation.in);
      conversation.in.end();
      return new Outcome.Returned<@Nullable Object>(value);
    } catch (ValueException e) {
      return outcome(unread(conversation, function, e));
    } finally {
      conversation.end();
    }
  }

  private static Outcome<?> outcome(CallException e) {
    return switch (e) {
      case GuestErrorException error -> new Outcome.Failed<>(error.error());
      case CallRefusedException refused -> new Outcome.Refused<>(refused.refusal());
      case GuestEndedException ended -> new Outcome.Ended<>(ended.ending());
    };
  }

  /// Why an exchange gave no value.
  static CallException failure(Conversation conversation, Answer answer) {
    return switch (answer) {
      case ERROR -> new GuestErrorException(conversation.error());
      case ENDED -> new GuestEndedException(Objects.requireNonNull(conversation.ending()));
      case VALUE -> throw new AssertionError("there is a value");
    };
  }

  private static Decoder decoder(Function function, Type result) {
    try {
      return function.decoder(result);
    } catch (ValueException e) {
      throw new CallRefusedException(
          new Refusal(Refusal.Reason.WRONG_TYPE, function.name(), "the result: " + e.getMessage()));
    }
  }

  /// The result cannot be read as what the caller asks for.
  static CallException unread(Conversation conversation, Function function, ValueException e) {
    return conversation.breaksDeclaration(function)
        ? failure(conversation, Answer.ENDED)
        : new CallRefusedException(
            new Refusal(reason(e), function.name(), "the result: " + e.getMessage()));
  }

  /// An argument cannot be sent.
  static CallRefusedException refused(Function function, int argument, ValueException e) {
    return new CallRefusedException(
        new Refusal(
            reason(e),
            function.name(),
            "argument '%s': %s".formatted(function.parameterName(argument), e.getMessage())));
  }

  private static Refusal.Reason reason(ValueException e) {
    return switch (e.reason()) {
      case WRONG_TYPE -> Refusal.Reason.WRONG_TYPE;
      case OUT_OF_RANGE -> Refusal.Reason.OUT_OF_RANGE;
      case TOO_LARGE -> Refusal.Reason.TOO_LARGE;
      case TOO_DEEP -> Refusal.Reason.TOO_DEEP;
      case MALFORMED -> Refusal.Reason.INVALID_VALUE;
    };
  }
}
