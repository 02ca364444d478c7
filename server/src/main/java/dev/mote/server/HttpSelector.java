package dev.mote.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.task.InterruptableTask;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProtocolConfigs;
import io.helidon.webserver.Router;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2ConnectionSelector;
import io.helidon.webserver.http2.Http2UpgradeProvider;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.security.Principal;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Takes every connection: as HTTP/2 (in clear text) if it begins so, or asks for it by an upgrade;
/// else as HTTP/1.1, so that whatever it is gets an answer. Both are Helidon's; HTTP/1.1 is read by
/// a [StrictReader], and of HTTP/2 [Http2Frames] sees every frame.
final class HttpSelector implements ServerConnectionSelector {
  private static final byte[] HTTP2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  private final Http1ConnectionSelector http1;
  private final Http2ConnectionSelector http2;
  private final ClientWatch watch;
  private final long headNanos;

  /// @param watch cuts off who sends a head for longer than there is patience for
  HttpSelector(Http1Config http1, Http2Config http2, ClientWatch watch, Patience patience) {
    this.watch = watch;
    headNanos = patience.silence().toNanos();
    var upgrade = Http2UpgradeProvider.builder().http2Config(http2).build();
    this.http1 =
        Http1ConnectionSelector.builder()
            .config(http1)
            .addUpgrader(new Upgrade(upgrade.create(http2, ProtocolConfigs.create(List.of()))))
            .build();
    this.http2 = Http2ConnectionSelector.builder().http2Config(http2).build();
  }

  @Override
  public int bytesToIdentifyConnection() {
    return 0;
  }

  @Override
  public Support supports(BufferData begin) {
    return Support.SUPPORTED;
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return Set.of("h2", "http/1.1");
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    return new Connection(
        new Context<>(context, new StrictReader(context.dataReader()), Peer.of(context)));
  }

  /// An upgrade whose settings are malformed is none.
  private record Upgrade(Http1Upgrader inner) implements Http1Upgrader {
    @Override
    public String supportedProtocol() {
      return inner.supportedProtocol();
    }

    @Override
    @SuppressWarnings("NullAway") // null is for no upgrade
    public ServerConnection upgrade(
        ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
      try {
        ServerConnection upgraded = inner.upgrade(withFrames(context), prologue, headers);
        ((Peer) context.remotePeer()).upgraded().set(upgraded);
        return upgraded;
      } catch (IllegalArgumentException _) {
        return null;
      }
    }
  }

  /// The frames of the connection that a request came by; null if it is not one of HTTP/2.
  static @Nullable Http2Frames frames(ServerRequest request) {
    return request.prologue().protocolVersion().startsWith("2")
            && request.remotePeer() instanceof Peer peer
        ? peer.frames
        : null;
  }

  /// The same connection, from here on of HTTP/2.
  private static ConnectionContext withFrames(ConnectionContext context) {
    var peer = (Peer) context.remotePeer();
    return new Context<>(context, new FrameReader(context.dataReader(), peer.frames), peer);
  }

  /// Shows what it reads.
  private static final class FrameReader extends DataReader {
    @SuppressWarnings("removal") // as in StrictReader
    FrameReader(DataReader from, Http2Frames frames) {
      super(() -> read(from, frames));
    }

    private static byte[] read(DataReader from, Http2Frames frames) {
      byte[] bytes;
      try {
        bytes = from.readBuffer().readBytes();
      } catch (RuntimeException e) { // its end, or what the socket says
        frames.close();
        throw e;
      }
      frames.see(bytes);
      return bytes;
    }
  }

