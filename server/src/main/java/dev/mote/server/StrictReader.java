package dev.mote.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.DirectHandler;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import java.io.UncheckedIOException;

/// The bytes of an HTTP/1.1 connection, strictly as RFC 9112 has them. Helidon reads from here, and
/// leaves to it what it does not check itself: that a request line and the names of fields are made
/// of the characters that they may have; how the chunks of a body are framed, their extensions,
/// their trailers; and that neither a chunk nor a line makes the server keep more than a little of
/// it. A chunk comes to Helidon in pieces, each as if it were a chunk of its own.
///
/// It belongs to the thread of the connection.
final class StrictReader extends DataReader {
  private static final int LONGEST_METHOD = 32;

  /// A chunk's size with its extensions, or one trailer, in bytes.
  private static final int LONGEST_LINE = 4 << 10;

  /// All trailers of a body, in bytes; they are read for nothing.
  private static final int LONGEST_TRAILERS = 16 << 10;

  private static final int LONGEST_PIECE = 64 << 10;

  /// Digits of a chunk's size: what is longer is no size of anything.
  private static final int MOST_DIGITS = 15;

  private enum At {
    /// Wherever no chunk is.
    OUTSIDE,
    /// Within a chunk, of which a piece was announced.
    CHUNK,
    /// Behind the last one.
    TRAILERS,
    /// Behind something that is malformed: nobody knows what comes there.
    LOST
  }

  private boolean inLine; // a request line is looked for
  private boolean inFields;
  private volatile long headSince; // by System.nanoTime, 0 outside of heads
  private At at = At.OUTSIDE;
  private long left; // of the chunk, behind the piece that was announced

  @SuppressWarnings("removal") // one is to be made by a factory, which leaves nothing to override
  StrictReader(DataReader from) {
    super(() -> from.readBuffer().readBytes());
  }

  /// Waits for more. That a client goes within a head, Helidon would take for a fault of the
  /// server's.
  @Override
  public void pullData() {
    try {
      super.pullData();
    } catch (InsufficientDataAvailableException e) {
      if (inFields) {
        throw new CloseConnectionException("the client has gone", e);
      }
      throw e;
    } catch (UncheckedIOException e) {
      if (headSince != 0) { // who looks after it has interrupted it, which closes the connection
        throw new CloseConnectionException("a head does not end", e);
      }
      throw e;
    }
    if (inLine) {
      headBegins();
    }
  }

  private void headBegins() {
    if (headSince == 0) {
      headSince = System.nanoTime() | 1; // never 0
    }
  }

  /// For how long the client has been sending a head, as any thread may ask; 0 if it is not.
  long headNanos() {
    long since = headSince;
    return since == 0 ? 0 : System.nanoTime() - since;
  }

  @Override
  public boolean startsWithNewLine() {
    boolean isEnd = super.startsWithNewLine();
    inFields = !isEnd;
    if (isEnd) {
      headSince = 0;
    }
    return isEnd;
  }

  /// The end of a request line, or of a field's value.
  @Override
  public int findNewLine(int max) {
    if (inFields) {
      return super.findNewLine(max);
    }
    inLine = true;
    if (available() > 0) {
      headBegins();
    }
    int end = super.findNewLine(max);
    inLine = false;
    if (end < max) {
      checkRequestLine(getBuffer(end));
      inFields = true;
    }
    return end;
  }

  /// The end of a field's name.
  @Override
  public int findOrNewLine(byte b, int max) {
    int end = super.findOrNewLine(b, max);
    if (end == 0) {
      throw bad("A field has no name");
    }
    return end;
  }

  private static void checkRequestLine(BufferData line) {
    int method = 0;
    boolean inMethod = true;
    while (line.available() > 0) {
      int c = line.read();
      inMethod &= c != ' ';
      if (inMethod && (++method > LONGEST_METHOD || !isTokenCharacter(c))) {
        throw bad("The method is none");
      }
      if (c < ' ' || c > '~') {
        throw bad("The request line has characters that it must not have");
      }
    }
    if (method == 0) {
      throw bad("The method is missing");
    }
  }

  private static boolean isTokenCharacter(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  /// How much of a chunked body follows; and then, once that was 0, an empty line.
  @Override
  public String readLine() {
    At before = at;
    at = At.LOST; // until it is clear that nothing is malformed
    switch (before) {
      case OUTSIDE -> left = size(line());
      case CHUNK -> {}
      case TRAILERS -> {
        skipTrailers();
        at = At.OUTSIDE;
        return "";
      }
      case LOST -> throw bad("What is behind something malformed cannot be read");
    }
    if (left == 0) {
      at = At.TRAILERS;
      return "0";
    }
    at = At.CHUNK;
    ensureAvailable(); // what is there is handed on at once
    long piece = Math.min(left, Math.min(available(), LONGEST_PIECE));
    left -= piece;
    return Long.toHexString(piece);
  }

  private void skipTrailers() {
    int length = 0;
    for (String trailer = line(); !trailer.isEmpty(); trailer = line()) {
      length += trailer.length();
      if (length > LONGEST_TRAILERS) {
        throw bad("The trailers are too long");
      }
    }
  }

  /// What is behind a chunk.
  @Override
  public void skip(int count) {
    if (at != At.CHUNK) {
      super.skip(count);
    } else if (left == 0) {
      at = At.LOST;
      if (read() != '\r' || read() != '\n') {
        throw bad("A chunk is longer than it said");
      }
      at = At.OUTSIDE;
    }
  }

  /// A piece of a chunk, in particular.
  @Override
  public BufferData readBuffer(int length) {
    BufferData data = getBuffer(length);
    super.skip(length);
    return data;
  }

  private String line() {
    int end;
    try {
      end = super.findNewLine(LONGEST_LINE);
    } catch (IncorrectNewLineException _) {
      throw bad("A line of a chunked body does not end as it must");
    }
    if (end == LONGEST_LINE) {
      throw bad("A line of a chunked body is too long");
    }
    String line = readAsciiString(end);
    super.skip(2);
    return line;
  }

  private static long size(String line) {
    int extension = line.indexOf(';');
    String digits = extension < 0 ? line : line.substring(0, extension).stripTrailing();
    if (digits.isEmpty() || digits.length() > MOST_DIGITS) {
      throw bad("A chunk's size is none");
    }
    for (int i = 0; i < digits.length(); i++) {
      if (Character.digit(digits.charAt(i), 16) < 0 || digits.charAt(i) > 'f') {
        throw bad("A chunk's size is none");
      }
    }
    return Long.parseLong(digits, 16);
  }

  private static RequestException bad(String why) {
    return RequestException.builder()
        .type(DirectHandler.EventType.BAD_REQUEST)
        .message(why)
        .setKeepAlive(false)
        .build();
  }
}
