package dev.mote.linux;

import dev.mote.linux.SocketAddress.Internet;
import dev.mote.linux.WaitingState.State;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// A socket with connections: TCP, and AF_UNIX of SOCK_STREAM and SOCK_SEQPACKET.
///
/// Two connected sockets refer to each other; what one sends is put in the other's queue. There is
/// no wire between them, so nothing is lost and nothing is on its way.
final class StreamSocket extends Socket {
  /// What a listener accepts by itself at most (`somaxconn`).
  static final int MOST_BACKLOG = 4096;

  private State state = State.NEW;
  private @Nullable StreamSocket peer;
  private SocketAddress peerAddress = new SocketAddress.None();
  private Ancillary.Sender peerOwner = Ancillary.Sender.NOBODY;
  private int backlog;

  /// The other ends of connections that nobody has accepted yet.
  private final ArrayDeque<StreamSocket> arrived = new ArrayDeque<>();

  /// Those who found no room among them.
  private final ArrayDeque<StreamSocket> callers = new ArrayDeque<>();

  /// A `connect` has begun whose result another one will tell.
  private boolean owesResult;

  /// Nobody has accepted this end yet.
  private boolean unaccepted;

  /// The address is not one that the program has asked for.
  private boolean autobound;

  /// The other side has said that it sends no more; from then on a read finds the end.
  private boolean finished;

  /// Somebody was told that there is no room.
  private boolean wantsRoom;

  StreamSocket(Network network, Kind kind, int flags) {
    super(network, kind, flags);
  }

  /// One that was saved.
  StreamSocket(Network network, Kind kind, Entry entry, int flags) {
    super(network, kind, entry, flags);
  }

  State state() {
    return state;
  }

  boolean isListening() {
    return state == State.LISTENING;
  }

  boolean isConnected() {
    return state == State.CONNECTED;
  }

  boolean owesResult() {
    return owesResult;
  }

  void owesResult(boolean value) {
    owesResult = value;
  }

  @Nullable StreamSocket peer() {
    return peer;
  }

  /// Whether somebody has connected whom nobody has accepted.
  boolean hasArrived() {
    return !arrived.isEmpty();
  }

  /// Begins to listen, or changes the backlog.
  void listen(int newBacklog) {
    if (state != State.NEW && state != State.LISTENING && state != State.CLOSED) {
      throw Errno.EINVAL.exception();
    }
    if (kind().isTcp()) {
      if (!isBound()) {
        bind(Internet.any(kind().family(), 0));
      }
      network().streams().requireSoleListener(this);
    } else if (!isBound()) {
      throw Errno.EINVAL.exception();
    }
    backlog = Integer.compareUnsigned(newBacklog, MOST_BACKLOG) > 0 ? MOST_BACKLOG : newBacklog;
    state = State.LISTENING;
    reopen();
    waiters().wake(WRITABLE);
  }

  private boolean isFull() {
    return arrived.size() > backlog;
  }

  /// Connects, or waits in the listener's line.
  ///
  /// @param as the address that the other side has for this one
  /// @return false if there is no room yet
  /// @throws ErrnoException ENOBUFS if there are too many sockets
  boolean connect(StreamSocket listener, SocketAddress as) {
    peerAddress = as;
    if (listener.isFull()) {
      if (kind().isTcp()) {
        state = State.CONNECTING;
        listener.callers.add(this);
      }
      return false;
    }
    establish(listener, as);
    return true;
  }

  /// Both sides of it send SYN at once, which makes a connection.
  void connectToItself(SocketAddress as) {
    peerAddress = as;
    connectedTo(this);
    waiters().wake(WRITABLE);
  }

  private void establish(StreamSocket listener, SocketAddress as) {
    StreamSocket end;
    try {
      end = new StreamSocket(network(), listener.kind(), 0);
    } catch (ErrnoException e) {
      throw Errno.ENOBUFS.exception();
    }
    end.options().inherit(listener.options());
    if (as instanceof Internet address) {
      end.share(address.in(end.kind().family()));
      end.peerAddress = internet().in(end.kind().family());
    } else {
      end.local(listener.local());
      end.peerAddress = local();
    }
    end.owner(listener.owner());
    end.unaccepted = true;
    join(this, end);
    peerAddress = as;
    listener.arrived.add(end);
    listener.waiters().wake(READABLE);
  }

  /// Makes two sockets the ends of a connection.
  static void join(StreamSocket first, StreamSocket second) {
    first.connectedTo(second);
    second.connectedTo(first);
    first.waiters().wake(WRITABLE);
  }

  private void connectedTo(StreamSocket other) {
    peer = other;
    peerOwner = other.owner();
    state = State.CONNECTED;
    reopen();
    if (kind().isLocal()) {
      peerAddress = other.local();
    }
  }

