package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_NONBLOCK;
import static dev.mote.linux.OpenFlags.O_RDWR;

import dev.mote.linux.SocketAddress.Internet;
import dev.mote.linux.SocketAddress.Local;
import org.jspecify.annotations.Nullable;

/// A socket of any kind: its address, its options, and what it has been sent.
abstract sealed class Socket extends OpenFile permits StreamSocket, DatagramSocket, RouteSocket {
  static final int SOCK_STREAM = 1;
  static final int SOCK_DGRAM = 2;
  static final int SOCK_RAW = 3;
  static final int SOCK_SEQPACKET = 5;
  static final int SHUT_RD = 0;
  static final int SHUT_WR = 1;
  static final int SHUT_RDWR = 2;

  /// What it is: `socket`'s arguments, without the flags of the type.
  record Kind(int family, int type, int protocol) {
    boolean isLocal() {
      return family == SocketAddress.AF_UNIX;
    }

    /// Whether two sockets of these kinds can be the ends of one connection.
    boolean isLike(Kind other) {
      return isLocal() == other.isLocal() && type == other.type;
    }

    /// UDP.
    boolean isUdp() {
      return (family == SocketAddress.AF_INET || family == SocketAddress.AF_INET6)
          && type == SOCK_DGRAM;
    }

    boolean isTcp() {
      return !isLocal() && type == SOCK_STREAM;
    }

    /// Whether what is sent arrives in the same pieces.
    boolean hasMessages() {
      return type != SOCK_STREAM;
    }
  }

  /// Where something is sent.
  ///
  /// @param socket who has the address; null for an address of the internet
  record Destination(SocketAddress address, @Nullable Socket socket) {}

  private final Network network;
  private final Kind kind;
  private final SocketOptions options;
  private final WaitQueue waiters = new WaitQueue();
  private final SocketQueue incoming;
  private SocketAddress local;
  private @Nullable Errno error;
  private boolean receiveShut;
  private boolean sendShut;

  /// Whoever made it, or whoever called `listen` or `connect`; for the other side.
  private Ancillary.Sender owner = Ancillary.Sender.NOBODY;

  /// @param flags O_NONBLOCK or 0
  /// @throws ErrnoException ENFILE if there are too many
  Socket(Network network, Kind kind, int flags) {
    network.sockets().charge(1, Errno.ENFILE);
    super(network.newEntry(), O_RDWR | (flags & O_NONBLOCK));
    this.network = network;
    this.kind = kind;
    options = new SocketOptions(kind.isTcp());
    incoming = new SocketQueue(network.bytes());
    local = nowhere(kind);
    network.opened(this);
  }

  /// One that was saved.
  Socket(Network network, Kind kind, Entry entry, int flags) {
    network.sockets().charge(1, Errno.ENFILE);
    super(entry, O_RDWR | (flags & ~OpenFlags.O_ACCMODE));
    this.network = network;
    this.kind = kind;
    options = new SocketOptions(kind.isTcp());
    incoming = new SocketQueue(network.bytes());
    local = nowhere(kind);
    network.opened(this);
  }

  private static SocketAddress nowhere(Kind kind) {
    return switch (kind.family()) {
      case SocketAddress.AF_UNIX -> Local.UNNAMED;
      case SocketAddress.AF_NETLINK -> new SocketAddress.Route(0, 0);
      default -> Internet.any(kind.family(), 0);
    };
  }

  final Network network() {
    return network;
  }

  final Kind kind() {
    return kind;
  }

  final SocketOptions options() {
    return options;
  }

  final SocketQueue incoming() {
    return incoming;
  }

  final SocketAddress local() {
    return local;
  }

  /// The address of a socket of the internet.
  final Internet internet() {
    return (Internet) local;
  }

  final void local(SocketAddress address) {
    local = address;
  }

  final Ancillary.Sender owner() {
    return owner;
  }

  final void owner(Ancillary.Sender newOwner) {
    owner = newOwner;
  }

  final boolean isBound() {
    return switch (local) {
      case Local name -> !name.name().isEmpty();
      case Internet address -> address.port() != 0;
      case SocketAddress.Route route -> route.port() != 0;
      case SocketAddress.None _ -> false;
    };
  }

  private Ports ports() {
    return kind.isTcp() ? network.streams() : network.datagrams();
  }

  /// Gives it an address of the internet.
  final void bind(Internet wanted) {
    local = ports().bind(this, wanted);
  }

  /// The address of what a listener accepts.
  final void share(Internet address) {
    local = address;
    ports().accept(this, address);
  }

