package dev.mote.linux;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// What `ioctl` on a socket tells of a network interface, of which there is one: `lo`.
///
/// ```
/// struct ifreq: name 0 (16 bytes, a NUL among them), then what is asked for, 24 bytes
/// ```
final class InterfaceCalls {
  private static final int SIOCGIFNAME = 0x8910;
  private static final int SIOCGIFFLAGS = 0x8913;
  private static final int SIOCGIFMTU = 0x8921;
  private static final int SIOCGIFHWADDR = 0x8927;
  private static final int SIOCGIFINDEX = 0x8933;

  private static final int NAME_BYTES = 16;
  private static final byte[] NAME = {'l', 'o', 0};
  private static final int INDEX = 1;
  private static final int MTU = 65_536;
  private static final int UP_LOOPBACK_RUNNING = 1 | 8 | 0x40; // IFF_…
  private static final int ARPHRD_LOOPBACK = 772;

  private InterfaceCalls() {}

  static boolean knows(int request) {
    return switch (request) {
      case SIOCGIFNAME, SIOCGIFFLAGS, SIOCGIFMTU, SIOCGIFHWADDR, SIOCGIFINDEX -> true;
      default -> false;
    };
  }

  /// @throws ErrnoException ENODEV if there is no such interface
  static long ioctl(UserMemory memory, int request, long ifreq) {
    long answer = ifreq + NAME_BYTES;
    if (request == SIOCGIFNAME) {
      require(memory.getInt(answer) == INDEX);
      byte[] name = Arrays.copyOf(NAME, NAME_BYTES);
      memory.write(ifreq, name, 0, NAME_BYTES);
      return 0;
    }
    byte[] name = new byte[NAME_BYTES];
    memory.read(ifreq, name, 0, NAME_BYTES);
    require(new String(name, StandardCharsets.ISO_8859_1).startsWith("lo\0"));
    switch (request) {
      case SIOCGIFFLAGS -> memory.write(answer, shortOf(UP_LOOPBACK_RUNNING), 0, Short.BYTES);
      case SIOCGIFMTU -> memory.setInt(answer, MTU);
      case SIOCGIFINDEX -> memory.setInt(answer, INDEX);
      default -> { // SIOCGIFHWADDR: struct sockaddr
        byte[] address = Arrays.copyOf(shortOf(ARPHRD_LOOPBACK), NAME_BYTES);
        memory.write(answer, address, 0, NAME_BYTES);
      }
    }
    return 0;
  }

  private static byte[] shortOf(int value) {
    return new byte[] {(byte) value, (byte) (value >> 8)};
  }

  private static void require(boolean there) {
    if (!there) {
      throw Errno.ENODEV.exception();
    }
  }
}
