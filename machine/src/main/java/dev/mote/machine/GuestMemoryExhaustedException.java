package dev.mote.machine;

/// The guest's memory budget is used up. Ordinary guests cause it, so it carries no stack trace.
public final class GuestMemoryExhaustedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  GuestMemoryExhaustedException(String message) {
    super(message, null, false, false);
  }
}
