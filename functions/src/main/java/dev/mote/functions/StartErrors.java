package dev.mote.functions;

import dev.mote.ProgramException;

/// Why a function's program did not start, for who wrote it: what it said itself comes first.
final class StartErrors {
  private static final String MARK = "; its standard error: ";

  private StartErrors() {}

  static String describe(ProgramException e, FunctionSettings settings) {
    String message = String.valueOf(e.getMessage());
    if (e.kind() == ProgramException.Kind.NOT_READY && !message.contains("TimedOut")) {
      return message.replace(Runtimes.FOLDER + "/", "");
    }
    int said = message.indexOf(MARK);
    if (said >= 0) {
      return message
          .substring(said + MARK.length())
          .replace("file://" + Runtimes.FOLDER + "/", "")
          .replace(Runtimes.FOLDER + "/", "");
    }
    return message.contains("TimedOut")
        ? "it was not ready after " + settings.startTimeout().toMillis() + " ms (start-timeout)"
        : message;
  }
}
