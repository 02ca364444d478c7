package dev.mote.linux;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// A guest as the layer above talks with it: it runs in stretches, and pauses when it has ended or
/// has sent a message.
///
/// A stretch is [#enter], the rest on the same thread, [#leave].
public interface SpeakingGuest {
  /// A stretch begins on this thread, which must call [#leave] in the end. It waits for one that
  /// another thread is on.
  ///
  /// @param wallNanos time that may pass; [Long#MAX_VALUE] for any
  /// @param cpuNanos CPU time that it may use; [Long#MAX_VALUE] for any
  /// @throws IllegalStateException if the guest is closed
  void enter(long wallNanos, long cpuNanos);

  /// Who is to run the next stretch in place of the calling thread; null if that had better do it
  /// itself. May be called by any thread.
  @Nullable Executor elsewhere();

  /// Gives the program its descriptors and files. Called once, in the first stretch.
  ///
  /// @throws GuestFailure if the setup names what is not there
  void start(StandardStreams streams);

  /// Runs the guest until it ends or has sent a message.
  ///
  /// @return true if it has sent a message ([#message]), false if it has ended ([#ending])
  /// @throws GuestFailure if the host fails
  boolean resume();

  /// Runs the guest until it ends, has sent a message, or waits for one and its other threads, if
  /// it has any, rest; after a second it is taken as it is.
  ///
  /// @return false if it has ended ([#ending])
  /// @throws GuestFailure if the host fails
  boolean resumeToReceive();

  /// Whether there is a message of the guest's that was neither answered nor acknowledged.
  boolean hasSent();

  /// Whether the guest cannot go on without a message.
  boolean isReceiving();

  /// The stretch is over. What asked the guest to stop meanwhile does not concern the next one.
  void leave();

  /// Each output stream takes its limit of bytes anew.
  ///
  /// @return whether something may have been written since this was called last
  boolean renewOutputLimits();

  /// The message that the guest has sent. Valid until the guest is given one or resumed. There is
  /// room for all [#messageLength] bytes of it; the first [#messageLoaded] are there, and
  /// [#copyMessage] has the rest.
  byte[] message();

  int messageLength();

  int messageLoaded();

  /// Copies bytes of the message that are not there yet.
  ///
  /// @param position of the first one in the message
  void copyMessage(int position, byte[] target, int offset, int count);

  /// Gives the guest a message, which is also the answer to the one that it sent.
  ///
  /// @param message its first `length` bytes are the message, but for the part
  /// @param at where in it `count` bytes of `part` from `offset` belong; all is copied
  void give(byte[] message, int length, int at, byte[] part, int offset, int count);

  /// The message that the guest sent is one that nothing answers.
  void acknowledge();

  /// The calling thread runs a host function until [#endHostFunction]: what stops the guest
  /// interrupts it.
  void beginHostFunction();

  void endHostFunction();

  /// What is left of the time of this stretch, in nanoseconds; [Long#MAX_VALUE] for any.
  long remainingNanos();

  /// How the guest ended; null while it has not.
  @Nullable GuestEnding ending();
}
