package dev.mote.linux;

import org.jspecify.annotations.Nullable;

/// Whether a guest is to stop, and why. What stops one stretch of running never stops the next one,
/// but for the end of all: [GuestEnding.StopReason#CLOSED].
///
/// Thread-safe.
final class StopRequest {
  private volatile GuestEnding.@Nullable StopReason reason; // changed while this is locked
  private boolean running; // this and the rest are guarded by this
  private @Nullable Thread hostFunction; // runs on it, or a call of the guest in one
  private int hostFunctions; // how deeply
  private boolean interrupted; // by us

  GuestEnding.@Nullable StopReason reason() {
    return reason;
  }

  synchronized void begin() {
    running = true;
  }

  synchronized void end() {
    running = false;
    if (reason != GuestEnding.StopReason.CLOSED) {
      reason = null;
    }
  }

  /// The first reason counts.
  ///
  /// @return whether there is something to stop
  synchronized boolean request(GuestEnding.StopReason why) {
    if (!running && why != GuestEnding.StopReason.CLOSED) {
      return false;
    }
    if (reason == null) {
      reason = why;
      interruptHostFunction();
    }
    return true;
  }

  /// A host function may wait for something.
  private void interruptHostFunction() {
    if (hostFunction != null && reason != GuestEnding.StopReason.INTERRUPTED) {
      interrupted = true;
      hostFunction.interrupt();
    }
  }

  /// The calling thread runs a host function until [#endHostFunction].
  synchronized void beginHostFunction() {
    hostFunction = Thread.currentThread();
    hostFunctions++;
    if (reason != null) { // it came while the guest's request was read
      interruptHostFunction();
    }
  }

  synchronized void endHostFunction() {
    if (--hostFunctions > 0) {
      return;
    }
    hostFunction = null;
    if (interrupted) {
      interrupted = false;
      Thread.interrupted(); // it was for the host function only
    }
  }
}
