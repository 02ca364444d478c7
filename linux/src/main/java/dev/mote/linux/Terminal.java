package dev.mote.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The terminal of a sandbox as data: its attributes (`struct termios` of the kernel), size and
/// foreground process group.
///
/// ```
/// struct termios: iflag 0, oflag 4, cflag 8, lflag 12, line 16, cc 17 (19 bytes): 36 bytes
/// ```
final class Terminal {
  static final int TERMIOS_BYTES = 36;

  static final int WINSIZE_BYTES = 8;

  /// What the guest's changes do to the host's terminal, and what that has to say.
  interface Host {
    int rows();

    int columns();

    /// The guest has set new attributes.
    ///
    /// @param termios a copy, laid out as above
    void attributes(byte[] termios);

    /// A terminal that is 24 rows of 80 columns and has nothing to change.
    static Host fixed() {
      return new Host() {
        @Override
        public int rows() {
          return 24;
        }

        @Override
        public int columns() {
          return 80;
        }

        @Override
        public void attributes(byte[] termios) {}
      };
    }
  }

  /// ICRNL, IXON; OPOST, ONLCR; B38400, CS8, CREAD; ISIG to IEXTEN: what a fresh terminal has.
  private static final int[] FRESH_FLAGS = {0x500, 0x5, 0xbf, 0x8a3b};

  /// ^C ^\ DEL ^U ^D 0 1 0 ^Q ^S ^Z 0 ^R ^O ^W ^V.
  private static final byte[] FRESH_KEYS = {
    3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22
  };

  private static final int KEYS_AT = 17;

  private final Host host;
  private final byte[] termios = fresh();
  private int foreground;

  Terminal(Host host) {
    this.host = host;
  }

  private static byte[] fresh() {
    ByteBuffer out = ByteBuffer.allocate(TERMIOS_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int flags : FRESH_FLAGS) {
      out.putInt(flags);
    }
    out.position(KEYS_AT).put(FRESH_KEYS);
    return out.array();
  }

  byte[] attributes() {
    return termios.clone();
  }

  void attributes(byte[] wanted) {
    System.arraycopy(wanted, 0, termios, 0, TERMIOS_BYTES);
    host.attributes(attributes());
  }

  /// `struct winsize`: rows, columns and two sizes in pixels, 16 bits each.
  byte[] size() {
    return ByteBuffer.allocate(WINSIZE_BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort((short) host.rows())
        .putShort((short) host.columns())
        .array();
  }

  /// The foreground process group; 0 until a program sets one.
  int foreground() {
    return foreground;
  }

  void foreground(int group) {
    foreground = group;
  }
}
