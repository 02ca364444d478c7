package dev.mote.server;

import dev.mote.functions.Client;
import dev.mote.functions.Fault;
import dev.mote.functions.Header;
import dev.mote.functions.InvocationReport;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The client of one request while a function serves it: takes the answer in pieces, and is noticed
/// to be gone.
///
/// A thread of its own reads what the client sends meanwhile: the rest of the body, if it is not
/// whole, and after that nothing should come but the end of the connection, or another request,
/// which stays where it is. For a request whose body is whole that thread begins only when the
/// request takes long ([ClientWatch]). It cannot be called back from its read, so whoever serves
/// the connection waits for it before the next request, which is what it waits for itself.
final class Caller implements Client, ClientWatch.Watched {
  /// How long the rest of a body that nobody wants is read for nothing.
  private static final long DROP_SECONDS = 5;

  private final Exchange exchange;
  private final long receiveNanos;
  private final long stallNanos;
  private final long silenceNanos;
  private final @Nullable DataReader next;
  private final Thread server = Thread.currentThread();
  private @Nullable OutputStream out; // of the answer; null if its body is not sent
  private long announced; // bytes of its body
  private long written;
  private volatile @Nullable Upload upload;
  private @Nullable CountDownLatch reading; // this and the rest are guarded by this
  private @Nullable Thread writer; // at this moment
  private long writingSince;
  private long since = System.nanoTime(); // when it began to be received, and then served
  private boolean received;
  private boolean over;
  private boolean reusable = true; // the connection, for another request
  private @Nullable Fault fault;

  /// Of the request that the present thread serves.
  ///
  /// @param next what the client sends behind its request; null if that cannot be looked at
  Caller(Exchange exchange, @Nullable DataReader next) {
    this.exchange = exchange;
    this.next = next;
    receiveNanos = exchange.patience().body().toNanos() * 3 / 2;
    stallNanos = exchange.patience().stall().toNanos();
    silenceNanos = exchange.patience().silence().toNanos();
  }

  /// Begins to read the rest of a body.
  ///
  /// @param most bytes that it may have
  Upload upload(InputStream from, long most) {
    var begun = new Upload(from, most, this::giveUp);
    upload = begun;
    read();
    return begun;
  }

  /// The body has come, as far as it must before the request is served.
  synchronized void received() {
    received = true;
    since = System.nanoTime();
  }

  /// Looks after a request that has been served for so long: begins to watch whether the client is
  /// still there, and gives it up if it takes nothing of what is written, or sends nothing of what
  /// it has announced, for long.
  @Override
  public synchronized void lookAfter(long nanos) {
    long now = System.nanoTime();
    if (!received) {
      if (now - since > receiveNanos) {
        server.interrupt(); // which closes the connection that it reads from
      }
      return;
    }
    Upload body = upload;
    if (body != null && body.isStalled(silenceNanos)) {
      giveUp(new Fault(Fault.Kind.SLOW, "nothing of its body came for long"));
    }
    if (!over && reading == null && next != null && now - since > nanos) {
      read();
    }
    if (writer != null && now - writingSince > stallNanos) {
      giveUp(new Fault(Fault.Kind.CLIENT_GONE, "it takes nothing of the answer"));
      writer.interrupt(); // which closes the connection
    }
  }

  private synchronized void read() {
    var done = new CountDownLatch(1);
    reading = done;
    Thread.ofVirtual()
        .name("mote-client")
        .start(() -> {
          try {
            reusable(receive());
          } finally {
            done.countDown();
          }
        });
  }

  private synchronized void reusable(boolean its) {
    reusable = its;
  }

  private synchronized boolean isOver() {
    return over;
  }

  /// @return whether the connection is good for another request
  private boolean receive() {
    Upload body = upload;
    if (body != null && !body.receive()) {
      return false;
    }
    while (next != null && !isOver()) {
      try {
        next.ensureAvailable();
        return true; // another request, which comes later
      } catch (InsufficientDataAvailableException _) {
        giveUp(new Fault(Fault.Kind.CLIENT_GONE, "it has closed its connection"));
        return false;
      } catch (RuntimeException _) { // Helidon's, around what the socket says
        giveUp(new Fault(Fault.Kind.CLIENT_GONE, "its connection broke"));
        return false;
      }
    }
    return true;
  }