  /// Takes back the address that it had when it was saved.
  final void rebind(Internet address) {
    local = address;
    ports().add(this, address);
  }

  /// Gives up its address.
  final void unbind() {
    if (isBound()) {
      switch (local) {
        case Local name -> network.release(this, name);
        case Internet address -> ports().release(this, address);
        default -> {}
      }
      local = nowhere(kind);
    }
  }

  /// An error that the next call tells of.
  final void fail(@Nullable Errno newError) {
    error = newError;
    waiters.wake(newError == null ? 0 : POLLERR | READABLE | WRITABLE);
  }

  /// `SO_ERROR`: takes the error; null if there is none.
  final @Nullable Errno takeError() {
    Errno taken = error;
    error = null;
    return taken;
  }

  final void throwError() {
    Errno taken = takeError();
    if (taken != null) {
      throw taken.exception();
    }
  }

  final @Nullable Errno error() {
    return error;
  }

  final boolean hasError() {
    return error != null;
  }

  final boolean receiveShut() {
    return receiveShut;
  }

  final boolean sendShut() {
    return sendShut;
  }

  /// Nothing more is received, or sent; what is shut stays so.
  final void shut(boolean receiving, boolean sending) {
    receiveShut |= receiving;
    sendShut |= sending;
    waiters.wake(READABLE | POLLRDHUP | WRITABLE | POLLHUP);
  }

  final void reopen() {
    receiveShut = false;
    sendShut = false;
  }

  /// Whether a read finds the end.
  boolean isAtEnd() {
    return receiveShut;
  }

  /// Whether the end comes before an error.
  boolean isFinished() {
    return false;
  }

  /// @throws ErrnoException as a receive gives it that finds nothing and can find nothing
  abstract void requireReceiving();

  /// Whether it can be sent to at once; see [#send].
  abstract boolean isSendable();

  /// Sends bytes of a stream, as many as fit, or one message.
  ///
  /// @param bytes of which the first `length` are sent; a message is kept and must be exactly so
  ///   long
  /// @param to null for the peer
  /// @return how many, or [#WOULD_BLOCK]
  abstract int send(
      byte[] bytes, int length, @Nullable Destination to, @Nullable Ancillary ancillary);

  /// The longest message.
  ///
  /// @return in bytes
  abstract int longestMessage();

  /// Something was read: the other side may go on.
  abstract void drained();

  /// The address of the peer.
  ///
  /// @throws ErrnoException ENOTCONN
  abstract SocketAddress peerAddress();

  abstract void shutdown(int how);

  /// `SO_PEERCRED`.
  Ancillary.Sender peerCredentials() {
    return Ancillary.Sender.NOBODY;
  }

  @Override
  int read(byte[] target, int offset, int length) {
    SocketQueue.Segment head = incoming.head();
    if (head == null) {
      if (isFinished()) {
        return 0;
      }
      throwError();
      if (isAtEnd()) {
        return 0;
      }
      requireReceiving();
      return WOULD_BLOCK;
    }
    int count = Math.min(length, head.length());
    if (kind.hasMessages()) {
      SocketQueue.Segment message = incoming.take();
      System.arraycopy(message.bytes(), 0, target, offset, count);
      dropRights(message.ancillary());
    } else {
      dropRights(head.ancillary());
      incoming.read(target, offset, count);
    }
    drained();
    return count;
  }

  private void dropRights(@Nullable Ancillary ancillary) {
    if (ancillary != null && ancillary.hasRights()) {
      network.drop(ancillary.rights());
    }
  }

  @Override
  int write(byte[] source, int offset, int length) {
    if (kind.hasMessages() && length > longestMessage()) {
      throw Errno.EMSGSIZE.exception();
    }
    byte[] bytes = new byte[length];
    System.arraycopy(source, offset, bytes, 0, length);
    return send(bytes, length, null, null);
  }

  @Override
  boolean writesEverything() {
    return !kind.hasMessages();
  }

  @Override
  boolean continues() {
    return false;
  }

  @Override
  WaitQueue waiters() {
    return waiters;
  }

  @Override
  long available() {
    SocketQueue.Segment head = incoming.head();
    return head == null ? 0 : kind.hasMessages() ? head.length() : incoming.bytes();
  }

  /// What is left when the last descriptor is closed.
  final void closeSocket() {
    unbind();
    network.drop(incoming.clear());
    network.closed(this);
  }

  @Override
  FilesState.Open save(int place) {
    return new FilesState.OpenSocket(place, flags());
  }
}
