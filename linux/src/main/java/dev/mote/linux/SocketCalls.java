package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_CLOEXEC;
import static dev.mote.linux.OpenFlags.O_NONBLOCK;
import static dev.mote.linux.SocketAddress.AF_INET;
import static dev.mote.linux.SocketAddress.AF_INET6;
import static dev.mote.linux.SocketAddress.AF_NETLINK;
import static dev.mote.linux.SocketAddress.AF_UNIX;

import dev.mote.linux.SocketAddress.Internet;
import dev.mote.linux.SocketAddress.Local;
import org.jspecify.annotations.Nullable;

/// The calls that make sockets and connect them.
final class SocketCalls {
  private static final int IPPROTO_UDP = 17;
  private static final int IPPROTO_MPTCP = 262;
  private static final int NETLINK_ROUTE = 0;
  private static final int TYPE_BITS = 0xf;
  private static final int FLAGS = O_CLOEXEC | O_NONBLOCK;
  private static final int MOST_FAMILIES = 46;

  private final ProcessFiles files;
  private final Network network;

  SocketCalls(ProcessFiles files) {
    this.files = files;
    network = files.tree.network();
  }

  Socket socket(int fd) {
    if (files.descriptors.opened(fd) instanceof Socket socket) {
      return socket;
    }
    throw Errno.ENOTSOCK.exception();
  }

  long socket(int family, int type, int protocol) {
    Socket.Kind kind = kind(family, type, protocol);
    files.descriptors.requireFree();
    Socket socket =
        switch (kind.family()) {
          case AF_NETLINK -> new RouteSocket(network, kind, type);
          default ->
              kind.type() == Socket.SOCK_DGRAM
                  ? new DatagramSocket(network, kind, type)
                  : new StreamSocket(network, kind, type);
        };
    return files.descriptors.add(socket, (type & O_CLOEXEC) != 0);
  }

  static Socket.Kind kind(int family, int type, int protocol) {
    if ((type & ~(TYPE_BITS | FLAGS)) != 0) {
      throw Errno.EINVAL.exception();
    }
    if (family < 0 || family >= MOST_FAMILIES) {
      throw Errno.EAFNOSUPPORT.exception();
    }
    int shape = type & TYPE_BITS;
    return switch (family) {
      case AF_UNIX -> local(shape, protocol);
      case AF_INET, AF_INET6 -> internet(family, shape, protocol);
      case AF_NETLINK -> {
        if (shape != Socket.SOCK_RAW && shape != Socket.SOCK_DGRAM) {
          throw Errno.ESOCKTNOSUPPORT.exception();
        }
        if (protocol != NETLINK_ROUTE) {
          throw Errno.EPROTONOSUPPORT.exception();
        }
        yield new Socket.Kind(family, shape, protocol);
      }
      default -> throw Errno.EAFNOSUPPORT.exception();
    };
  }

  private static Socket.Kind local(int type, int protocol) {
    if (protocol != 0 && protocol != AF_UNIX) {
      throw Errno.EPROTONOSUPPORT.exception();
    }
    return switch (type) {
      case Socket.SOCK_STREAM, Socket.SOCK_DGRAM, Socket.SOCK_SEQPACKET ->
          new Socket.Kind(AF_UNIX, type, 0);
      case Socket.SOCK_RAW -> new Socket.Kind(AF_UNIX, Socket.SOCK_DGRAM, 0);
      default -> throw Errno.ESOCKTNOSUPPORT.exception();
    };
  }

  private static Socket.Kind internet(int family, int type, int protocol) {
    if (protocol < 0 || protocol > IPPROTO_MPTCP) {
      throw Errno.EINVAL.exception();
    }
    return switch (type) {
      case Socket.SOCK_STREAM -> {
        requireProtocol(protocol, SocketOptions.IPPROTO_TCP);
        yield new Socket.Kind(family, type, SocketOptions.IPPROTO_TCP);
      }
      case Socket.SOCK_DGRAM -> {
        requireProtocol(protocol, IPPROTO_UDP);
        yield new Socket.Kind(family, type, IPPROTO_UDP);
      }
      case Socket.SOCK_RAW ->
          throw (protocol == 0 ? Errno.EPROTONOSUPPORT : Errno.EPERM).exception();
      default -> throw Errno.ESOCKTNOSUPPORT.exception();
    };
  }

  private static void requireProtocol(int protocol, int only) {
    if (protocol != 0 && protocol != only) {
      throw Errno.EPROTONOSUPPORT.exception();
    }
  }

