package dev.mote.functions;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who waits for the answer of one request, whatever transport it is reached by. It is told of an
/// answer that comes in pieces; an answer that is whole is returned by [DeployedFunction#serve].
///
/// What is told is checked: it is begun once, and only then there are pieces. Calls may come from
/// any thread, but one at a time.
public interface Client {
  /// The answer begins.
  ///
  /// @param status of HTTP, from 200 to 599
  /// @param headers checked: their names are tokens in lower case, their values have no control
  ///   characters
  /// @param length of the body in bytes; -1 if it is not known
  /// @throws IOException if the client is gone
  void begin(int status, List<Header> headers, long length) throws IOException;

  /// Sends a piece of the body at once. Returns when it is on its way, so it waits while the client
  /// does not take what was sent before.
  ///
  /// @param length more than zero
  /// @throws IOException if the client is gone
  void write(byte[] bytes, int offset, int length) throws IOException;

  /// Why there is nobody to answer any more, or nothing to answer: the client is gone, or the body
  /// that it sends is not to be taken. Whoever notices interrupts the thread that serves.
  ///
  /// @return null if there is nothing of the kind
  @Nullable Fault fault();

  /// Whether the function waits for bytes of the client, or did when it was stopped.
  boolean isAwaited();
}
