package dev.mote.linux;

import dev.mote.linux.ArgumentKind.At;
import dev.mote.linux.ArgumentKind.Out;
import dev.mote.linux.ArgumentKind.Plain;
import java.util.List;

/// Writes system calls as `strace` does, one line each:
///
/// ```
/// openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3
/// read(3, "root:x:0:0:root:/root:/bin/bash\n"..., 4096) = 123
/// close(7) = -1 EBADF (Bad file descriptor)
/// ```
///
/// A call is written in two steps, since what it is given may be gone after it, and what it returns
/// is not there before: [#entering] takes the arguments up to the first that the call fills in, and
/// [Call#returned] the rest. Nothing that a guest passes makes a line long or throws; a pointer to
/// nowhere is shown as the number that it is.
///
/// Not safe for several threads: those of one guest run one at a time.
final class Trace {
  /// How a trace sees the guest's memory.
  @FunctionalInterface
  interface Memory {
    /// Copies bytes of the guest, as far as they can be read.
    ///
    /// @param gva any number, not only an address of the guest
    /// @return how many of the first `length` bytes of `target` were filled, at least 0
    int read(long gva, byte[] target, int length);
  }

  private final Memory memory;

  Trace(Memory memory) {
    this.memory = memory;
  }

  /// A trace of a guest, which sees what its program could see.
  static Trace of(UserMemory memory) {
    return new Trace((gva, target, length) -> {
      int readable = (int) memory.readableBytes(gva, length);
      memory.read(gva, target, 0, readable);
      return readable;
    });
  }

  /// Begins the line of a call.
  ///
  /// @param number any number, not only that of a call
  Call entering(long number, SystemCallArguments arguments) {
    var call =
        SystemCallTable.of(number)
            .orElseGet(() ->
                new SystemCall(
                    -1, SystemCallTable.name(number), SystemCall.Result.NUMBER, UNKNOWN));
    return new Call(call, arguments);
  }

  /// One call that has begun.
  final class Call {
    private final SystemCall call;
    private final SystemCallArguments arguments;
    private final List<ArgumentKind> kinds;
    private final TraceText text = new TraceText(memory);
    private int written;

    private Call(SystemCall call, SystemCallArguments arguments) {
      this.call = call;
      this.arguments = arguments;
      this.kinds = CommandArguments.of(call, arguments);
      text.add(call.name()).add("(");
      while (written < kinds.size() && !isFilledIn(kinds.get(written))) {
        writeNext(0);
      }
    }

    /// The whole line of a call that has ended.
    ///
    /// @param result what the program gets in RAX, an error number as its negative
    String returned(long result) {
      while (written < kinds.size()) {
        writeNext(result);
      }
      text.add(") = ");
      ResultText.write(text, call, arguments, result);
      return text.toString();
    }

    /// The whole line of a call that does not return.
    String unfinished() {
      while (written < kinds.size()) {
        writeNext(-1);
      }
      return text.add(") = ?").toString();
    }

    private void writeNext(long result) {
      text.add(written == 0 ? "" : ", ");
      new ArgumentWriter(text, arguments).write(kinds.get(written), written, result);
      written++;
    }
  }

  private static final List<ArgumentKind> UNKNOWN =
      List.of(Plain.HEX, Plain.HEX, Plain.HEX, Plain.HEX, Plain.HEX, Plain.HEX);

  private static boolean isFilledIn(ArgumentKind kind) {
    return kind instanceof Out
        || kind == Plain.REMAINING_TIME
        || (kind instanceof At at && isFilledIn(at.kind()));
  }
}
