import org.jspecify.annotations.NullMarked;

/// Functions by HTTP, and the commands that are about them.
@NullMarked
@SuppressWarnings("requires-automatic") // the library of Prometheus has no module descriptors
module dev.mote.server {
  requires static transitive org.jspecify;
  requires transitive dev.mote.functions;
  requires dev.mote;
  requires dev.mote.cli;
  requires dev.mote.json;
  requires dev.mote.values;
  requires io.helidon.common.buffers;
  requires io.helidon.common.socket;
  requires io.helidon.http;
  requires io.helidon.webserver;
  requires io.helidon.webserver.http2;
  requires io.prometheus.metrics.model;
  requires io.prometheus.writer.text;
  requires java.logging;
  requires java.management;
  requires java.net.http;
  requires jdk.management;

  exports dev.mote.server;
}
