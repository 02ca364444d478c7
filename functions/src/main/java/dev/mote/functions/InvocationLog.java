package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.Streams;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;

/// What one invocation writes, as lines of its function's log, up to a limit. It belongs to the
/// thread that runs the guest, and after that to the one that waited for it.
final class InvocationLog {
  private static final int LONGEST_LINE = 8 << 10;

  /// With this V8 ends its process by SIGABRT, when its own limit of memory is reached.
  private static final String FULL_HEAP = "JavaScript heap out of memory";

  private final FunctionLog log;
  private final String invocation;
  private final InvocationReport report;
  private final long limit;
  private final LineStream out = new LineStream(FunctionLog.Source.OUT);
  private final LineStream err = new LineStream(FunctionLog.Source.ERR);
  private long written;
  private boolean hasFullHeap;

  /// @param limit in bytes; what is more is cut off, and that is said
  InvocationLog(FunctionLog log, String invocation, InvocationReport report, long limit) {
    this.log = log;
    this.invocation = invocation;
    this.report = report;
    this.limit = limit;
  }

  /// What else is told of it.
  InvocationReport report() {
    return report;
  }

  /// Both outputs go to the log.
  Streams streams(InputStream in) {
    return Streams.of(in, out, err);
  }

  /// The same without input.
  Streams streams() {
    return streams(InputStream.nullInputStream());
  }

  OutputStream errorStream() {
    return err;
  }

  /// Whether the program has said that the memory of its engine is used up: a signal of which it
  /// then dies does not.
  boolean hasFullHeap() {
    return hasFullHeap;
  }

  /// Something to say about the invocation.
  void say(String text) {
    text.lines().forEach(line -> log.add(invocation, FunctionLog.Source.MOTE, line));
  }

  /// Lines that were not ended are.
  void end() {
    out.endLine();
    err.endLine();
  }

  private final class LineStream extends OutputStream {
    private final FunctionLog.Source source;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    LineStream(FunctionLog.Source source) {
      this.source = source;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      for (int i = offset; i < offset + length && written <= limit; i++) {
        written++;
        if (written > limit) {
          endLine();
          say("the log of this invocation ends here: it is longer than " + limit + " bytes");
        } else if (bytes[i] == '\n') {
          add();
        } else {
          line.write(bytes[i]);
          if (line.size() == LONGEST_LINE) {
            add();
          }
        }
      }
    }

    private void endLine() {
      if (line.size() > 0) {
        add();
      }
    }

    private void add() {
      String text = line.toString(UTF_8);
      hasFullHeap |= source == FunctionLog.Source.ERR && text.contains(FULL_HEAP);
      log.add(invocation, source, text);
      line.reset();
    }
  }
}
