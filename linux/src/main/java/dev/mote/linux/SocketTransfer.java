package dev.mote.linux;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Moves bytes between sockets and the program's memory.
final class SocketTransfer {
  static final int MSG_OOB = 1;
  static final int MSG_PEEK = 2;
  static final int MSG_CTRUNC = 8;
  static final int MSG_TRUNC = 0x20;
  static final int MSG_DONTWAIT = 0x40;
  static final int MSG_EOR = 0x80;
  static final int MSG_WAITALL = 0x100;
  static final int MSG_ERRQUEUE = 0x2000;
  static final int MSG_NOSIGNAL = 0x4000;
  static final int MSG_FASTOPEN = 0x2000_0000;
  static final int MSG_CMSG_CLOEXEC = 0x4000_0000;

  private final Piece piece = new Piece();

  /// What a receive tells beside the bytes.
  static final class Arrival {
    @Nullable SocketAddress source;
    @Nullable Ancillary ancillary;
    boolean truncated;

    /// The receiver has no room for files that came.
    void dropFiles() {
      if (ancillary != null) {
        ancillary.rights().forEach(OpenFile::release);
      }
    }
  }

  /// @return how many bytes, or [Task#BLOCKED]
  long receive(Task task, Socket socket, UserBuffer buffer, int flags, Arrival arrival) {
    if ((flags & MSG_OOB) != 0) {
      throw (socket.kind().isTcp() ? Errno.EINVAL : Errno.EOPNOTSUPP).exception();
    }
    if ((flags & MSG_ERRQUEUE) != 0 && !socket.kind().isLocal()) {
      throw Errno.EAGAIN.exception();
    }
    return socket.kind().hasMessages()
        ? receiveMessage(task, socket, buffer, flags, arrival)
        : receiveStream(task, socket, buffer, flags, arrival);
  }

  private static long waitToReceive(Task task, Socket socket, int flags) {
    if (socket.nonBlocking() || (flags & MSG_DONTWAIT) != 0) {
      throw Errno.EAGAIN.exception();
    }
    return block(task, socket, socket.options().receiveNanos);
  }

  /// Waits for a socket to change.
  ///
  /// @param nanos at most; 0 for ever
  /// @throws ErrnoException EAGAIN if it has waited so long already
  static long block(Task task, Socket socket, long nanos) {
    if (nanos == 0) {
      return task.block(socket.waiters());
    }
    long deadline = task.deadline(nanos);
    if (task.expired()) {
      throw Errno.EAGAIN.exception();
    }
    return task.block(socket.waiters(), deadline);
  }

  private long receiveMessage(
      Task task, Socket socket, UserBuffer buffer, int flags, Arrival arrival) {
    SocketQueue.Segment head = socket.incoming().head();
    if (head == null || socket instanceof DatagramSocket) {
      socket.throwError();
    }
    if (head == null) {
      if (socket.isAtEnd()) {
        return 0;
      }
      socket.requireReceiving();
      return waitToReceive(task, socket, flags);
    }
    int count = (int) Math.min(head.length(), buffer.remaining());
    if (buffer.writable(count) < count) {
      throw Errno.EFAULT.exception();
    }
    boolean peeks = (flags & MSG_PEEK) != 0;
    SocketQueue.Segment message = peeks ? head : socket.incoming().take();
    buffer.scatter(message.bytes(), count);
    arrival.source = message.source;
    arrival.ancillary = handOver(socket, message.ancillary(), peeks);
    arrival.truncated = count < message.length();
    if (!peeks) {
      socket.drained();
    }
    return (flags & MSG_TRUNC) != 0 ? message.length() : count;
  }

  /// The files become the receiver's: they are no longer on their way. A look gives copies.
  private static @Nullable Ancillary handOver(
      Socket socket, @Nullable Ancillary ancillary, boolean peeks) {
    if (ancillary != null && ancillary.hasRights()) {
      if (peeks) {
        ancillary.rights().forEach(OpenFile::retain);
      } else {
        socket.network().inFlight().release(ancillary.rights().size());
      }
    }
    return ancillary;
  }