  /// Stores two descriptors, 4 bytes each.
  long socketpair(Task task, int family, int type, int protocol, long pair) {
    Socket.Kind kind = kind(family, type, protocol);
    if (!kind.isLocal()) {
      throw Errno.EOPNOTSUPP.exception();
    }
    files.descriptors.requireFree();
    Socket first = local(kind, type);
    Socket second;
    try {
      second = local(kind, type);
    } catch (ErrnoException e) {
      first.release();
      throw e;
    }
    first.owner(files.credentials().sender(task));
    second.owner(files.credentials().sender(task));
    if (first instanceof StreamSocket one && second instanceof StreamSocket other) {
      StreamSocket.join(one, other);
    } else {
      DatagramSocket.join((DatagramSocket) first, (DatagramSocket) second);
    }
    return addPair(task, first, second, (type & O_CLOEXEC) != 0, pair);
  }

  private Socket local(Socket.Kind kind, int flags) {
    return kind.type() == Socket.SOCK_DGRAM
        ? new DatagramSocket(network, kind, flags)
        : new StreamSocket(network, kind, flags);
  }

  private long addPair(Task task, Socket first, Socket second, boolean cloexec, long pair) {
    int one;
    try {
      one = files.descriptors.add(first, cloexec);
    } catch (ErrnoException e) {
      second.release();
      throw e;
    }
    int other = -1;
    try {
      other = files.descriptors.add(second, cloexec);
      task.memory().setInt(pair, one);
      task.memory().setInt(pair + 4, other);
      return 0;
    } catch (ErrnoException e) {
      files.descriptors.close(one);
      if (other >= 0) {
        files.descriptors.close(other);
      }
      throw e;
    }
  }

  /// Copies an address out of the program's memory.
  static byte[] bytes(Task task, long address, int length) {
    if (length < 0 || length > SocketAddress.MOST_BYTES) {
      throw Errno.EINVAL.exception();
    }
    byte[] bytes = new byte[length];
    task.memory().read(address, bytes, 0, length);
    return bytes;
  }

  long bind(Task task, int fd, long address, int length) {
    Socket socket = socket(fd);
    byte[] bytes = bytes(task, address, length);
    switch (socket.kind().family()) {
      case AF_UNIX -> bindLocal(socket, bytes);
      case AF_NETLINK -> bindRoute(task, socket, bytes);
      default -> bindInternet(socket, bytes);
    }
    return 0;
  }

  private static void bindRoute(Task task, Socket socket, byte[] bytes) {
    int port = SocketAddress.Route.of(bytes).port();
    socket.local(new SocketAddress.Route(port == 0 ? task.process().processId() : port, 0));
  }

  private void bindLocal(Socket socket, byte[] bytes) {
    Local name = Local.of(bytes);
    if (socket.isBound() && !name.isPath()) {
      throw Errno.EINVAL.exception();
    }
    if (name.isPath()) {
      Lookup place = DirectoryCalls.lastName(files, ProcessFiles.AT_FDCWD, name.name());
      if (place.exists()) {
        throw Errno.EADDRINUSE.exception();
      }
      if (socket.isBound()) { // only now: Linux makes the file first
        throw Errno.EINVAL.exception();
      }
      if (place.trailingSlash()) {
        throw Errno.ENOENT.exception();
      }
      MemoryDirectory parent = place.changeableParent();
      int mode = FileMode.S_IFSOCK | (0777 & ~files.umask());
      SpecialFile inode = SpecialFile.of(parent.volume, mode, null, () -> 0);
      files.own(inode);
      parent.insert(place.name(), inode);
      Notices.created(parent, place.name(), inode);
      network.bind(inode, socket);
      socket.local(name);
    } else {
      Local wanted = name.name().isEmpty() ? network.freeName() : name;
      network.bind(wanted, socket);
      socket.local(wanted);
    }
  }

  private static void bindInternet(Socket socket, byte[] bytes) {
    int family = socket.kind().family();
    Internet wanted;
    if (family == AF_INET
        && SocketAddress.family(bytes) == SocketAddress.AF_UNSPEC
        && bytes.length >= Internet.BYTES) {
      bytes[0] = AF_INET; // old programs say so of INADDR_ANY
      wanted = Internet.of(bytes, family);
      if (!wanted.isAny()) {
        throw Errno.EAFNOSUPPORT.exception();
      }
    } else {
      wanted = Internet.of(bytes, family);
    }
    boolean group =
        socket.kind().type() == Socket.SOCK_DGRAM && (wanted.isMulticast() || wanted.isBroadcast());
    if (wanted.isMapped() && socket.options().onlyV6()) {
      throw Errno.EINVAL.exception();
    }
    if (!wanted.unmapped().isAny() && !wanted.isLoopback() && !group) {
      throw Errno.EADDRNOTAVAIL.exception();
    }
    if (socket.isBound() || (socket instanceof StreamSocket stream && stream.isConnected())) {
      throw Errno.EINVAL.exception();
    }
    socket.bind(wanted);
  }