  /// A connection whose protocol shows when its first bytes have come.
  private final class Connection
      implements ServerConnection, InterruptableTask<Void>, ClientWatch.Watched {
    private final Context<StrictReader> context;
    private final long begun = System.nanoTime();
    private volatile @Nullable ServerConnection known;
    private volatile @Nullable Thread thread;
    private volatile long busy = begun; // when a request was being served, as far as is known

    Connection(Context<StrictReader> context) {
      this.context = context;
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
      thread = Thread.currentThread();
      watch.add(this);
      try {
        ServerConnection connection =
            beginsAsHttp2() ? http2.connection(withFrames(context)) : http1.connection(context);
        known = connection;
        connection.handle(limit);
      } finally {
        watch.remove(this);
        context.remotePeer().frames().close();
      }
    }

    /// Between two requests a client may say nothing for as long as a connection may be idle, but
    /// not before the first, and not in the middle of a head.
    @Override
    public void lookAfter(long nanos) {
      Thread waiting = thread;
      boolean begins = known == null && System.nanoTime() - begun > headNanos;
      if (waiting != null && (begins || context.dataReader().headNanos() > headNanos)) {
        waiting.interrupt();
      }
    }

    private boolean beginsAsHttp2() {
      StrictReader reader = context.dataReader();
      try {
        for (int i = 1; i <= HTTP2.length; i++) {
          BufferData begin = reader.getBuffer(i); // waits for as many
          if (begin.get(i - 1) != HTTP2[i - 1]) {
            return false;
          }
        }
        return true;
      } catch (InsufficientDataAvailableException | UncheckedIOException e) {
        throw new CloseConnectionException("nothing came", e);
      }
    }

    @Override
    public boolean canInterrupt() {
      ServerConnection upgraded = context.remotePeer().upgraded().get();
      ServerConnection speaks = upgraded == null ? known : upgraded;
      return !(speaks instanceof InterruptableTask<?> task) || task.canInterrupt();
    }

    /// Helidon counts from the beginning of the last request, which may have taken long: then a
    /// connection would be closed just behind its answer, when the client may ask again. It asks
    /// often enough to know here when a request was served last.
    @Override
    public Duration idleTime() {
      long now = System.nanoTime();
      ServerConnection connection = known;
      if (connection == null) {
        return Duration.ofNanos(now - begun);
      }
      if (!canInterrupt()) {
        busy = now;
      }
      Duration sinceBusy = Duration.ofNanos(now - busy);
      Duration sinceRequest = connection.idleTime();
      return sinceBusy.compareTo(sinceRequest) < 0 ? sinceBusy : sinceRequest;
    }

    @Override
    public void close(boolean interrupt) {
      ServerConnection connection = known;
      Thread waiting = thread;
      if (connection != null) {
        connection.close(interrupt);
      } else if (waiting != null) {
        waiting.interrupt();
      }
    }
  }

  /// The client, as it is known from the beginning: Helidon asks the socket whenever it is asked,
  /// and that does not know any more when the client has gone.
  ///
  /// @param frames what it sends, if it speaks HTTP/2
  /// @param upgraded what has taken the connection over from HTTP/1.1
  private record Peer(
      SocketAddress address,
      String host,
      int port,
      Http2Frames frames,
      AtomicReference<@Nullable ServerConnection> upgraded)
      implements PeerInfo {
    static Peer of(ConnectionContext context) {
      PeerInfo peer = context.remotePeer();
      try {
        return new Peer(
            peer.address(), peer.host(), peer.port(), new Http2Frames(), new AtomicReference<>());
      } catch (NullPointerException e) {
        throw new CloseConnectionException("the client has gone already", e);
      }
    }

    @Override
    public Optional<Principal> tlsPrincipal() {
      return Optional.empty();
    }

    @Override
    public Optional<Certificate[]> tlsCertificates() {
      return Optional.empty();
    }
  }

  /// A connection that is read by another reader.
  private record Context<R extends DataReader>(
      ConnectionContext inner, R dataReader, Peer remotePeer) implements ConnectionContext {
    @Override
    public ListenerContext listenerContext() {
      return inner.listenerContext();
    }

    @Override
    public ExecutorService executor() {
      return inner.executor();
    }

    @Override
    public DataWriter dataWriter() {
      return inner.dataWriter();
    }

    @Override
    public Router router() {
      return inner.router();
    }

    @Override
    public HelidonSocket serverSocket() {
      return inner.serverSocket();
    }

    @Override
    public PeerInfo localPeer() {
      return inner.localPeer();
    }

    @Override
    public boolean isSecure() {
      return inner.isSecure();
    }

    @Override
    public String socketId() {
      return inner.socketId();
    }

    @Override
    public String childSocketId() {
      return inner.childSocketId();
    }
  }
}