  /// The client was seen to go, by another thread.
  ///
  /// @param how as in "it has closed its connection"
  void gone(String how) {
    giveUp(new Fault(Fault.Kind.CLIENT_GONE, how));
  }

  /// There is nobody to answer, or nothing: whoever serves shall stop.
  private synchronized void giveUp(Fault why) {
    if (!over && fault == null) {
      fault = why;
      server.interrupt();
    }
  }

  @Override
  public synchronized @Nullable Fault fault() {
    return fault;
  }

  @Override
  public boolean isAwaited() {
    Upload body = upload;
    return body != null && body.isAwaited();
  }

  @Override
  public void begin(int status, List<Header> headers, long length) throws IOException {
    try {
      exchange.head(status, headers);
      InvocationReport report = exchange.notes().report;
      if (report != null) {
        exchange.response().header("server-timing", FunctionRoute.timing(report));
      }
      announced = length;
      if (exchange.hasBody(status)) {
        if (length >= 0) {
          exchange.response().contentLength(length);
        }
        out = exchange.response().outputStream();
        exchange.notes().isStreamed = true;
      }
    } catch (RuntimeException e) {
      throw broken(e);
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    written += length;
    OutputStream to = out;
    if (to == null) {
      return;
    }
    writes(Thread.currentThread());
    try {
      to.write(bytes, offset, length);
      to.flush();
    } catch (IOException | RuntimeException e) { // Helidon wraps what the socket says
      throw broken(e);
    } finally {
      writes(null);
    }
  }

  private synchronized void writes(@Nullable Thread thread) {
    writer = thread;
    writingSince = System.nanoTime();
  }

  private IOException broken(Exception e) {
    if (Thread.currentThread().isInterrupted()) { // the function was stopped while it waited
      return new IOException("interrupted", e);
    }
    giveUp(new Fault(Fault.Kind.CLIENT_GONE, "it takes no more of the answer"));
    return new IOException("the client is gone", e);
  }

  /// The answer that was begun is complete. What was written to the client is ended by Helidon,
  /// once the request is served.
  void complete() {
    if (out == null) {
      exchange.sendHead(Math.max(announced, written));
    }
  }

  /// The request is served, but for its answer. Nobody gives up any more, and nobody is interrupted
  /// for it.
  void end() {
    boolean reads;
    synchronized (this) {
      over = true;
      reads = reading != null;
      if (fault != null) {
        Thread.interrupted(); // it was for the function
      }
    }
    Upload body = upload;
    if (body != null) {
      body.drop();
    }
    if (reads) {
      exchange.response().whenSent(this::awaitNext);
    } else if (exchange.notes().isStreamed && exchange.closesAfter()) {
      exchange
          .response()
          .whenSent(() -> {
            throw closed("it was to be");
          });
    }
  }

  /// Waits until nobody reads from the connection any more, which now is to have another request.
  private void awaitNext() {
    CountDownLatch done;
    synchronized (this) {
      done = Objects.requireNonNull(reading);
    }
    Upload body = upload;
    boolean isWhole = body == null || body.drop();
    try {
      if (!isWhole && !done.await(DROP_SECONDS, TimeUnit.SECONDS)) {
        throw closed("the rest of the body does not end");
      }
      if (exchange.closesAfter()) {
        throw closed("it was to be");
      }
      if (!done.await(exchange.patience().idle().toMillis(), TimeUnit.MILLISECONDS)) {
        throw closed("no other request came");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw closed("the server is stopping");
    }
    synchronized (this) {
      if (!reusable) {
        throw closed("the request has no end");
      }
    }
  }

  private static CloseConnectionException closed(String why) {
    return new CloseConnectionException("the connection is closed: " + why);
  }
}