  /// Takes a connection; null if there is none. The caller gets the only reference.
  ///
  /// @throws ErrnoException EINVAL if it does not listen
  @Nullable StreamSocket accept() {
    if (state != State.LISTENING) {
      throw Errno.EINVAL.exception();
    }
    StreamSocket end = arrived.poll();
    if (end == null) {
      return null;
    }
    end.unaccepted = false;
    while (!isFull() && !callers.isEmpty()) {
      StreamSocket caller = callers.remove();
      try {
        caller.establish(this, caller.peerAddress);
      } catch (ErrnoException e) {
        caller.refuse();
      }
    }
    waiters().wake(WRITABLE);
    return end;
  }

  private void refuse() {
    state = State.CLOSED;
    shut(true, true);
    fail(Errno.ECONNREFUSED);
  }

  /// A `connect` that found nobody, of which a later call tells.
  void refuseLater() {
    owesResult = true;
    refuse();
  }

  /// Gives up the connection (`connect` with AF_UNSPEC).
  void disconnect() {
    leave(true);
    state = State.NEW;
    peerAddress = new SocketAddress.None();
    owesResult = false;
    network().drop(incoming().clear());
    finished = false;
    reopen();
    if (autobound) {
      autobound = false;
      unbind();
    }
  }

  /// Gives it a port for a connection.
  void autobind(Internet address) {
    if (!isBound()) {
      bind(address);
      autobound = true;
    } else if (internet().isAny()) {
      local(address.withPort(internet().port())); // what the other side sees
    }
  }

  /// Ends whatever it is in, as the other side will see it.
  private void leave(boolean reset) {
    List<StreamSocket> ends = List.copyOf(arrived);
    arrived.clear();
    ends.forEach(StreamSocket::release);
    List.copyOf(callers).forEach(StreamSocket::refuse);
    callers.clear();
    if (state == State.CONNECTING) {
      network().streams().listeners().forEach(listener -> listener.callers.remove(this));
    }
    StreamSocket other = peer;
    peer = null;
    if (other != null) {
      other.peerLeft(reset);
    }
  }

  private void peerLeft(boolean reset) {
    peer = null;
    if (kind().isLocal()) {
      shut(true, true);
      if (reset) {
        fail(Errno.ECONNRESET);
      }
    } else if (reset) {
      reset();
    } else {
      finish();
    }
  }

  /// The other side has sent FIN.
  private void finish() {
    finished = true;
    shut(true, false);
  }

  @Override
  boolean isFinished() {
    return finished;
  }

  /// The other side has sent RST.
  private void reset() {
    Errno why = finished ? Errno.EPIPE : Errno.ECONNRESET;
    state = State.CLOSED;
    shut(true, true);
    fail(why);
  }

  @Override
  void close() {
    boolean lingers = !kind().isTcp() || options().linger != 0;
    leave(!lingers || unaccepted || !incoming().isEmpty());
    closeSocket();
  }

  @Override
  void shutdown(int how) {
    boolean receiving = how != SHUT_WR;
    boolean sending = how != SHUT_RD;
    if (kind().isTcp()) {
      shutdownTcp(receiving, sending);
      return;
    }
    if (kind().type() == SOCK_SEQPACKET && state == State.NEW) {
      shut(receiving, sending);
      return;
    }
    shut(receiving, sending);
    if (peer != null) {
      peer.shut(sending, receiving);
    }
  }

  private void shutdownTcp(boolean receiving, boolean sending) {
    switch (state) {
      case NEW, CLOSED -> throw Errno.ENOTCONN.exception();
      case LISTENING, CONNECTING -> {
        if (receiving || state == State.CONNECTING) {
          leave(true);
          state = State.NEW;
          waiters().wake(0);
        }
      }
      case CONNECTED -> {
        shut(receiving, sending);
        if (sending && peer != null) {
          peer.finish();
        }
      }
    }
  }

  /// How much the peer's queue may hold.
  private long capacity() {
    StreamSocket other = peer;
    return kind().isTcp() && other != null
        ? options().sendBuffer() + (long) other.options().receiveBuffer()
        : options().sendBuffer();
  }

  @Override
  boolean isSendable() {
    StreamSocket other = peer;
    if (other == null) {
      return true; // at once it fails, or nobody takes it
    }
    long capacity = capacity();
    long used = other.incoming().used();
    boolean low = kind().isTcp() ? used * 3 <= capacity * 2 : used * 4 <= capacity;
    return low && other.incoming().room(capacity) > SocketQueue.MESSAGE_COST;
  }

  @Override
  int longestMessage() {
    return options().sendBuffer() - 32;
  }