  long listen(Task task, int fd, int backlog) {
    if (!(socket(fd) instanceof StreamSocket socket)) {
      throw Errno.EOPNOTSUPP.exception();
    }
    socket.listen(backlog);
    socket.owner(files.credentials().sender(task));
    return 0;
  }

  long accept(Task task, int fd, long address, long length, int flags) {
    if ((flags & ~FLAGS) != 0) {
      throw Errno.EINVAL.exception();
    }
    if (!(socket(fd) instanceof StreamSocket listener)) {
      throw Errno.EOPNOTSUPP.exception();
    }
    files.descriptors.requireFree();
    StreamSocket end = listener.accept();
    if (end == null) {
      if (listener.nonBlocking()) {
        throw Errno.EAGAIN.exception();
      }
      return SocketTransfer.block(task, listener, listener.options().receiveNanos);
    }
    end.changeFlags(flags & O_NONBLOCK);
    try {
      if (address != 0) {
        store(task, peerOf(end).toBytes(), address, length);
      }
    } catch (ErrnoException e) {
      end.release();
      throw e;
    }
    return files.descriptors.add(end, (flags & O_CLOEXEC) != 0);
  }

  private static SocketAddress peerOf(StreamSocket end) {
    try {
      return end.peerAddress();
    } catch (ErrnoException e) {
      throw Errno.ECONNABORTED.exception();
    }
  }

  /// Stores an address, as much as there is room for, and its whole length.
  ///
  /// @param length address of the room, which becomes the length
  static void store(Task task, byte[] bytes, long address, long length) {
    int room = task.memory().getInt(length);
    if (room < 0) {
      throw Errno.EINVAL.exception();
    }
    task.memory().write(address, bytes, 0, Math.min(room, bytes.length));
    task.memory().setInt(length, bytes.length);
  }

  long connect(Task task, int fd, long address, int length) {
    Socket socket = socket(fd);
    byte[] bytes = bytes(task, address, length);
    socket.owner(files.credentials().sender(task));
    if (socket instanceof RouteSocket) {
      return 0;
    }
    if (bytes.length < 2) {
      throw Errno.EINVAL.exception();
    }
    if (SocketAddress.family(bytes) == SocketAddress.AF_UNSPEC) {
      return disconnect(socket);
    }
    return switch (socket) {
      case DatagramSocket datagram -> {
        datagram.connect(destination(socket, bytes));
        yield 0;
      }
      case StreamSocket stream when stream.kind().isTcp() -> connectTcp(task, stream, bytes);
      case StreamSocket stream -> connectLocal(task, stream, bytes);
      case RouteSocket _ -> 0;
    };
  }

  private static long disconnect(Socket socket) {
    switch (socket) {
      case DatagramSocket datagram -> datagram.disconnect();
      case StreamSocket stream when stream.kind().isTcp() -> stream.disconnect();
      default -> throw Errno.EINVAL.exception();
    }
    return 0;
  }

  private long connectTcp(Task task, StreamSocket socket, byte[] bytes) {
    switch (socket.state()) {
      case LISTENING -> throw Errno.EISCONN.exception();
      case CONNECTED -> {
        if (!socket.owesResult()) {
          throw Errno.EISCONN.exception();
        }
        socket.owesResult(false);
        return 0;
      }
      case CONNECTING -> {
        return waitForConnection(task, socket, Errno.EALREADY);
      }
      case CLOSED -> {
        Errno error = socket.takeError();
        boolean owed = socket.owesResult();
        socket.disconnect();
        if (owed) {
          throw (error == null ? Errno.ECONNABORTED : error).exception();
        }
      }
      case NEW -> {}
    }
    Internet to = (Internet) destination(socket, bytes).address();
    socket.autobind(Internet.loopback(to.unmapped().family(), 0).in(socket.kind().family()));
    if (to.port() == socket.internet().port() && to.hasAddressOf(socket.internet())) {
      socket.connectToItself(to);
      if (socket.nonBlocking()) {
        socket.owesResult(true);
        throw Errno.EINPROGRESS.exception();
      }
      return 0;
    }
    StreamSocket listener = network.streams().listener(to, socket.internet().port());
    if (socket.nonBlocking()) {
      if (listener == null) {
        socket.refuseLater();
      } else {
        socket.connect(listener, to);
        socket.owesResult(true);
      }
      throw Errno.EINPROGRESS.exception();
    }
    if (listener == null) {
      socket.disconnect();
      throw Errno.ECONNREFUSED.exception();
    }
    if (socket.connect(listener, to)) {
      return 0;
    }
    socket.owesResult(true);
    return waitForConnection(task, socket, Errno.EINPROGRESS);
  }

