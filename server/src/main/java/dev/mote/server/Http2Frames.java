package dev.mote.server;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Looks at the frames that a client of HTTP/2 sends, and tells a request when its client has taken
/// it back or is gone: Helidon tells that only who writes.
///
/// What is malformed is Helidon's to refuse. Thread-safe: the connection's thread shows the bytes,
/// requests are served by threads of their own.
final class Http2Frames {
  /// What is before the first frame (RFC 9113, 3.4).
  private static final int PREFACE = 24;

  /// Length 3, type 1, flags 1, stream 4 (RFC 9113, 4.1).
  private static final int HEAD = 9;

  private static final int RST_STREAM = 3;

  /// Requests that were taken back before anybody served them; of more the oldest are forgotten.
  private static final int MOST = 200;

  static final String TAKEN_BACK = "it has taken the request back";
  static final String CLOSED = "it has closed its connection";

  private final ByteBuffer head = ByteBuffer.allocate(HEAD);
  private int skipped = PREFACE; // so many bytes more
  private final Map<Integer, Consumer<String>> served = new HashMap<>();
  private final Set<Integer> early = new LinkedHashSet<>();
  private boolean closed;

  /// The client has sent more.
  synchronized void see(byte[] bytes) {
    int at = 0;
    while (at < bytes.length) {
      if (skipped > 0) {
        int some = Math.min(skipped, bytes.length - at);
        skipped -= some;
        at += some;
      } else {
        head.put(bytes[at++]);
        if (!head.hasRemaining()) {
          frame();
          head.clear();
        }
      }
    }
  }

  private void frame() {
    int lengthAndType = head.getInt(0);
    skipped = lengthAndType >>> 8;
    if ((lengthAndType & 0xff) == RST_STREAM) {
      takenBack(head.getInt(5) & Integer.MAX_VALUE); // the highest bit means nothing
    }
  }

  private void takenBack(int stream) {
    Consumer<String> whom = served.remove(stream);
    if (whom != null) {
      whom.accept(TAKEN_BACK);
      return;
    }
    early.add(stream);
    if (early.size() > MOST) {
      early.remove(early.iterator().next());
    }
  }

  /// The client sends nothing any more.
  synchronized void close() {
    closed = true;
    served.values().forEach(whom -> whom.accept(CLOSED));
    served.clear();
  }

  /// A request is served.
  ///
  /// @param gone called at most once, with what the client has done, at once if it has done it
  ///   before; it must not wait
  synchronized void watch(int stream, Consumer<String> gone) {
    if (early.remove(stream)) {
      gone.accept(TAKEN_BACK);
    } else if (closed) {
      gone.accept(CLOSED);
    } else {
      served.put(stream, gone);
    }
  }

  synchronized void unwatch(int stream) {
    served.remove(stream);
  }
}