  @Override
  int send(byte[] bytes, int length, @Nullable Destination to, @Nullable Ancillary ancillary) {
    if (to != null && kind().isLocal()) {
      throw (state == State.CONNECTED ? Errno.EISCONN : Errno.EOPNOTSUPP).exception();
    }
    if (kind().isTcp()) {
      throwError();
    }
    if (state == State.CONNECTING) {
      return WOULD_BLOCK;
    }
    if (sendShut()) {
      throw Errno.EPIPE.exception();
    }
    throwError();
    if (state != State.CONNECTED) {
      throw (kind().isTcp() ? Errno.EPIPE : Errno.ENOTCONN).exception();
    }
    StreamSocket other = peer;
    if (other == null) {
      reset(); // nobody is there to take it, and says so
      return length;
    }
    int count =
        kind().hasMessages()
            ? sendMessage(other, bytes, ancillary)
            : sendBytes(other, bytes, length, ancillary);
    if (count == WOULD_BLOCK) {
      wantsRoom = true;
    } else {
      other.waiters().wake(READABLE);
    }
    return count;
  }

  private int sendBytes(
      StreamSocket other, byte[] bytes, int length, @Nullable Ancillary ancillary) {
    long room = other.incoming().room(capacity()) - other.incoming().extraCost(ancillary);
    int count = (int) Math.min(length, room);
    if (count <= 0 && length > 0) {
      return WOULD_BLOCK;
    }
    if (count > 0) {
      other.incoming().append(bytes, 0, count, ancillary);
    }
    wantsRoom |= count < length;
    return count;
  }

  private int sendMessage(StreamSocket other, byte[] bytes, @Nullable Ancillary ancillary) {
    return other.incoming().add(bytes, null, ancillary, capacity()) ? bytes.length : WOULD_BLOCK;
  }

  @Override
  void drained() {
    StreamSocket other = peer;
    if (other != null && (kind().isLocal() || other.wantsRoom) && other.isSendable()) {
      other.wantsRoom = false;
      other.waiters().wake(WRITABLE);
    }
  }

  @Override
  void requireReceiving() {
    if (state == State.CONNECTING && kind().isTcp()) {
      return;
    }
    if (state != State.CONNECTED) {
      boolean stream = kind().isLocal() && !kind().hasMessages();
      throw (stream ? Errno.EINVAL : Errno.ENOTCONN).exception();
    }
  }

  @Override
  boolean isAtEnd() {
    return receiveShut() && state != State.LISTENING && state != State.NEW;
  }

  @Override
  SocketAddress peerAddress() {
    boolean over = kind().isTcp() && peer == null && receiveShut() && sendShut();
    if (state != State.CONNECTED || over) {
      throw Errno.ENOTCONN.exception();
    }
    return peerAddress;
  }

  @Override
  Ancillary.Sender peerCredentials() {
    return state == State.LISTENING ? owner() : peerOwner;
  }

  @Override
  int poll() {
    int ready = hasError() ? POLLERR : 0;
    if (state == State.LISTENING) {
      return ready | (arrived.isEmpty() ? 0 : READABLE);
    }
    if (state == State.CONNECTING) {
      return ready;
    }
    boolean both = receiveShut() && sendShut();
    ready |= both || state != State.CONNECTED ? POLLHUP : 0;
    ready |= receiveShut() ? READABLE | POLLRDHUP : 0;
    ready |= incoming().isEmpty() ? 0 : READABLE;
    if (isSendable() || (kind().isTcp() && sendShut())) {
      ready |= WRITABLE | (kind().isLocal() ? POLLWRBAND : 0);
    } else {
      wantsRoom = true;
    }
    return ready;
  }

  WaitingState.Stream saveStream(ToIntFunction<OpenFile> numbers) {
    return new WaitingState.Stream(
        state,
        peer == null ? -1 : numbers.applyAsInt(peer),
        peerAddress.toBytes(),
        WaitingState.Credentials.of(peerOwner),
        backlog,
        arrived.stream().map(numbers::applyAsInt).toList(),
        callers.stream().map(numbers::applyAsInt).toList(),
        owesResult,
        unaccepted,
        autobound,
        finished,
        wantsRoom);
  }

  /// Whether those who wait at a listener that was saved can wait there.
  boolean hasFittingLine() {
    return (arrived.isEmpty() && callers.isEmpty())
        || (isListening()
            && arrived.stream().allMatch(end -> end.unaccepted && end.kind().isLike(kind()))
            && callers.stream()
                .allMatch(caller ->
                    caller.state == State.CONNECTING
                        && kind().isTcp()
                        && caller.kind().isTcp()
                        && caller.peerAddress instanceof Internet));
  }

  /// One that was saved; its queue is its own.
  void load(WaitingState.Stream saved, SocketAddress itsPeer, IntFunction<StreamSocket> find) {
    state = saved.state();
    peerAddress = itsPeer;
    peerOwner = saved.peerOwner().toSender();
    backlog = saved.backlog();
    owesResult = saved.owesResult();
    unaccepted = saved.unaccepted();
    autobound = saved.autobound();
    finished = saved.finished();
    wantsRoom = saved.wantsRoom();
    peer = saved.peer() < 0 ? null : find.apply(saved.peer());
    for (int end : saved.arrived()) {
      arrived.add((StreamSocket) find.apply(end).retain());
    }
    for (int caller : saved.callers()) {
      callers.add(find.apply(caller));
    }
  }
}