  private static long waitForConnection(Task task, StreamSocket socket, Errno later) {
    if (socket.nonBlocking()) {
      throw later.exception();
    }
    try {
      return SocketTransfer.block(task, socket, socket.options().sendNanos);
    } catch (ErrnoException e) {
      throw Errno.EINPROGRESS.exception();
    }
  }

  private long connectLocal(Task task, StreamSocket socket, byte[] bytes) {
    Socket.Destination to = destination(socket, bytes);
    if (!(to.socket() instanceof StreamSocket listener) || !listener.isListening()) {
      throw Errno.ECONNREFUSED.exception();
    }
    switch (socket.state()) {
      case CONNECTED, CLOSED -> throw Errno.EISCONN.exception();
      case LISTENING -> throw Errno.EINVAL.exception();
      case NEW, CONNECTING -> {}
    }
    if (socket.connect(listener, to.address())) {
      return 0;
    }
    if (socket.nonBlocking()) {
      throw Errno.EAGAIN.exception();
    }
    return SocketTransfer.block(task, listener, socket.options().sendNanos);
  }

  /// Who has an address.
  ///
  /// @throws ErrnoException ENETUNREACH beyond the sandbox, ECONNREFUSED if nobody has a name
  Socket.Destination destination(Socket socket, byte[] bytes) {
    return switch (socket.kind().family()) {
      case AF_UNIX -> {
        Local name = Local.of(bytes);
        if (name.name().isEmpty()) {
          throw Errno.EINVAL.exception();
        }
        Socket found = find(name);
        if (found.kind().type() != socket.kind().type()) {
          throw Errno.EPROTOTYPE.exception();
        }
        yield new Socket.Destination(found.local(), found);
      }
      case AF_NETLINK -> new Socket.Destination(new SocketAddress.Route(0, 0), null);
      default -> new Socket.Destination(reach(socket, internet(socket, bytes)), null);
    };
  }

  private Socket find(Local name) {
    Socket found =
        name.isAbstract()
            ? network.find(name)
            : network.find(files.walk(ProcessFiles.AT_FDCWD, name.name(), true).existing().inode);
    if (found == null) {
      throw Errno.ECONNREFUSED.exception();
    }
    return found;
  }

  /// A socket of IPv6 also takes addresses of IPv4.
  private static Internet internet(Socket socket, byte[] bytes) {
    int family = socket.kind().family();
    boolean four = family == AF_INET6 && SocketAddress.family(bytes) == AF_INET;
    Internet address = Internet.of(bytes, four ? AF_INET : family).in(family);
    if (address.isMapped() && socket.options().onlyV6()) {
      throw Errno.ENETUNREACH.exception();
    }
    return address;
  }

  private static Internet reach(Socket socket, Internet address) {
    Internet plain = address.unmapped();
    if (plain.isAny()) {
      return Internet.loopback(plain.family(), address.port()).in(address.family());
    }
    if (plain.isBroadcast()
        && socket.kind().type() == Socket.SOCK_DGRAM
        && !socket.options().broadcasts()) {
      throw Errno.EACCES.exception();
    }
    if (!plain.isLoopback()) {
      throw Errno.ENETUNREACH.exception();
    }
    return address;
  }

  long getsockname(Task task, int fd, long address, long length) {
    store(task, socket(fd).local().toBytes(), address, length);
    return 0;
  }

  long getpeername(Task task, int fd, long address, long length) {
    store(task, socket(fd).peerAddress().toBytes(), address, length);
    return 0;
  }

  long shutdown(int fd, int how) {
    Socket socket = socket(fd);
    if (how < Socket.SHUT_RD || how > Socket.SHUT_RDWR) {
      throw Errno.EINVAL.exception();
    }
    socket.shutdown(how);
    return 0;
  }

  /// The address that a message names; null if it names none.
  Socket.@Nullable Destination destinationOf(Task task, Socket socket, long address, int length) {
    if (address == 0 || (length == 0 && socket.kind().isLocal()) || socket.kind().isTcp()) {
      return null;
    }
    byte[] bytes = bytes(task, address, length);
    if (socket instanceof StreamSocket) {
      return new Socket.Destination(Local.of(bytes), null);
    }
    if (socket.kind().isUdp() && bytes.length >= SocketAddress.LEAST_BYTES) {
      int family = SocketAddress.family(bytes);
      if (socket.kind().family() == AF_INET6) {
        if (family == SocketAddress.AF_UNSPEC) {
          return null; // as if none was given
        }
        if (family != AF_INET6 && family != AF_INET) {
          throw Errno.EINVAL.exception();
        }
      } else if (family == SocketAddress.AF_UNSPEC) {
        bytes[0] = AF_INET; // as it always was
      }
    }
    return destination(socket, bytes);
  }
}
