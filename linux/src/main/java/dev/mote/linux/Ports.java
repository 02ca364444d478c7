package dev.mote.linux;

import dev.mote.linux.SocketAddress.Internet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The ports of one protocol over IPv4 and IPv6, and who has them.
final class Ports {
  /// What the kernel gives out (`ip_local_port_range`).
  private static final int FIRST_EPHEMERAL = 32768;

  private static final int LAST_EPHEMERAL = 60999;

  private final boolean datagrams;
  private final Map<Integer, List<Socket>> sockets = new HashMap<>();
  private int next = FIRST_EPHEMERAL;

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

  /// Adds a socket that shares the port of a listener.
  void add(Socket socket, Internet address) {
    sockets.computeIfAbsent(address.port(), _ -> new ArrayList<>(1)).add(socket);
  }

  private int free(Socket socket, Internet wanted) {
    for (int tries = FIRST_EPHEMERAL; tries <= LAST_EPHEMERAL; tries++) {
      int port = next;
      next = next == LAST_EPHEMERAL ? FIRST_EPHEMERAL : next + 1;
      if (!sockets.containsKey(port) || !isTaken(socket, wanted.withPort(port))) {
        return port;
      }
    }
    throw Errno.EADDRINUSE.exception();
  }

  private boolean isTaken(Socket socket, Internet address) {
    for (Socket other : at(address.port())) {
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

  private List<Socket> at(int port) {
    return sockets.getOrDefault(port, List.of());
  }

  void release(Socket socket, Internet address) {
    List<Socket> all = sockets.get(address.port());
    if (all != null && all.remove(socket) && all.isEmpty()) {
      sockets.remove(address.port());
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
    for (List<Socket> all : sockets.values()) {
      for (Socket socket : all) {
        if (socket instanceof StreamSocket stream && stream.isListening()) {
          found.add(stream);
        }
      }
    }
    return found;
  }
}
