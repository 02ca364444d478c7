package dev.mote.linux;

import dev.mote.linux.SocketAddress.Internet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// A socket whose messages each name their destination: UDP, and AF_UNIX of SOCK_DGRAM.
final class DatagramSocket extends Socket {
  /// The longest datagram of UDP over IPv4.
  private static final int LONGEST = 65_507;

  /// How many messages wait at a socket of AF_UNIX (`max_dgram_qlen`).
  private static final int MOST_MESSAGES = 512;

  private @Nullable SocketAddress peerAddress;

  /// The peer of AF_UNIX; null also when it has closed.
  private @Nullable DatagramSocket peer;

  /// Who found this one full and waits; and who has it as peer.
  private final LinkedHashSet<DatagramSocket> crowd = new LinkedHashSet<>();

  private final LinkedHashSet<DatagramSocket> friends = new LinkedHashSet<>();
  private boolean autobound;

  DatagramSocket(Network network, Kind kind, int flags) {
    super(network, kind, flags);
  }

  /// One that was saved.
  DatagramSocket(Network network, Kind kind, Entry entry, int flags) {
    super(network, kind, entry, flags);
  }

  boolean isConnected() {
    return peerAddress != null;
  }

  boolean isConnectedTo(Internet source) {
    return peerAddress instanceof Internet its && its.unmapped().equals(source.unmapped());
  }

  @Nullable DatagramSocket peer() {
    return peer;
  }

  /// Names a peer: it is sent to by default, and only it may send here.
  void connect(Destination to) {
    if (to.socket() instanceof DatagramSocket target) {
      requireAdmission(target);
    }
    disconnect();
    peerAddress = to.address();
    if (to.socket() instanceof DatagramSocket socket) {
      peer = socket;
      socket.friends.add(this);
    } else if (to.address() instanceof Internet address) {
      autobind(source(address));
    }
    waiters().wake(WRITABLE);
  }

  /// Makes two unnamed sockets each other's peers.
  static void join(DatagramSocket first, DatagramSocket second) {
    first.connect(new Destination(second.local(), second));
    second.connect(new Destination(first.local(), first));
  }

  void disconnect() {
    if (peer != null) {
      peer.friends.remove(this);
      peer.crowd.remove(this);
    }
    peer = null;
    peerAddress = null;
    if (autobound) {
      autobound = false;
      unbind();
    }
  }

  private void autobind(Internet address) {
    if (!isBound()) {
      bind(address);
      autobound = true;
    } else if (internet().isAny()) {
      int port = internet().port();
      local(address.withPort(port));
    }
  }

  /// The address that a datagram to there comes from.
  private Internet source(Internet to) {
    Internet own = internet();
    Internet address =
        own.isAny() ? Internet.loopback(to.unmapped().family(), 0).in(kind().family()) : own;
    return address.withPort(own.port());
  }

  @SuppressWarnings("ReferenceEquality") // the same description
  private void requireAdmission(DatagramSocket target) {
    if (target.isConnected() && target.peer != this) {
      throw Errno.EPERM.exception();
    }
  }

  @Override
  int longestMessage() {
    return kind().isLocal() ? options().sendBuffer() - 32 : LONGEST;
  }

  @Override
  int send(byte[] bytes, int length, @Nullable Destination to, @Nullable Ancillary ancillary) {
    if (kind().isLocal()) {
      return sendLocal(bytes, to, ancillary);
    }
    throwError();
    if (sendShut()) {
      throw Errno.EPIPE.exception();
    }
    SocketAddress wanted = to == null ? peerAddress : to.address();
    if (wanted == null) {
      throw Errno.EDESTADDRREQ.exception();
    }
    Internet address = (Internet) wanted;
    if (address.port() == 0) {
      throw Errno.EINVAL.exception();
    }
    if (!isBound()) {
      bind(Internet.any(kind().family(), 0));
    }
    sendInternet(bytes, address, ancillary == null ? null : ancillary.packet());
    return length;
  }

