package dev.mote;

import org.jspecify.annotations.Nullable;

/// An error that a guest function returned. Everything in it is the guest's and may say anything.
///
/// @param code for programs: `invalid-argument`, `unknown-function`, `failed`, `panic` are the
///   guest libraries' own
/// @param message for people
/// @param details any value, as [Sandbox#call] reads one into [Object]; null if there are none
public record GuestError(String code, String message, @Nullable Object details) {
  @Override
  public String toString() {
    return code + ": " + message + (details == null ? "" : " (" + details + ")");
  }
}
