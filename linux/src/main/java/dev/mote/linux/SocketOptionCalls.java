package dev.mote.linux;

import static dev.mote.linux.SocketOptions.IPPROTO_TCP;
import static dev.mote.linux.SocketOptions.SOL_SOCKET;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// `getsockopt` and `setsockopt`.
final class SocketOptionCalls {
  private static final int SO_TYPE = 3;
  private static final int SO_ERROR = 4;
  private static final int SO_LINGER = 13;
  private static final int SO_PEERCRED = 17;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_SNDTIMEO = 21;
  private static final int SO_BINDTODEVICE = 25;
  private static final int SO_PEERNAME = 28;
  private static final int SO_ACCEPTCONN = 30;
  private static final int SO_PROTOCOL = 38;
  private static final int SO_DOMAIN = 39;
  private static final int SO_COOKIE = 57;
  private static final int SO_RCVTIMEO_NEW = 66;
  private static final int SO_SNDTIMEO_NEW = 67;
  private static final int TCP_INFO = 11;
  private static final int TCP_CONGESTION = 13;
  private static final int TCP_INFO_BYTES = 232;
  private static final int LONGEST_NAME = 16;
  private static final byte[] CONGESTION = name("cubic");

  private static final int TCP_ESTABLISHED = 1;
  private static final int TCP_SYN_SENT = 2;
  private static final int TCP_FIN_WAIT2 = 5;
  private static final int TCP_CLOSE = 7;
  private static final int TCP_CLOSE_WAIT = 8;
  private static final int TCP_LISTEN = 10;

  private final SocketCalls sockets;

  SocketOptionCalls(SocketCalls sockets) {
    this.sockets = sockets;
  }

  private static byte[] name(String text) {
    return java.util.Arrays.copyOf(text.getBytes(StandardCharsets.ISO_8859_1), LONGEST_NAME);
  }

  long set(Task task, int fd, int level, int name, long value, int length) {
    Socket socket = sockets.socket(fd);
    if (length < 0) {
      throw Errno.EINVAL.exception();
    }
    UserMemory memory = task.memory();
    if (level == IPPROTO_TCP && name == TCP_CONGESTION && socket.kind().isTcp()) {
      setCongestion(memory, value, length);
      return 0;
    }
    if (level == SOL_SOCKET && name == SO_BINDTODEVICE) {
      setDevice(memory, value, length);
      return 0;
    }
    boolean small = level == SocketOptions.IPPROTO_IP && length > 0 && length < Integer.BYTES;
    if (length < Integer.BYTES && !small) {
      throw Errno.EINVAL.exception();
    }
    int number = small ? memory.getByte(value) & 0xff : memory.getInt(value);
    if (level != SOL_SOCKET) {
      setNumber(socket, level, name, number);
      return 0;
    }
    switch (name) {
      case SO_LINGER -> setLinger(memory, socket, number, value, length);
      case SO_RCVTIMEO, SO_RCVTIMEO_NEW ->
          socket.options().receiveNanos = timeout(memory, value, length);
      case SO_SNDTIMEO, SO_SNDTIMEO_NEW ->
          socket.options().sendNanos = timeout(memory, value, length);
      case SO_TYPE, SO_ERROR, SO_PROTOCOL, SO_DOMAIN, SO_ACCEPTCONN ->
          throw Errno.ENOPROTOOPT.exception();
      default -> setNumber(socket, level, name, number);
    }
    return 0;
  }

  private static void setNumber(Socket socket, int level, int name, int value) {
    if (socket.kind().isLocal() && level != SOL_SOCKET) {
      throw Errno.EOPNOTSUPP.exception();
    }
    requireFamily(socket, level);
    boolean late = level == SocketOptions.IPPROTO_IPV6 && name == SocketOptions.IPV6_V6ONLY;
    if (late && (socket.kind().family() != SocketAddress.AF_INET6 || socket.isBound())) {
      throw (socket.isBound() ? Errno.EINVAL : Errno.ENOPROTOOPT).exception();
    }
    socket.options().set(level, name, value);
  }

  /// Options of IPv6 are no business of a socket of IPv4; the other way round they are.
  private static void requireFamily(Socket socket, int level) {
    if (level == SocketOptions.IPPROTO_IPV6 && socket.kind().family() != SocketAddress.AF_INET6) {
      throw Errno.ENOPROTOOPT.exception();
    }
  }

