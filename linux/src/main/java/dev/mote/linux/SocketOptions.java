package dev.mote.linux;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The options of a socket that are a number. Most are remembered and change nothing here: there is
/// no network that they could be about.
final class SocketOptions {
  static final int SOL_SOCKET = 1;
  static final int IPPROTO_IP = 0;
  static final int IPPROTO_TCP = 6;
  static final int IPPROTO_IPV6 = 41;

  static final int SO_REUSEADDR = 2;
  static final int SO_BROADCAST = 6;
  static final int SO_SNDBUF = 7;
  static final int SO_RCVBUF = 8;
  static final int SO_KEEPALIVE = 9;
  static final int SO_OOBINLINE = 10;
  static final int SO_PRIORITY = 12;
  static final int SO_REUSEPORT = 15;
  static final int SO_PASSCRED = 16;
  static final int SO_RCVLOWAT = 18;
  static final int SO_SNDBUFFORCE = 32;
  static final int SO_RCVBUFFORCE = 33;
  static final int IPV6_V6ONLY = 26;

  private static final int LEAST_SEND = 4608;
  private static final int LEAST_RECEIVE = 2304;
  private static final int MOST_BUFFER = 212_992;

  /// What a socket of TCP takes until it is told otherwise.
  private static final int TCP_SEND = 16_384;

  private static final int TCP_RECEIVE = 131_072;

  private final boolean tcp;
  private final Map<Integer, Integer> values = new TreeMap<>();

  /// What a blocked call waits for at most, in nanoseconds; 0 for ever.
  long receiveNanos;

  long sendNanos;

  /// SO_LINGER in seconds; -1 if it is off.
  int linger = -1;

  /// One option: its default, and what it may be set to.
  private record Option(int initial, int least, int most) {
    static final Option FLAG = new Option(0, 0, 1);
  }

  SocketOptions(boolean tcp) {
    this.tcp = tcp;
  }

  private static int key(int level, int name) {
    return (level << 16) | (name & 0xffff);
  }

  private @Nullable Option option(int level, int name) {
    return switch (level) {
      case SOL_SOCKET -> socketOption(name);
      case IPPROTO_IP -> ipOption(name);
      case IPPROTO_IPV6 -> ip6Option(name);
      case IPPROTO_TCP -> tcp ? tcpOption(name) : null;
      default -> null;
    };
  }

  private @Nullable Option socketOption(int name) {
    return switch (name) {
      // SO_DEBUG, SO_DONTROUTE, SO_NO_CHECK, SO_PASSSEC, SO_TIMESTAMP, SO_RXQ_OVFL
      case 1, SO_REUSEADDR, 5, SO_BROADCAST, SO_KEEPALIVE, SO_OOBINLINE -> Option.FLAG;
      case 11, SO_REUSEPORT, SO_PASSCRED -> Option.FLAG;
      case SO_SNDBUF -> new Option(tcp ? TCP_SEND : MOST_BUFFER, 0, Integer.MAX_VALUE);
      case SO_RCVBUF -> new Option(tcp ? TCP_RECEIVE : MOST_BUFFER, 0, Integer.MAX_VALUE);
      case SO_PRIORITY -> new Option(0, 0, Integer.MAX_VALUE);
      case SO_RCVLOWAT -> new Option(1, 0, Integer.MAX_VALUE);
      case 36 -> new Option(0, Integer.MIN_VALUE, Integer.MAX_VALUE); // SO_MARK
      case 46 -> new Option(0, 0, Integer.MAX_VALUE); // SO_BUSY_POLL
      default -> null;
    };
  }

  private static @Nullable Option ipOption(int name) {
    return switch (name) {
      case 1 -> new Option(0, 0, 255); // IP_TOS
      case 2 -> new Option(64, 1, 255); // IP_TTL
      case PacketFacts.IP_PKTINFO, PacketFacts.IP_RECVTTL, PacketFacts.IP_RECVTOS -> Option.FLAG;
      case 10 -> new Option(1, 0, 5); // IP_MTU_DISCOVER
      case 15, 19 -> Option.FLAG; // IP_FREEBIND, IP_TRANSPARENT
      case 24 -> Option.FLAG; // IP_BIND_ADDRESS_NO_PORT
      case 33 -> new Option(1, 0, 255); // IP_MULTICAST_TTL
      case 34 -> new Option(1, 0, 1); // IP_MULTICAST_LOOP
      case 49 -> new Option(1, 0, 1); // IP_MULTICAST_ALL
      default -> null;
    };
  }

  private static @Nullable Option ip6Option(int name) {
    return switch (name) {
      case 16 -> new Option(64, -1, 255); // IPV6_UNICAST_HOPS
      case 18 -> new Option(1, -1, 255); // IPV6_MULTICAST_HOPS
      case 19 -> new Option(1, 0, 1); // IPV6_MULTICAST_LOOP
      case 23 -> new Option(1, 0, 5); // IPV6_MTU_DISCOVER
      case IPV6_V6ONLY, PacketFacts.IPV6_RECVPKTINFO -> Option.FLAG;
      case PacketFacts.IPV6_RECVHOPLIMIT, PacketFacts.IPV6_RECVTCLASS -> Option.FLAG;
      case 67 -> new Option(0, -1, 255); // IPV6_TCLASS
      default -> null;
    };
  }

