package dev.mote.functions;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.HostFunctionException;
import dev.mote.MemorySize;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What a CGI program writes to its standard output: lines of a head, an empty line and the body;
/// or the body alone.
///
/// The beginning is held back until there are 64 KiB of a body or a moment is over, so that an
/// answer which is then complete is sent whole; from then on each write of the program goes to the
/// client, and waits for it.
///
/// Thread-safe.
final class ProgramOutput extends OutputStream {
  private static final int MOST_HELD = 64 << 10;
  private static final long MOMENT_NANOS = 50_000_000;

  private final StreamedAnswer pieces;
  private final MemorySize limit;
  private final CgiHead head = new CgiHead(); // this and the rest are guarded by this
  private byte[] held = new byte[1 << 10];
  private int count; // of what is held
  private boolean waits; // somebody will begin to send when the moment is over
  private boolean sends;
  private boolean over;

  /// @param limit of the body
  ProgramOutput(StreamedAnswer pieces, MemorySize limit) {
    this.pieces = pieces;
    this.limit = limit;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    if (over) {
      throw new IOException("the answer is over");
    }
    if (sends) {
      send(bytes, offset, length);
      return;
    }
    int fits = Math.min(length, MOST_HELD + CgiHead.LONGEST - count);
    hold(bytes, offset, fits);
    if (head.isDecided(held, count)) {
      int body = count - head.length();
      if (body >= MOST_HELD || fits < length) {
        begin();
        send(bytes, offset + fits, length - fits);
      } else if (body > 0 && !waits) {
        waits = true;
        Thread.startVirtualThread(this::beginInAMoment);
      }
    }
  }

  private void hold(byte[] bytes, int offset, int length) {
    if (length > held.length - count) {
      held = Arrays.copyOf(held, Math.max(count + length, 2 * held.length));
    }
    System.arraycopy(bytes, offset, held, count, length);
    count += length;
  }

  private void beginInAMoment() {
    long end = System.nanoTime() + MOMENT_NANOS;
    for (long left = MOMENT_NANOS; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    synchronized (this) {
      if (!over && !sends) {
        try {
          begin();
        } catch (IOException _) {
          // The answer knows what was wrong, and the next write fails.
        }
      }
    }
  }

  private void begin() throws IOException {
    sends = true;
    ResponseHead its;
    try {
      its = head();
    } catch (IllegalArgumentException e) {
      pieces.fail(new Fault(Fault.Kind.RESPONSE, String.valueOf(e.getMessage())));
      throw new IOException(e);
    }
    try {
      pieces.start(its);
    } catch (HostFunctionException e) {
      throw new IOException(e);
    }
    send(held, head.length(), count - head.length());
    held = new byte[0];
  }

  private void send(byte[] bytes, int offset, int length) throws IOException {
    try {
      pieces.write(bytes, offset, length);
    } catch (HostFunctionException e) {
      throw new IOException(e);
    }
  }

  /// What the head says; what is there without one if there is none.
  ///
  /// @throws IllegalArgumentException if it is wrong
  private ResponseHead head() {
    long status = 200;
    boolean saysStatus = false;
    boolean saysType = false;
    var pairs = new ArrayList<List<String>>();
    for (String line : head.text(held).split("\r?\n")) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        continue; // there is no head
      }
      String name = Http.lowerCase(line.substring(0, colon));
      String value = line.substring(colon + 1).strip();
      if (name.equals("status")) {
        if (!value.matches("[2-5][0-9][0-9]( .*)?")) {
          throw new IllegalArgumentException(
              "its status is not from 200 to 599: " + Text.quote(value));
        }
        status = Integer.parseInt(value.substring(0, 3));
        saysStatus = true;
      } else {
        pairs.add(List.of(name, value));
        saysType |= name.equals("content-type");
        status = name.equals("location") && !saysStatus ? 302 : status;
      }
    }
    if (!saysType) {
      pairs.add(List.of("content-type", guessedType()));
    }
    return ResponseHead.of(status, pairs);
  }

  /// By as much of the body as there is.
  private String guessedType() {
    int from = head.length();
    var text = CharBuffer.allocate(count - from);
    var result = UTF_8.newDecoder().decode(ByteBuffer.wrap(held, from, count - from), text, over);
    return result.isError() ? "application/octet-stream" : "text/plain; charset=utf-8";
  }

  /// The program has ended.
  ///
  /// @param fault null if it succeeded
  synchronized FunctionResponse end(@Nullable Fault fault) {
    over = true;
    if (sends || pieces.fault() != null || fault != null) {
      return pieces.end(fault == null ? null : FunctionResponse.of(fault));
    }
    return pieces.end(whole());
  }

  private FunctionResponse whole() {
    int from = head.length();
    if (count - from > limit.bytes()) {
      return invalid("its body is larger than " + limit);
    }
    try {
      ResponseHead its = head();
      byte[] body = Arrays.copyOfRange(held, from, count);
      return new FunctionResponse(its.status(), its.headers(), body, null);
    } catch (IllegalArgumentException e) {
      return invalid(String.valueOf(e.getMessage()));
    }
  }

  private static FunctionResponse invalid(String why) {
    return FunctionResponse.of(new Fault(Fault.Kind.RESPONSE, why));
  }

  /// Finds the head of what a program writes while it is written. Each of its lines is a header,
  /// one is Content-Type, Status or Location, and an empty line follows.
  private static final class CgiHead {
    static final int LONGEST = 64 << 10;

    private int line; // where the present line begins
    private int seen; // up to here
    private boolean isTelling;
    private boolean decided;
    private int length;

    /// Whether it is known if there is a head, and where it ends.
    ///
    /// @param count of the bytes there are; they only become more
    boolean isDecided(byte[] bytes, int count) {
      while (!decided && seen < count) {
        if (bytes[seen++] == '\n') {
          lineEnds(new String(bytes, line, seen - 1 - line, ISO_8859_1).stripTrailing());
          line = seen;
        }
        decided |= seen >= LONGEST;
      }
      return decided;
    }

    private void lineEnds(String text) {
      int colon = text.indexOf(':');
      if (text.isEmpty()) {
        length = isTelling ? seen : 0;
        decided = true;
      } else if (colon < 1 || !Http.isToken(text.substring(0, colon))) {
        decided = true;
      } else {
        isTelling |=
            switch (Http.lowerCase(text.substring(0, colon))) {
              case "content-type", "status", "location" -> true;
              default -> false;
            };
      }
    }

    /// Of the head with its empty line; 0 if there is none.
    int length() {
      return length;
    }

    String text(byte[] bytes) {
      return new String(bytes, 0, length, ISO_8859_1);
    }
  }
}