  private long receiveStream(
      Task task, Socket socket, UserBuffer buffer, int flags, Arrival arrival) {
    if (buffer.remaining() == 0) {
      return receiveNothing(task, socket, flags);
    }
    if ((flags & MSG_PEEK) != 0) {
      return peek(task, socket, buffer, flags, arrival);
    }
    long total = task.progress;
    buffer.advance(total);
    boolean all = (flags & MSG_WAITALL) != 0;
    while (buffer.remaining() > 0) {
      SocketQueue.Segment head = socket.incoming().head();
      if (head == null) {
        if (total > 0 && (!all || isOver(socket, flags))) {
          break;
        }
        if (socket.isFinished()) {
          break;
        }
        socket.throwError();
        if (socket.isAtEnd()) {
          break;
        }
        socket.requireReceiving();
        task.progress = total;
        try {
          return waitToReceive(task, socket, flags);
        } catch (ErrnoException e) {
          return partial(total, e.errno);
        }
      }
      if (total > task.progress && startsAnother(head, arrival)) {
        break;
      }
      int count = Math.min(buffer.writable(Math.min(Piece.SIZE, head.length())), head.length());
      if (count == 0) {
        return partial(total, Errno.EFAULT);
      }
      Ancillary with = handOver(socket, head.ancillary(), false);
      arrival.ancillary = with;
      socket.incoming().read(piece.bytes(), 0, count);
      if ((flags & MSG_TRUNC) != 0 && socket.kind().isTcp()) {
        buffer.advance(count);
      } else {
        buffer.scatter(piece.bytes(), count);
      }
      total += count;
      if ((with != null && with.hasRights()) || task.isStopped()) {
        break;
      }
    }
    socket.drained();
    return total;
  }

  private static boolean isOver(Socket socket, int flags) {
    return socket.nonBlocking()
        || (flags & MSG_DONTWAIT) != 0
        || socket.hasError()
        || socket.isAtEnd();
  }

  /// Whether bytes of one sender end here, or files come with the next ones.
  private static boolean startsAnother(SocketQueue.Segment head, Arrival arrival) {
    Ancillary next = head.ancillary();
    return next != null && (next.hasRights() || !next.joins(arrival.ancillary));
  }

  private long peek(Task task, Socket socket, UserBuffer buffer, int flags, Arrival arrival) {
    SocketQueue.Segment head = socket.incoming().head();
    if (head == null) {
      if (socket.isFinished()) {
        return 0;
      }
      socket.throwError();
      if (socket.isAtEnd()) {
        return 0;
      }
      socket.requireReceiving();
      return waitToReceive(task, socket, flags);
    }
    int count = socket.incoming().peek(piece.bytes(), buffer.writable(Piece.SIZE));
    if (count == 0) {
      throw Errno.EFAULT.exception();
    }
    arrival.ancillary = handOver(socket, head.ancillary(), true);
    buffer.scatter(piece.bytes(), count);
    return count;
  }

  /// Who asks for no bytes waits until there are some.
  private static long receiveNothing(Task task, Socket socket, int flags) {
    if (!socket.incoming().isEmpty() || socket.isFinished()) {
      return 0;
    }
    socket.throwError();
    if (socket.isAtEnd()) {
      return 0;
    }
    socket.requireReceiving();
    return waitToReceive(task, socket, flags);
  }

  private static long partial(long total, Errno error) {
    if (total > 0) {
      return total;
    }
    throw error.exception();
  }