  private void sendInternet(byte[] bytes, Internet address, @Nullable PacketFacts asked) {
    Internet from = source(address);
    if (asked != null && asked.own() != null) {
      if (asked.own().unmapped().family() != address.unmapped().family()) {
        throw Errno.EINVAL.exception();
      }
      from = asked.own().in(kind().family()).withPort(from.port());
    }
    DatagramSocket target = network().datagrams().receiver(address, from);
    if (target == null) {
      if (isConnected()) {
        fail(Errno.ECONNREFUSED);
      }
      return;
    }
    Internet source = from.in(target.kind().family());
    Ancillary with = Ancillary.of(facts(address.in(target.kind().family()), asked));
    long capacity = target.options().receiveBuffer();
    if (!target.receiveShut() && target.incoming().add(bytes, source, with, capacity)) {
      target.waiters().wake(READABLE);
    } // else it is lost, as datagrams are
  }

  private PacketFacts facts(Internet address, @Nullable PacketFacts asked) {
    boolean sixth = address.unmapped().family() == SocketAddress.AF_INET6;
    int hops = asked == null ? -1 : asked.hops();
    int trafficClass = asked == null ? -1 : asked.trafficClass();
    return new PacketFacts(
        address,
        hops < 0 ? options().hops(sixth) : hops,
        trafficClass < 0 ? options().trafficClass(sixth) : trafficClass);
  }

  @SuppressWarnings("ReferenceEquality") // the same description
  private int sendLocal(byte[] bytes, @Nullable Destination to, @Nullable Ancillary ancillary) {
    throwError();
    if (sendShut()) {
      throw Errno.EPIPE.exception();
    }
    DatagramSocket target = to == null ? peer : (DatagramSocket) to.socket();
    if (target == null) {
      boolean gone = isConnected();
      peerAddress = null;
      throw (gone ? Errno.ECONNREFUSED : Errno.ENOTCONN).exception();
    }
    requireAdmission(target);
    if (target.receiveShut()) {
      throw Errno.EPIPE.exception();
    }
    boolean full = target != this && target.isFull();
    if (full || !target.incoming().add(bytes, local(), ancillary, options().sendBuffer())) {
      if (target.incoming().isEmpty() || target == this) {
        throw (target == this ? Errno.EAGAIN : Errno.ENOBUFS).exception();
      }
      target.crowd.add(this);
      return WOULD_BLOCK;
    }
    target.waiters().wake(READABLE);
    return bytes.length;
  }

  private boolean isFull() {
    return incoming().count() > MOST_MESSAGES;
  }

  @Override
  void drained() {
    if (!crowd.isEmpty()) {
      List<DatagramSocket> waiting = List.copyOf(crowd);
      crowd.clear();
      waiting.forEach(socket -> socket.waiters().wake(WRITABLE));
    }
  }

  @Override
  void requireReceiving() {}

  @Override
  boolean isSendable() {
    DatagramSocket target = peer;
    return target == null
        || (!target.isFull()
            && target.incoming().room(options().sendBuffer()) > SocketQueue.MESSAGE_COST);
  }

  @Override
  SocketAddress peerAddress() {
    SocketAddress address = peerAddress;
    if (address == null) {
      throw Errno.ENOTCONN.exception();
    }
    return address;
  }

  @Override
  void shutdown(int how) {
    if (!kind().isLocal() && !isConnected()) {
      throw Errno.ENOTCONN.exception();
    }
    shut(how != SHUT_WR, how != SHUT_RD);
  }

  @Override
  void close() {
    disconnect();
    for (DatagramSocket friend : List.copyOf(friends)) {
      friend.peer = null;
      friend.waiters().wake(WRITABLE);
    }
    friends.clear();
    drained();
    closeSocket();
  }

  @Override
  int poll() {
    int ready = hasError() ? POLLERR : 0;
    ready |= receiveShut() ? READABLE | POLLRDHUP : 0;
    ready |= receiveShut() && sendShut() ? POLLHUP : 0;
    ready |= incoming().isEmpty() ? 0 : READABLE;
    if (isSendable()) {
      ready |= WRITABLE | (kind().isLocal() ? POLLWRBAND : 0);
    } else if (peer != null) {
      peer.crowd.add(this);
    }
    return ready;
  }

  WaitingState.Datagram saveDatagram(ToIntFunction<OpenFile> numbers) {
    return new WaitingState.Datagram(
        peer == null ? -1 : numbers.applyAsInt(peer),
        peerAddress == null ? new byte[0] : peerAddress.toBytes(),
        autobound);
  }

  /// One that was saved.
  void load(
      WaitingState.Datagram saved, @Nullable SocketAddress itsPeer, @Nullable DatagramSocket end) {
    peerAddress = itsPeer;
    peer = end;
    autobound = saved.autobound();
    if (end != null) {
      end.friends.add(this);
    }
  }
}
