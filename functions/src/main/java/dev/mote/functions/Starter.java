package dev.mote.functions;

/// Makes versions of functions ready to serve, from what is kept of them.
interface Starter {
  /// Makes a version ready. Whatever a version can be made ready from is chosen here, and nobody
  /// else knows.
  ///
  /// @throws FunctionException if it cannot be; the message has what the program said
  FunctionVersion start(FunctionStore.Entry entry);

  /// The settings of a version, without starting it.
  ///
  /// @throws FunctionException if they cannot be read, or are wrong
  FunctionSettings settings(FunctionStore.Entry entry);
}
