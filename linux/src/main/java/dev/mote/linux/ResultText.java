package dev.mote.linux;

import dev.mote.linux.ArgumentKind.Plain;
import java.nio.ByteBuffer;

/// Writes what a system call returned, and what more there is to say of it.
final class ResultText {
  private ResultText() {}

  /// Results from here to -1 are error numbers.
  private static final long LOWEST_ERROR = -4095;

  /// Most descriptors that are looked through for those that are ready.
  private static final int MAX_POLLED = 1024;

  private static final int F_GETFD = 1;
  private static final int F_GETFL = 3;

  static void write(TraceText text, SystemCall call, SystemCallArguments arguments, long result) {
    if (result < 0 && result >= LOWEST_ERROR) {
      text.add("-1 ").add(ErrnoText.describe(-result));
      return;
    }
    switch (call.result()) {
      case NUMBER -> {
        if (call.name().equals("fcntl")) {
          writeFlags(text, (int) arguments.b(), result);
        } else {
          text.add(result);
        }
      }
      case ADDRESS -> text.address(result);
      case OCTAL -> text.mode((int) result);
      case READY -> writeReady(text, call, arguments, result);
      case NONE -> text.add("?");
    }
  }

  private static void writeFlags(TraceText text, int command, long result) {
    if (command != F_GETFD && command != F_GETFL) {
      text.add(result);
      return;
    }
    text.hex(result);
    if (result != 0 || command == F_GETFL) {
      var names = command == F_GETFD ? FlagNames.CLOSE_ON_EXEC : FlagNames.OPEN;
      text.add(" (flags ");
      names.names().write(text.text, (int) result);
      text.add(")");
    }
  }

  private static void writeReady(
      TraceText text, SystemCall call, SystemCallArguments arguments, long result) {
    text.add(result);
    if (result == 0) {
      text.add(" (Timeout)");
    } else if (call.arguments().getFirst() == Plain.POLLFDS) {
      writePolled(text, arguments.a(), arguments.b());
    } else {
      writeSelected(text, call.arguments().get(4), arguments);
    }
  }

  private static void writePolled(TraceText text, long list, long count) {
    String separator = " ([";
    int shown = 0;
    for (long i = 0; i < Math.min(count, MAX_POLLED); i++) {
      ByteBuffer entry = text.read(list + 8 * i, 8);
      if (entry == null) {
        break;
      }
      int events = Short.toUnsignedInt(entry.getShort(6));
      if (events != 0) {
        text.add(separator);
        if (shown++ == TraceText.SHOWN_MEMBERS) {
          text.add("...");
          break;
        }
        text.add("{fd=").add(entry.getInt(0)).add(", revents=");
        FlagNames.POLL.names().write(text.text, events);
        text.add("}");
        separator = ", ";
      }
    }
    text.add(separator.equals(" ([") ? "" : "])");
  }

  private static void writeSelected(
      TraceText text, ArgumentKind time, SystemCallArguments arguments) {
    String[] names = {"in ", "out ", "exc "};
    var writer = new ArgumentWriter(text, arguments);
    text.add(" (");
    String separator = "";
    for (int i = 0; i < names.length; i++) {
      if (arguments.get(i + 1) != 0) {
        text.add(separator).add(names[i]);
        writer.write(Plain.DESCRIPTOR_SET, i + 1, 0);
        separator = ", ";
      }
    }
    if (arguments.e() != 0) {
      text.add(separator).add("left ");
      writer.write(time, 4, 0);
    }
    text.add(")");
  }
}
