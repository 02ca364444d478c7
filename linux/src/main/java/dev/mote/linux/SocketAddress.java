package dev.mote.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The address of a socket, of one of the families that there are here.
sealed interface SocketAddress {
  int AF_UNSPEC = 0;
  int AF_UNIX = 1;
  int AF_INET = 2;
  int AF_INET6 = 10;
  int AF_NETLINK = 16;

  /// `struct sockaddr_storage`.
  int MOST_BYTES = 128;

  /// With fewer there is not even a family.
  int LEAST_BYTES = 2;

  /// As the kernel writes it: family 0 (16 bits), then by family.
  byte[] toBytes();

  /// AF_UNSPEC: what ends a connection.
  record None() implements SocketAddress {
    @Override
    public byte[] toBytes() {
      return new byte[2];
    }
  }

  /// ```
  /// struct sockaddr_nl: family 0, pid 4, groups 8: 12 bytes
  /// ```
  record Route(int port, int groups) implements SocketAddress {
    @Override
    public byte[] toBytes() {
      return ByteBuffer.allocate(12)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putShort((short) AF_NETLINK)
          .putInt(4, port)
          .putInt(8, groups)
          .array();
    }

    /// @throws ErrnoException EINVAL
    static Route of(byte[] bytes) {
      if (bytes.length < 12 || family(bytes) != AF_NETLINK) {
        throw Errno.EINVAL.exception();
      }
      ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      return new Route(in.getInt(4), in.getInt(8));
    }
  }

  /// @param name a path; a NUL and an abstract name; empty for none. One character per byte
  record Local(String name) implements SocketAddress {
    static final Local UNNAMED = new Local("");
    static final int PATH_AT = 2;
    static final int MOST_BYTES = 110;

    boolean isAbstract() {
      return name.startsWith("\0");
    }

    boolean isPath() {
      return !name.isEmpty() && !isAbstract();
    }

    @Override
    public byte[] toBytes() {
      byte[] bytes = new byte[PATH_AT + name.length() + (isPath() ? 1 : 0)];
      bytes[0] = AF_UNIX;
      System.arraycopy(FileTree.bytes(name), 0, bytes, PATH_AT, name.length());
      return bytes;
    }

    /// @throws ErrnoException EINVAL
    static Local of(byte[] bytes) {
      if (bytes.length < PATH_AT || bytes.length > MOST_BYTES || family(bytes) != AF_UNIX) {
        throw Errno.EINVAL.exception();
      }
      int end = bytes.length;
      if (end > PATH_AT && bytes[PATH_AT] != 0) {
        for (int i = PATH_AT; i < end; i++) {
          if (bytes[i] == 0) {
            end = i;
          }
        }
      }
      byte[] name = new byte[end - PATH_AT];
      System.arraycopy(bytes, PATH_AT, name, 0, name.length);
      return new Local(FileTree.byteString(name));
    }
  }

  /// ```
  /// struct sockaddr_in: family 0, port 2 (big-endian), address 4: 16 bytes
  /// struct sockaddr_in6: family 0, port 2, flow 4, address 8, scope 24: 28 bytes
  /// ```
  ///
  /// @param family AF_INET or AF_INET6
  /// @param high the first eight bytes of the address; 0 for AF_INET
  /// @param low the last eight, or the four of AF_INET
  /// @param port 0 to 65,535
  record Internet(int family, long high, long low, int port) implements SocketAddress {
    static final int BYTES = 16;
    static final int BYTES6 = 28;

    /// The number of the only interface.
    static final int LOOPBACK_INTERFACE = 1;

    private static final int LEAST_BYTES6 = 24;
    private static final long MAPPED = 0xffff_0000_0000L;
    private static final long LOOPBACK = 0x7f00_0001L;

    /// An address of IPv4.
    static Internet of4(int address) {
      return new Internet(AF_INET, 0, Integer.toUnsignedLong(address), 0);
    }

    static Internet any(int family, int port) {
      return new Internet(family, 0, 0, port);
    }

    /// 127.0.0.1 or ::1.
    static Internet loopback(int family, int port) {
      return new Internet(family, 0, family == AF_INET ? LOOPBACK : 1, port);
    }

    Internet withPort(int newPort) {
      return new Internet(family, high, low, newPort);
    }

    boolean isAny() {
      return high == 0 && low == 0;
    }

    /// ::ffff:a.b.c.d
    boolean isMapped() {
      return family == AF_INET6 && high == 0 && (low & ~0xffff_ffffL) == MAPPED;
    }

    /// The address of AF_INET that a mapped one stands for; all others are themselves.
    Internet unmapped() {
      return isMapped() ? new Internet(AF_INET, 0, low & 0xffff_ffffL, port) : this;
    }

    /// As a socket of AF_INET6 shows it.
    Internet mapped() {
      return family == AF_INET ? new Internet(AF_INET6, 0, MAPPED | low, port) : this;
    }

    Internet in(int wanted) {
      return wanted == AF_INET6 ? mapped() : unmapped();
    }

    /// Whether it is one of the sandbox's own: 127.0.0.0/8 or ::1.
    boolean isLoopback() {
      Internet plain = unmapped();
      return plain.family == AF_INET ? plain.low >>> 24 == 127 : high == 0 && low == 1;
    }

    boolean isMulticast() {
      return family == AF_INET ? low >>> 28 == 0xe : high >>> 56 == 0xff;
    }

    boolean isBroadcast() {
      return family == AF_INET && low == 0xffff_ffffL;
    }

    boolean hasAddressOf(Internet other) {
      return family == other.family && high == other.high && low == other.low;
    }

    @Override
    public byte[] toBytes() {
      boolean six = family == AF_INET6;
      ByteBuffer out = ByteBuffer.allocate(six ? BYTES6 : BYTES);
      out.put((byte) family).put((byte) 0).putShort((short) port);
      if (six) {
        out.putLong(8, high).putLong(16, low);
      } else {
        out.putInt(4, (int) low);
      }
      return out.array();
    }

    /// @param family that the address must have
    /// @throws ErrnoException EINVAL if it is too short, else EAFNOSUPPORT
    static Internet of(byte[] bytes, int family) {
      boolean six = family == AF_INET6;
      if (bytes.length < (six ? LEAST_BYTES6 : BYTES)) {
        throw Errno.EINVAL.exception();
      }
      if (SocketAddress.family(bytes) != family) {
        throw Errno.EAFNOSUPPORT.exception();
      }
      ByteBuffer in = ByteBuffer.wrap(bytes);
      int port = in.getShort(2) & 0xffff;
      return six
          ? new Internet(family, in.getLong(8), in.getLong(16), port)
          : new Internet(family, 0, in.getInt(4) & 0xffff_ffffL, port);
    }
  }

  /// @param bytes at least 2
  static int family(byte[] bytes) {
    return bytes.length < 2 ? -1 : (bytes[0] & 0xff) | ((bytes[1] & 0xff) << 8);
  }
}
