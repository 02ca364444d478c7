package dev.mote.linux;

import dev.mote.linux.SocketAddress.Internet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// What the header of a datagram says beside its source. A sender asks for it, and a receiver is
/// told of it.
///
/// @param own the address at this end: where the sender wants it to come from (null: the usual
///   one), or where it went to
/// @param hops IP_TTL and IPV6_HOPLIMIT, 0 to 255; for a sender -1 for the socket's own
/// @param trafficClass IP_TOS and IPV6_TCLASS, 0 to 255; for a sender -1 for the socket's own
record PacketFacts(@Nullable Internet own, int hops, int trafficClass) {
  /// What a sender says that says nothing.
  static final PacketFacts USUAL = new PacketFacts(null, -1, -1);

  static final int IP_TOS = 1;
  static final int IP_TTL = 2;
  static final int IP_PKTINFO = 8;
  static final int IP_RECVTTL = 12;
  static final int IP_RECVTOS = 13;
  static final int IPV6_RECVPKTINFO = 49;
  static final int IPV6_PKTINFO = 50;
  static final int IPV6_RECVHOPLIMIT = 51;
  static final int IPV6_HOPLIMIT = 52;
  static final int IPV6_RECVTCLASS = 66;
  static final int IPV6_TCLASS = 67;

  private static final int INFO4_BYTES = 12;
  private static final int INFO6_BYTES = 20;

  /// Takes one control message of a sender.
  ///
  /// @param sixth whether the socket is of AF_INET6
  /// @throws ErrnoException EINVAL if it is none or of another size, ENODEV for an interface that
  ///   there is not, ENETUNREACH or EINVAL for an address that is not the sandbox's
  PacketFacts with(boolean sixth, int level, int type, ByteBuffer data) {
    if (level == SocketOptions.IPPROTO_IP && !sixth) {
      return switch (type) {
        case IP_TTL -> new PacketFacts(own, number(data, 1), trafficClass);
        case IP_TOS ->
            new PacketFacts(
                own, hops, data.remaining() == 1 ? data.get(0) & 0xff : number(data, 0));
        case IP_PKTINFO -> {
          require(data.remaining() == INFO4_BYTES);
          requireInterface(data.getInt(0));
          yield comingFrom(
              Internet.of4(data.order(ByteOrder.BIG_ENDIAN).getInt(4)), Errno.ENETUNREACH);
        }
        default -> throw Errno.EINVAL.exception();
      };
    }
    if (level == SocketOptions.IPPROTO_IPV6 && sixth) {
      return switch (type) {
        case IPV6_HOPLIMIT -> new PacketFacts(own, number(data, -1), trafficClass);
        case IPV6_TCLASS -> new PacketFacts(own, hops, number(data, -1));
        case IPV6_PKTINFO -> {
          require(data.remaining() >= INFO6_BYTES);
          requireInterface(data.getInt(16));
          ByteBuffer address = data.order(ByteOrder.BIG_ENDIAN);
          yield comingFrom(
              new Internet(SocketAddress.AF_INET6, address.getLong(0), address.getLong(8), 0),
              Errno.EINVAL);
        }
        default -> throw Errno.EINVAL.exception();
      };
    }
    return this; // of another protocol, which does not look at this one
  }

  private PacketFacts comingFrom(Internet address, Errno elsewhere) {
    if (address.isAny()) {
      return this;
    }
    if (!address.isLoopback()) {
      throw elsewhere.exception();
    }
    return new PacketFacts(address, hops, trafficClass);
  }

  private static int number(ByteBuffer data, int least) {
    require(data.remaining() == Integer.BYTES);
    int value = data.getInt(0);
    require(value >= least && value <= 255);
    return value;
  }

  private static void requireInterface(int number) {
    if (number != 0 && number != Internet.LOOPBACK_INTERFACE) {
      throw Errno.ENODEV.exception();
    }
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw Errno.EINVAL.exception();
    }
  }

  /// `struct in_pktinfo` of a datagram that has arrived: interface 0, local address 4, destination
  /// 8; the addresses in network order.
  byte[] info4() {
    int address = own == null ? 0 : (int) own.unmapped().low();
    return ByteBuffer.allocate(INFO4_BYTES)
        .putInt(Integer.reverseBytes(Internet.LOOPBACK_INTERFACE))
        .putInt(address)
        .putInt(address)
        .array();
  }

  /// `struct in6_pktinfo`: destination 0, interface 16.
  byte[] info6() {
    Internet address = own == null ? Internet.any(SocketAddress.AF_INET6, 0) : own.mapped();
    return ByteBuffer.allocate(INFO6_BYTES)
        .putLong(address.high())
        .putLong(address.low())
        .putInt(Integer.reverseBytes(Internet.LOOPBACK_INTERFACE))
        .array();
  }
}