  private static void setCongestion(UserMemory memory, long value, int length) {
    if (length < 1) {
      throw Errno.EINVAL.exception();
    }
    byte[] wanted = new byte[LONGEST_NAME];
    memory.read(value, wanted, 0, Math.min(length, LONGEST_NAME - 1));
    String text = new String(wanted, StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\0');
    String known = text.substring(0, end < 0 ? text.length() : end);
    if (!known.equals("cubic") && !known.equals("reno")) {
      throw Errno.ENOENT.exception();
    }
  }

  private static void setDevice(UserMemory memory, long value, int length) {
    byte[] wanted = new byte[LONGEST_NAME];
    memory.read(value, wanted, 0, Math.min(length, LONGEST_NAME - 1));
    boolean none = wanted[0] == 0;
    boolean loopback = wanted[0] == 'l' && wanted[1] == 'o' && wanted[2] == 0;
    if (!none && !loopback) {
      throw Errno.ENODEV.exception();
    }
  }

  /// ```
  /// struct linger: onoff 0, linger 4: 8 bytes
  /// ```
  private static void setLinger(UserMemory memory, Socket socket, int on, long value, int length) {
    if (length < 8) {
      throw Errno.EINVAL.exception();
    }
    socket.options().linger = on == 0 ? -1 : memory.getInt(value + 4) & Integer.MAX_VALUE;
  }

  /// ```
  /// struct timeval: seconds 0, microseconds 8
  /// ```
  private static long timeout(UserMemory memory, long value, int length) {
    if (length < 16) {
      throw Errno.EINVAL.exception();
    }
    long seconds = memory.getLong(value);
    long micros = memory.getLong(value + 8);
    if (micros < 0 || micros >= 1_000_000) {
      throw Errno.EDOM.exception();
    }
    return seconds < 0 ? 1 : TimeCalls.nanos(seconds, micros * 1000);
  }

  long get(Task task, int fd, int level, int name, long value, long length) {
    Socket socket = sockets.socket(fd);
    int room = task.memory().getInt(length);
    if (room < 0) {
      throw Errno.EINVAL.exception();
    }
    byte[] found = find(socket, level, name);
    int count = Math.min(room, found.length);
    task.memory().write(value, found, 0, count);
    task.memory().setInt(length, count);
    return 0;
  }

  private static byte[] find(Socket socket, int level, int name) {
    if (level == IPPROTO_TCP && socket.kind().isTcp()) {
      switch (name) {
        case TCP_INFO -> {
          return information((StreamSocket) socket);
        }
        case TCP_CONGESTION -> {
          return CONGESTION.clone();
        }
        default -> {}
      }
    }
    if (level != SOL_SOCKET) {
      if (socket.kind().isLocal()) {
        throw Errno.EOPNOTSUPP.exception();
      }
      requireFamily(socket, level);
      return number(socket.options().get(level, name));
    }
    byte[] special = special(socket, name);
    return special == null ? number(socket.options().get(level, name)) : special;
  }

  private static byte @Nullable [] special(Socket socket, int name) {
    return switch (name) {
      case SO_TYPE -> number(socket.kind().type());
      case SO_DOMAIN -> number(socket.kind().family());
      case SO_PROTOCOL -> number(socket.kind().protocol());
      case SO_ACCEPTCONN ->
          number(socket instanceof StreamSocket stream && stream.isListening() ? 1 : 0);
      case SO_ERROR -> {
        Errno error = socket.takeError();
        yield number(error == null ? 0 : error.value);
      }
      case SO_LINGER -> {
        int linger = socket.options().linger;
        yield bytes(8).putInt(linger < 0 ? 0 : 1).putInt(Math.max(0, linger)).array();
      }
      case SO_RCVTIMEO, SO_RCVTIMEO_NEW -> timeout(socket.options().receiveNanos);
      case SO_SNDTIMEO, SO_SNDTIMEO_NEW -> timeout(socket.options().sendNanos);
      case SO_PEERCRED -> {
        Ancillary.Sender peer = socket.peerCredentials();
        int none = -1; // for what has no peer
        boolean known = peer.pid() != 0;
        yield bytes(Ancillary.Sender.BYTES)
            .putInt(peer.pid())
            .putInt(known ? peer.uid() : none)
            .putInt(known ? peer.gid() : none)
            .array();
      }
      case SO_PEERNAME -> socket.peerAddress().toBytes();
      case SO_BINDTODEVICE -> new byte[0];
      case SO_COOKIE -> bytes(8).putLong(socket.inode().number()).array();
      default -> null;
    };
  }

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] number(int value) {
    return bytes(Integer.BYTES).putInt(value).array();
  }

  private static byte[] timeout(long nanos) {
    return bytes(16).putLong(nanos / Clock.SECOND).putLong(nanos % Clock.SECOND / 1000).array();
  }

  /// `struct tcp_info` with what does not depend on a network: state 0, rto 8, ato 12, snd_mss 16,
  /// rcv_mss 20, rtt 68, snd_cwnd 80.
  private static byte[] information(StreamSocket socket) {
    int state =
        switch (socket.state()) {
          case NEW, CLOSED -> TCP_CLOSE;
          case LISTENING -> TCP_LISTEN;
          case CONNECTING -> TCP_SYN_SENT;
          case CONNECTED ->
              socket.receiveShut()
                  ? socket.sendShut() ? TCP_CLOSE : TCP_CLOSE_WAIT
                  : socket.sendShut() ? TCP_FIN_WAIT2 : TCP_ESTABLISHED;
        };
    byte[] bytes = new byte[TCP_INFO_BYTES];
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.put(0, (byte) state).putInt(8, 204_000).putInt(12, 40_000);
    out.putInt(16, 32_741).putInt(20, 536).putInt(68, 20).putInt(80, 10);
    return bytes;
  }
}
