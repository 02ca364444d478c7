package dev.mote.linux;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes what a guest waits on again. What it reads may be made up: everything is checked, by
/// [IllegalArgumentException] or [ErrnoException].
final class WaitingLoader {
  /// A socket that has no name of its own.
  static final int NO_NAME = -1;

  /// A socket that has an abstract name.
  static final int ABSTRACT = -2;

  private final Network network;
  private final WaitingState state;
  private final Map<Integer, WaitingState.Socket> sockets = new HashMap<>();

  WaitingLoader(Network network, WaitingState state) {
    this.network = network;
    this.state = state;
    for (var socket : state.sockets()) {
      sockets.put(socket.open(), socket);
    }
  }

  /// A socket, not connected yet.
  ///
  /// @param number of the open file
  Socket socket(Entry entry, int flags, int number) {
    WaitingState.Socket saved = sockets.get(number);
    if (saved == null) {
      throw wrong("a socket of no kind");
    }
    Socket.Kind kind = SocketCalls.kind(saved.family(), saved.type(), saved.protocol());
    if (kind.family() == SocketAddress.AF_NETLINK) {
      return new RouteSocket(network, kind, entry, flags);
    }
    return kind.type() == Socket.SOCK_DGRAM
        ? new DatagramSocket(network, kind, entry, flags)
        : new StreamSocket(network, kind, entry, flags);
  }

  /// Puts everything together.
  ///
  /// @param nodes by their numbers
  /// @param open by their numbers; still holding a reference each
  void load(List<Inode> nodes, List<OpenFile> open) {
    for (var socket : state.sockets()) {
      load(socket, nodes, open);
    }
    for (var socket : state.sockets()) {
      checkPeer(find(open, socket.open(), Socket.class));
    }
    for (var notifier : state.notifiers()) {
      find(open, notifier.open(), Notifier.class).load(notifier, nodes);
    }
    for (var epoll : state.epolls()) {
      load(epoll, open);
    }
    if (state.nextPorts().size() == 2) {
      network.streams().next(state.nextPorts().get(0));
      network.datagrams().next(state.nextPorts().get(1));
    }
    network.nextName(state.nextName());
  }

  private void load(WaitingState.Socket saved, List<Inode> nodes, List<OpenFile> open) {
    Socket socket = find(open, saved.open(), Socket.class);
    socket.options().load(saved.options());
    socket.owner(saved.owner().toSender());
    name(socket, saved, nodes);
    socket.shut(saved.receiveShut(), saved.sendShut());
    if (saved.error() != 0) {
      socket.fail(errno(saved.error()));
    }
    for (var message : saved.queue()) {
      load(socket, message, open);
    }
    for (var stream : saved.stream()) {
      StreamSocket it = find(open, saved.open(), StreamSocket.class);
      SocketAddress peer = address(socket.kind(), stream.peerAddress());
      it.load(
          stream,
          peer == null ? new SocketAddress.None() : peer,
          number -> find(open, number, StreamSocket.class));
    }
    for (var datagram : saved.datagram()) {
      DatagramSocket it = find(open, saved.open(), DatagramSocket.class);
      it.load(
          datagram,
          address(socket.kind(), datagram.peerAddress()),
          datagram.peer() < 0 ? null : find(open, datagram.peer(), DatagramSocket.class));
    }
  }

  private void name(Socket socket, WaitingState.Socket saved, List<Inode> nodes) {
    SocketAddress address = address(socket.kind(), saved.local());
    switch (address) {
      case SocketAddress.Internet internet when internet.port() != 0 -> socket.rebind(internet);
      case SocketAddress.Local name -> {
        socket.local(name);
        if (saved.path() == ABSTRACT && name.isAbstract()) {
          network.bind(name, socket);
        } else if (saved.path() >= 0 && saved.path() < nodes.size()) {
          network.bind(nodes.get(saved.path()), socket);
        }
      }
      case null -> {}
      default -> socket.local(address);
    }
  }

  private static @Nullable SocketAddress address(Socket.Kind kind, byte[] bytes) {
    if (bytes.length < 2 || SocketAddress.family(bytes) == SocketAddress.AF_UNSPEC) {
      return null;
    }
    return switch (kind.family()) {
      case SocketAddress.AF_UNIX -> SocketAddress.Local.of(bytes);
      case SocketAddress.AF_NETLINK -> SocketAddress.Route.of(bytes);
      default -> SocketAddress.Internet.of(bytes, kind.family());
    };
  }

  private static Errno errno(int value) {
    for (Errno errno : Errno.values()) {
      if (errno.value == value) {
        return errno;
      }
    }
    throw wrong("the error of a socket");
  }

  private void load(Socket socket, WaitingState.Message message, List<OpenFile> open) {
    var rights = new ArrayList<OpenFile>();
    for (int number : message.rights()) {
      network.inFlight().charge(1, Errno.ETOOMANYREFS);
      rights.add(find(open, number, OpenFile.class).retain());
    }
    Ancillary ancillary =
        message.sender().isEmpty()
            ? packet(socket, message)
            : new Ancillary(rights, message.sender().getFirst().toSender());
    byte[] bytes = message.bytes();
    if (!socket.kind().hasMessages()) {
      if (bytes.length == 0) {
        throw wrong("an empty piece of a stream");
      }
      socket.incoming().append(bytes.clone(), 0, bytes.length, ancillary);
    } else if (!socket
        .incoming()
        .add(bytes.clone(), address(socket.kind(), message.source()), ancillary, Long.MAX_VALUE)) {
      throw wrong("more in sockets than their limit");
    }
  }

  private static @Nullable Ancillary packet(Socket socket, WaitingState.Message message) {
    if (message.packet().isEmpty()) {
      return null;
    }
    var saved = message.packet().getFirst();
    if (address(socket.kind(), saved.destination()) instanceof SocketAddress.Internet to
        && (saved.hops() & ~0xff) == 0
        && (saved.trafficClass() & ~0xff) == 0) {
      return Ancillary.of(new PacketFacts(to, saved.hops(), saved.trafficClass()));
    }
    throw wrong("the header of a datagram");
  }

  /// Two ends of a connection name each other.
  @SuppressWarnings("ReferenceEquality") // the same description
  private static void checkPeer(Socket socket) {
    if (socket instanceof StreamSocket stream) {
      StreamSocket peer = stream.peer();
      boolean mutual = peer == null || (peer.peer() == stream && peer != stream);
      if (!mutual || (peer != null && !peer.kind().isLike(stream.kind()))) {
        throw wrong("the ends of a connection");
      }
      if (!stream.hasFittingLine()) {
        throw wrong("the line of a listener");
      }
    }
  }

  private static void load(WaitingState.Epoll saved, List<OpenFile> open) {
    EpollSet set = find(open, saved.set(), EpollSet.class);
    var watches = new ArrayList<>(saved.watches());
    watches.sort(Comparator.comparingInt(WaitingState.Watch::place));
    for (var watch : watches) {
      OpenFile file = find(open, watch.file(), OpenFile.class);
      if (!file.isWatchable() || file.equals(set)) {
        throw wrong("a watch of what cannot be watched");
      }
      if (file instanceof EpollSet inner) {
        set.requireNoLoop(inner);
      }
      set.restore(file, watch.fd(), watch.events(), watch.data(), watch.place() >= 0);
    }
  }

  private static <T> T find(List<OpenFile> open, int number, Class<T> kind) {
    if (number < 0 || number >= open.size() || !kind.isInstance(open.get(number))) {
      throw wrong("an open file of another kind");
    }
    return kind.cast(open.get(number));
  }

  private static IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("the files of the snapshot: " + what);
  }
}
