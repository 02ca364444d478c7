package dev.mote.linux;

import java.nio.ByteBuffer;

/// Writes a `sockaddr` of the families that programs use.
final class SocketAddressText {
  private SocketAddressText() {}

  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  /// @param given the number of its bytes, of which the kernel looks at 32 bits
  static void write(TraceText text, long address, long given) {
    int length = (int) given;
    ByteBuffer socket = length < 2 ? null : text.read(address, Math.min(length, 128));
    if (socket == null) {
      text.address(address);
      return;
    }
    int family = Short.toUnsignedInt(socket.getShort(0));
    text.add("{sa_family=");
    ValueNames.SOCKET_FAMILY.names().write(text.text, family);
    int size = socket.capacity();
    if (family == AF_UNIX && size > 2) {
      writeName(text, socket);
    } else if (family == AF_INET && size >= 8) {
      text.add(", sin_port=htons(").add(port(socket)).add("), sin_addr=inet_addr(\"");
      for (int i = 4; i < 8; i++) {
        text.add(i == 4 ? "" : ".").add(Byte.toUnsignedInt(socket.get(i)));
      }
      text.add("\")");
    } else if (family == AF_INET6 && size >= 28) {
      text.add(", sin6_port=htons(").add(port(socket)).add(")");
    }
    text.add("}");
  }

  /// A path, or after a NUL a name in the abstract name space.
  private static void writeName(TraceText text, ByteBuffer socket) {
    boolean isAbstract = socket.get(2) == 0;
    int start = isAbstract ? 3 : 2;
    text.add(", sun_path=").add(isAbstract ? "@" : "");
    text.field(socket, start, socket.capacity() - start);
  }

  private static int port(ByteBuffer socket) {
    return (Byte.toUnsignedInt(socket.get(2)) << 8) | Byte.toUnsignedInt(socket.get(3));
  }
}
