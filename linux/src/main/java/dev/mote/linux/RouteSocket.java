package dev.mote.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A socket of NETLINK_ROUTE that tells of the loopback interface: what programs ask for to list
/// interfaces and addresses. Everything else is answered with EOPNOTSUPP.
final class RouteSocket extends Socket {
  private static final int HEADER = 16;
  private static final int NLMSG_ERROR = 2;
  private static final int NLMSG_DONE = 3;
  private static final int RTM_NEWLINK = 16;
  private static final int RTM_GETLINK = 18;
  private static final int RTM_NEWADDR = 20;
  private static final int RTM_GETADDR = 22;
  private static final int RTM_GETROUTE = 26;
  private static final int NLM_F_REQUEST = 1;
  private static final int NLM_F_MULTI = 2;
  private static final int NLM_F_ACK = 4;
  private static final int NLM_F_DUMP = 0x300;
  private static final int ARPHRD_LOOPBACK = 772;

  /// IFF_UP, IFF_LOOPBACK, IFF_RUNNING, IFF_LOWER_UP.
  private static final int FLAGS = 0x10049;

  private static final int MTU = 65_536;
  private static final int RT_SCOPE_HOST = 254;
  private static final int IFA_F_PERMANENT = 0x80;
  private static final int LONGEST = 4096;
  private static final byte[] NAME = "lo\0".getBytes(StandardCharsets.ISO_8859_1);

  RouteSocket(Network network, Kind kind, int flags) {
    super(network, kind, flags);
  }

  /// One that was saved.
  RouteSocket(Network network, Kind kind, Entry entry, int flags) {
    super(network, kind, entry, flags);
  }

  @Override
  int longestMessage() {
    return LONGEST;
  }

  @Override
  int send(byte[] bytes, int length, @Nullable Destination to, @Nullable Ancillary ancillary) {
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN);
    while (in.remaining() >= HEADER) {
      int size = in.getInt(in.position());
      if (size < HEADER || size > in.remaining()) {
        break;
      }
      answer(in.slice(in.position(), size).order(ByteOrder.LITTLE_ENDIAN));
      in.position(Math.min(in.limit(), in.position() + ((size + 3) & ~3)));
    }
    waiters().wake(READABLE);
    return length;
  }

  private void answer(ByteBuffer request) {
    int type = request.getShort(4);
    int flags = request.getShort(6);
    int sequence = request.getInt(8);
    if ((flags & NLM_F_REQUEST) == 0) {
      return;
    }
    ByteBuffer out = ByteBuffer.allocate(LONGEST).order(ByteOrder.LITTLE_ENDIAN);
    boolean dump = (flags & NLM_F_DUMP) == NLM_F_DUMP;
    int family = request.limit() > HEADER ? request.get(HEADER) & 0xff : 0;
    switch (dump || type == RTM_GETLINK ? type : 0) {
      case RTM_GETLINK -> link(out, sequence, dump ? NLM_F_MULTI : 0);
      case RTM_GETADDR -> {
        if (family != SocketAddress.AF_INET6) {
          address(out, sequence, SocketAddress.Internet.loopback(SocketAddress.AF_INET, 0), 8);
        }
        if (family != SocketAddress.AF_INET) {
          address(out, sequence, SocketAddress.Internet.loopback(SocketAddress.AF_INET6, 0), 128);
        }
      }
      case RTM_GETROUTE -> {}
      default -> {
        error(out, request, Errno.EOPNOTSUPP.value);
        reply(out);
        return;
      }
    }
    if (dump) {
      int at = begin(out, NLMSG_DONE, NLM_F_MULTI, sequence);
      out.putInt(0);
      end(out, at);
    } else if ((flags & NLM_F_ACK) != 0) {
      error(out, request, 0);
    }
    reply(out);
  }

  private void reply(ByteBuffer out) {
    byte[] message = new byte[out.position()];
    out.get(0, message);
    if (!incoming().add(message, new SocketAddress.Route(0, 0), null, options().receiveBuffer())) {
      fail(Errno.ENOBUFS);
    }
  }

  private int begin(ByteBuffer out, int type, int flags, int sequence) {
    int at = out.position();
    int port = local() instanceof SocketAddress.Route route ? route.port() : 0;
    out.putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence).putInt(port);
    return at;
  }

  private static void end(ByteBuffer out, int at) {
    out.putInt(at, out.position() - at);
    while ((out.position() & 3) != 0) {
      out.put((byte) 0);
    }
  }

  private static void attribute(ByteBuffer out, int type, byte[] value) {
    out.putShort((short) (4 + value.length)).putShort((short) type).put(value);
    while ((out.position() & 3) != 0) {
      out.put((byte) 0);
    }
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  private void link(ByteBuffer out, int sequence, int flags) {
    int at = begin(out, RTM_NEWLINK, flags, sequence);
    out.putShort((short) 0).putShort((short) ARPHRD_LOOPBACK).putInt(1).putInt(FLAGS).putInt(0);
    attribute(out, 3, NAME); // IFLA_IFNAME
    attribute(out, 13, number(1000)); // IFLA_TXQLEN
    attribute(out, 4, number(MTU)); // IFLA_MTU
    attribute(out, 1, new byte[6]); // IFLA_ADDRESS
    attribute(out, 2, new byte[6]); // IFLA_BROADCAST
    end(out, at);
  }

  private void address(ByteBuffer out, int sequence, SocketAddress.Internet address, int prefix) {
    int at = begin(out, RTM_NEWADDR, NLM_F_MULTI, sequence);
    boolean six = address.family() == SocketAddress.AF_INET6;
    out.put((byte) address.family()).put((byte) prefix);
    out.put((byte) IFA_F_PERMANENT).put((byte) RT_SCOPE_HOST).putInt(1);
    byte[] bytes = new byte[six ? 16 : 4];
    System.arraycopy(address.toBytes(), six ? 8 : 4, bytes, 0, bytes.length);
    attribute(out, 1, bytes); // IFA_ADDRESS
    if (!six) {
      attribute(out, 2, bytes); // IFA_LOCAL
      attribute(out, 3, NAME); // IFA_LABEL
    }
    attribute(out, 8, number(IFA_F_PERMANENT)); // IFA_FLAGS
    end(out, at);
  }

  private void error(ByteBuffer out, ByteBuffer request, int value) {
    int at = begin(out, NLMSG_ERROR, 0, request.getInt(8));
    out.putInt(-value);
    out.put(request.slice(0, HEADER));
    end(out, at);
  }

  @Override
  void requireReceiving() {}

  @Override
  boolean isSendable() {
    return true;
  }

  @Override
  void drained() {}

  @Override
  SocketAddress peerAddress() {
    return new SocketAddress.Route(0, 0);
  }

  @Override
  void shutdown(int how) {
    throw Errno.EOPNOTSUPP.exception();
  }

  @Override
  void close() {
    closeSocket();
  }

  @Override
  int poll() {
    return WRITABLE | (incoming().isEmpty() ? 0 : READABLE) | (hasError() ? POLLERR : 0);
  }
}
