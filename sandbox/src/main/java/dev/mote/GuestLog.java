package dev.mote;

import dev.mote.values.MessageReader;
import dev.mote.values.ValueException;

/// Hands the log records of a guest on to the logger `dev.mote.guest`, up to a limit of bytes for
/// each call.
final class GuestLog {
  private static final System.Logger LOGGER = System.getLogger("dev.mote.guest");

  private static final System.Logger.Level[] LEVELS = {
    System.Logger.Level.TRACE,
    System.Logger.Level.DEBUG,
    System.Logger.Level.INFO,
    System.Logger.Level.WARNING,
    System.Logger.Level.ERROR
  };

  /// More was logged than may be.
  static final class LimitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Ending ending;

    LimitException(Ending ending) {
      super("log limit");
      this.ending = ending;
    }

    Ending ending() {
      return ending;
    }
  }

  private final long limit;
  private long bytes;

  GuestLog(long limit) {
    this.limit = limit;
  }

  void reset() {
    bytes = 0;
  }

  /// Reads a record, behind its kind.
  ///
  /// @throws ValueException if it is malformed
  /// @throws LimitException if the call has logged too much
  void record(MessageReader in, int fields) {
    Conversation.requireFields(fields, 3, 3);
    long level = in.integer();
    if (level < 0 || level >= LEVELS.length) {
      throw new ValueException(ValueException.Reason.MALFORMED, "there is no log level " + level);
    }
    String message = in.text();
    in.end();
    bytes += message.length() + 1L;
    if (bytes > limit) {
      throw new LimitException(new Ending.LimitExceeded("log records", MemorySize.ofBytes(limit)));
    }
    LOGGER.log(LEVELS[(int) level], printable(message));
  }

  /// A record of the guest's stays one line, and moves no cursor.
  private static String printable(String message) {
    if (message.chars().noneMatch(Character::isISOControl)) {
      return message;
    }
    var text = new StringBuilder();
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      if (Character.isISOControl(c) && c != '\t') {
        text.append("\\u%04x".formatted((int) c));
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }
}
