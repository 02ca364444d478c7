package dev.mote.server;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import org.jspecify.annotations.Nullable;

/// Knows the connection whose request the present thread serves, which Helidon does not tell: what
/// comes on it next says whether the client is still there.
final class Connections implements Http1ConnectionListener {
  private static final ThreadLocal<@Nullable DataReader> PRESENT = new ThreadLocal<>();

  @Override
  public void prologue(ConnectionContext connection, HttpPrologue prologue) {
    PRESENT.set(connection.dataReader());
  }

  /// What the client sends, behind the request that this thread serves once its body was read; null
  /// if that cannot be looked at, as on a connection that several requests share.
  static @Nullable DataReader present() {
    return PRESENT.get();
  }
}