  /// @param to null for the peer
  /// @param ancillary whose files are not retained yet
  /// @return how many bytes, or [Task#BLOCKED]
  long send(
      Task task,
      Socket socket,
      UserBuffer buffer,
      int flags,
      Socket.@Nullable Destination to,
      @Nullable Ancillary ancillary) {
    if ((flags & MSG_OOB) != 0 || (flags & MSG_FASTOPEN) != 0) {
      throw Errno.EOPNOTSUPP.exception();
    }
    try {
      return socket.kind().hasMessages()
          ? sendMessage(task, socket, buffer, flags, to, ancillary)
          : sendStream(task, socket, buffer, flags, to, ancillary);
    } catch (ErrnoException e) {
      if ((flags & MSG_NOSIGNAL) == 0 && socket.kind().type() == Socket.SOCK_STREAM) {
        TransferCalls.signalBrokenPipe(task, e.errno);
      }
      throw e;
    }
  }

  private long sendMessage(
      Task task,
      Socket socket,
      UserBuffer buffer,
      int flags,
      Socket.@Nullable Destination to,
      @Nullable Ancillary ancillary) {
    if (buffer.remaining() > socket.longestMessage()) {
      throw Errno.EMSGSIZE.exception();
    }
    byte[] bytes = new byte[(int) buffer.remaining()];
    if (buffer.gather(bytes, bytes.length) < bytes.length) {
      throw Errno.EFAULT.exception();
    }
    int count = sendWithFiles(socket, bytes, bytes.length, to, ancillary);
    return count == OpenFile.WOULD_BLOCK ? waitToSend(task, socket, flags) : count;
  }

  private static long waitToSend(Task task, Socket socket, int flags) {
    if (socket.nonBlocking() || (flags & MSG_DONTWAIT) != 0) {
      throw Errno.EAGAIN.exception();
    }
    return block(task, socket, socket.options().sendNanos);
  }

  private long sendStream(
      Task task,
      Socket socket,
      UserBuffer buffer,
      int flags,
      Socket.@Nullable Destination to,
      @Nullable Ancillary ancillary) {
    long total = task.progress;
    buffer.advance(total);
    Ancillary with = total > 0 && ancillary != null ? ancillary.withoutRights() : ancillary;
    if (buffer.remaining() == 0) {
      return total > 0 ? total : sendWithFiles(socket, piece.bytes(), 0, to, null);
    }
    while (buffer.remaining() > 0) {
      int length = buffer.gather(piece.bytes(), Piece.SIZE);
      if (length == 0) {
        return partial(total, Errno.EFAULT);
      }
      int count;
      try {
        count = sendWithFiles(socket, piece.bytes(), length, to, with);
      } catch (ErrnoException e) {
        return partial(total, e.errno);
      }
      if (count == OpenFile.WOULD_BLOCK) {
        task.progress = total;
        try {
          return waitToSend(task, socket, flags);
        } catch (ErrnoException e) {
          return partial(total, e.errno);
        }
      }
      with = with == null ? null : with.withoutRights();
      buffer.advance(count);
      total += count;
      if (task.isStopped()) {
        break;
      }
    }
    return total;
  }

  /// Files are retained from here until somebody receives them.
  private static int sendWithFiles(
      Socket socket,
      byte[] bytes,
      int length,
      Socket.@Nullable Destination to,
      @Nullable Ancillary ancillary) {
    if (ancillary == null || !ancillary.hasRights()) {
      return socket.send(bytes, length, to, ancillary);
    }
    List<OpenFile> rights = ancillary.rights();
    rights.forEach(OpenFile::retain);
    try {
      socket.network().send(rights.size());
    } catch (ErrnoException e) {
      rights.forEach(OpenFile::release);
      throw e;
    }
    int count = OpenFile.WOULD_BLOCK;
    try {
      count = socket.send(bytes, length, to, ancillary);
    } finally {
      if (count == OpenFile.WOULD_BLOCK) {
        socket.network().drop(rights);
      }
    }
    return count;
  }

  /// What a socket of the internet is sent with.
  static @Nullable Ancillary plain(Socket socket, Ancillary.Sender self) {
    return socket.kind().isLocal() ? new Ancillary(List.of(), Objects.requireNonNull(self)) : null;
  }
}