  private static @Nullable Option tcpOption(int name) {
    return switch (name) {
      case 1, 3 -> Option.FLAG; // TCP_NODELAY, TCP_CORK
      case 2 -> new Option(536, 0, 32_767); // TCP_MAXSEG
      case 4 -> new Option(7200, 1, 32_767); // TCP_KEEPIDLE
      case 5 -> new Option(75, 1, 32_767); // TCP_KEEPINTVL
      case 6 -> new Option(9, 1, 127); // TCP_KEEPCNT
      case 7 -> new Option(6, 1, 127); // TCP_SYNCNT
      case 8 -> new Option(60, Integer.MIN_VALUE, Integer.MAX_VALUE); // TCP_LINGER2
      case 9 -> new Option(0, Integer.MIN_VALUE, Integer.MAX_VALUE); // TCP_DEFER_ACCEPT
      case 10 -> new Option(0, 0, Integer.MAX_VALUE); // TCP_WINDOW_CLAMP
      case 12 -> new Option(1, 0, 1); // TCP_QUICKACK
      case 18 -> new Option(0, 0, Integer.MAX_VALUE); // TCP_USER_TIMEOUT
      case 23 -> new Option(0, 0, Integer.MAX_VALUE); // TCP_FASTOPEN
      case 25 -> new Option(0, Integer.MIN_VALUE, Integer.MAX_VALUE); // TCP_NOTSENT_LOWAT
      case 30 -> Option.FLAG; // TCP_FASTOPEN_CONNECT
      default -> null;
    };
  }

  /// @throws ErrnoException ENOPROTOOPT if there is no such option
  int get(int level, int name) {
    Option option = option(level, name);
    if (option == null) {
      throw Errno.ENOPROTOOPT.exception();
    }
    return values.getOrDefault(key(level, name), option.initial);
  }

  /// @throws ErrnoException ENOPROTOOPT, or EINVAL if the value is none of the option's
  void set(int level, int name, int value) {
    if (level == SOL_SOCKET && (name == SO_SNDBUF || name == SO_SNDBUFFORCE)) {
      values.put(key(level, SO_SNDBUF), doubled(value, LEAST_SEND));
      return;
    }
    if (level == SOL_SOCKET && (name == SO_RCVBUF || name == SO_RCVBUFFORCE)) {
      values.put(key(level, SO_RCVBUF), doubled(value, LEAST_RECEIVE));
      return;
    }
    Option option = option(level, name);
    if (option == null) {
      throw Errno.ENOPROTOOPT.exception();
    }
    int wanted = option.least == 0 && option.most == 1 && value != 0 ? 1 : value;
    if (wanted < option.least || wanted > option.most) {
      throw Errno.EINVAL.exception();
    }
    values.put(key(level, name), wanted);
  }

  /// The kernel doubles what it is asked for, to have room for what it adds.
  private static int doubled(int value, int least) {
    long wanted = Math.min(Integer.toUnsignedLong(value), MOST_BUFFER);
    return (int) Math.max(2 * wanted, least);
  }

  /// The hops that datagrams to an address get.
  int hops(boolean sixth) {
    int hops = sixth ? get(IPPROTO_IPV6, 16) : get(IPPROTO_IP, PacketFacts.IP_TTL);
    return hops < 0 ? 64 : hops;
  }

  /// Their traffic class.
  int trafficClass(boolean sixth) {
    return sixth
        ? Math.max(0, get(IPPROTO_IPV6, PacketFacts.IPV6_TCLASS))
        : get(IPPROTO_IP, PacketFacts.IP_TOS);
  }

  /// Whether a flag is set.
  boolean is(int level, int name) {
    return values.getOrDefault(key(level, name), 0) != 0;
  }

  boolean reusesAddress() {
    return is(SOL_SOCKET, SO_REUSEADDR);
  }

  boolean reusesPort() {
    return is(SOL_SOCKET, SO_REUSEPORT);
  }

  boolean onlyV6() {
    return is(IPPROTO_IPV6, IPV6_V6ONLY);
  }

  boolean broadcasts() {
    return is(SOL_SOCKET, SO_BROADCAST);
  }

  boolean passesCredentials() {
    return is(SOL_SOCKET, SO_PASSCRED);
  }

  int sendBuffer() {
    return get(SOL_SOCKET, SO_SNDBUF);
  }

  int receiveBuffer() {
    return get(SOL_SOCKET, SO_RCVBUF);
  }

  /// Those of a listener are those of what it accepts.
  void inherit(SocketOptions from) {
    values.putAll(from.values);
    linger = from.linger;
    receiveNanos = from.receiveNanos;
    sendNanos = from.sendNanos;
  }

  WaitingState.Options save() {
    return new WaitingState.Options(
        values.entrySet().stream()
            .map(e -> new WaitingState.Option(e.getKey() >>> 16, e.getKey() & 0xffff, e.getValue()))
            .toList(),
        receiveNanos,
        sendNanos,
        linger);
  }

  /// @throws IllegalArgumentException if an option has a value that it cannot have
  void load(WaitingState.Options saved) {
    for (var option : saved.values()) {
      boolean isBuffer =
          option.level() == SOL_SOCKET
              && (option.name() == SO_SNDBUF || option.name() == SO_RCVBUF);
      Option known = option(option.level(), option.name());
      int most = isBuffer ? 2 * MOST_BUFFER : known == null ? 0 : known.most;
      if (known == null || option.value() < known.least || option.value() > most) {
        throw new IllegalArgumentException("an option of a socket");
      }
      values.put(key(option.level(), option.name()), option.value());
    }
    if (saved.receiveNanos() < 0 || saved.sendNanos() < 0 || saved.linger() < -1) {
      throw new IllegalArgumentException("an option of a socket");
    }
    receiveNanos = saved.receiveNanos();
    sendNanos = saved.sendNanos();
    linger = saved.linger();
  }
}
