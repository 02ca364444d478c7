package dev.mote.linux;

import dev.mote.linux.SocketAddress.Internet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The ports of one protocol over IPv4 and IPv6, and who has them.
final class Ports {
  /// What the kernel gives out (`ip_local_port_range`).
  private static final int FIRST_EPHEMERAL = 32768;

  private static final int LAST_EPHEMERAL = 60999;

  private final boolean datagrams;
  private final Map<Integer, Port> ports = new HashMap<>();
  private int next = FIRST_EPHEMERAL;

  /// Who has one port.
  ///
  /// @param bound those that asked for it
  /// @param accepted connections of a listener among them, which nobody looks for
  private record Port(Set<Socket> bound, Set<Socket> accepted) {
    Port() {
      this(new LinkedHashSet<>(2), new LinkedHashSet<>(2));
    }
  }

  Ports(boolean datagrams) {
    this.datagrams = datagrams;
  }

  int next() {
    return next;
  }

  void next(int port) {
    next = Math.clamp(port, FIRST_EPHEMERAL, LAST_EPHEMERAL);
  }

  /// Gives a socket an address.
  ///
  /// @param wanted port 0 for any that is free
  /// @throws ErrnoException EADDRINUSE
  Internet bind(Socket socket, Internet wanted) {
    Internet address = wanted.port() == 0 ? wanted.withPort(free(socket, wanted)) : wanted;
    if (wanted.port() != 0 && isTaken(socket, address)) {
      throw Errno.EADDRINUSE.exception();
    }
    add(socket, address);
    return address;
  }

  /// Gives a socket an address that it may have.
  void add(Socket socket, Internet address) {
    port(address).bound.add(socket);
  }

  /// Adds a connection that shares the port of a listener.
  void accept(Socket socket, Internet address) {
    port(address).accepted.add(socket);
  }

  private Port port(Internet address) {
    return ports.computeIfAbsent(address.port(), _ -> new Port());
  }

  private int free(Socket socket, Internet wanted) {
    for (int tries = FIRST_EPHEMERAL; tries <= LAST_EPHEMERAL; tries++) {
      int port = next;
      next = next == LAST_EPHEMERAL ? FIRST_EPHEMERAL : next + 1;
      if (!ports.containsKey(port) || !isTaken(socket, wanted.withPort(port))) {
        return port;
      }
    }
    throw Errno.EADDRINUSE.exception();
  }

  private boolean isTaken(Socket socket, Internet address) {
    Port port = ports.get(address.port());
    return port != null
        && (isTaken(port.bound, socket, address) || isTaken(port.accepted, socket, address));
  }

  private boolean isTaken(Set<Socket> others, Socket socket, Internet address) {
    for (Socket other : others) {
      if (overlap(socket, address, other, other.internet()) && !mayShare(socket, other)) {
        return true;
      }
    }
    return false;
  }

  private boolean mayShare(Socket socket, Socket other) {
    SocketOptions mine = socket.options();
    SocketOptions its = other.options();
    boolean listens = other instanceof StreamSocket stream && stream.isListening();
    return (mine.reusesAddress() && its.reusesAddress() && (datagrams || !listens))
        || (mine.reusesPort() && its.reusesPort());
  }

  /// @throws ErrnoException EADDRINUSE if another listener has the address
  @SuppressWarnings("ReferenceEquality") // the same description
  void requireSoleListener(StreamSocket socket) {
    for (Socket other : at(socket.internet().port())) {
      boolean listens = other instanceof StreamSocket stream && stream.isListening();
      if (other != socket
          && listens
          && overlap(socket, socket.internet(), other, other.internet())
          && !(socket.options().reusesPort() && other.options().reusesPort())) {
        throw Errno.EADDRINUSE.exception();
      }
    }
  }

  private static boolean overlap(Socket socket, Internet mine, Socket other, Internet its) {
    Internet a = mine.unmapped();
    Internet b = its.unmapped();
    if (a.family() == b.family()) {
      return a.isAny() || b.isAny() || a.hasAddressOf(b);
    }
    return a.family() == SocketAddress.AF_INET6
        ? a.isAny() && !socket.options().onlyV6()
        : b.isAny() && !other.options().onlyV6();
  }

  private Set<Socket> at(int number) {
    Port port = ports.get(number);
    return port == null ? Set.of() : port.bound;
  }

  void release(Socket socket, Internet address) {
    Port port = ports.get(address.port());
    if (port != null) {
      port.bound.remove(socket);
      port.accepted.remove(socket);
      if (port.bound.isEmpty() && port.accepted.isEmpty()) {
        ports.remove(address.port());
      }
    }
  }

  /// Who listens there; of several that share the port, each for some of the callers.
  @Nullable StreamSocket listener(Internet destination, int callersPort) {
    List<StreamSocket> found = new ArrayList<>(1);
    int best = 0;
    for (Socket socket : at(destination.port())) {
      int score = score(socket, destination);
      if (socket instanceof StreamSocket stream && stream.isListening() && score >= best) {
        if (score > best) {
          found.clear();
          best = score;
        }
        if (score > 0) {
          found.add(stream);
        }
      }
    }
    return found.isEmpty() ? null : found.get(callersPort % found.size());
  }

  /// Who gets a datagram.
  @Nullable DatagramSocket receiver(Internet destination, Internet source) {
    DatagramSocket found = null;
    int best = 0;
    for (Socket socket : at(destination.port())) {
      int score = score(socket, destination);
      if (score == 0 || !(socket instanceof DatagramSocket datagram)) {
        continue;
      }
      if (datagram.isConnected()) {
        score = datagram.isConnectedTo(source) ? score + 4 : 0;
      }
      if (score > best) {
        best = score;
        found = datagram;
      }
    }
    return found;
  }

  /// How well a socket's address fits: 0 for not at all, more for an exact one.
  private static int score(Socket socket, Internet destination) {
    Internet local = socket.internet().unmapped();
    Internet wanted = destination.unmapped();
    if (local.family() == wanted.family()) {
      return local.hasAddressOf(wanted) ? 3 : local.isAny() ? 2 : 0;
    }
    return local.family() == SocketAddress.AF_INET6 && local.isAny() && !socket.options().onlyV6()
        ? 1
        : 0;
  }

  /// All sockets that listen.
  List<StreamSocket> listeners() {
    List<StreamSocket> found = new ArrayList<>();
    for (Port port : ports.values()) {
      for (Socket socket : port.bound) {
        if (socket instanceof StreamSocket stream && stream.isListening()) {
          found.add(stream);
        }
      }
    }
    return found;
  }
}
