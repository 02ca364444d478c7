import org.jspecify.annotations.NullMarked;

/// Functions by HTTP, and the commands that are about them.
@NullMarked
module dev.mote.server {
  requires static transitive org.jspecify;
  requires transitive dev.mote.functions;
  requires dev.mote;
  requires dev.mote.cli;
  requires dev.mote.json;
  requires dev.mote.values;
  requires io.helidon.common.buffers;
  requires io.helidon.http;
  requires io.helidon.webserver;
  requires java.logging;
  requires java.net.http;

  exports dev.mote.server;
}
