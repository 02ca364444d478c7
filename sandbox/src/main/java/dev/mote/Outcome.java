package dev.mote;

import org.jspecify.annotations.Nullable;

/// How a call of a guest function went. Every way is here: a `switch` over it needs no default.
///
/// After a [Returned], an [Failed] or a [Refused] the sandbox takes further calls; after [Ended] it
/// is poisoned.
///
/// @param <T> what the function returns
public sealed interface Outcome<T extends @Nullable Object> {
  /// The function returned.
  record Returned<T extends @Nullable Object>(T value) implements Outcome<T> {}

  /// The function returned an error of its own.
  record Failed<T extends @Nullable Object>(GuestError error) implements Outcome<T> {}

  /// The host refused the call before the guest was entered, or refused to read the result as what
  /// the caller asked for.
  record Refused<T extends @Nullable Object>(Refusal refusal) implements Outcome<T> {}

  /// The program ended, or was ended, before the function returned.
  record Ended<T extends @Nullable Object>(Ending ending) implements Outcome<T> {}

  /// The value.
  ///
  /// @throws CallException the one that matches, if there is none
  default T get() {
    return switch (this) {
      case Returned<T>(T value) -> value;
      case Failed<T>(GuestError error) -> throw new GuestErrorException(error);
      case Refused<T>(Refusal refusal) -> throw new CallRefusedException(refusal);
      case Ended<T>(Ending ending) -> throw new GuestEndedException(ending);
    };
  }
}
