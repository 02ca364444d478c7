package dev.mote.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What `stat` and `statx` tell of a file, with the two layouts of x86-64.
///
/// ```
/// struct stat                          struct statx
///   0 dev      48 size                   0 mask    4 blksize  8 attributes
///   8 ino      56 blksize               16 nlink  20 uid     24 gid      28 mode (16 bits)
///  16 nlink    64 blocks                32 ino    40 size    48 blocks   56 attributes_mask
///  24 mode     72 atime, nsec           64 atime  80 btime   96 ctime   112 mtime
///  28 uid      88 mtime, nsec          128 rdev major, minor            136 dev major, minor
///  32 gid     104 ctime, nsec
///  40 rdev    144 bytes                256 bytes
/// ```
record FileStat(
    long device,
    long inode,
    int links,
    int mode,
    int uid,
    int gid,
    long rdev,
    long size,
    int blockSize,
    long blocks,
    Timestamp accessed,
    Timestamp modified,
    Timestamp changed,
    Timestamp created) {
  static final int STAT_BYTES = 144;
  static final int STATX_BYTES = 256;

  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_BTIME = 0x800;

  byte[] toStat() {
    ByteBuffer out = ByteBuffer.allocate(STAT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(device).putLong(inode).putLong(links);
    out.putInt(mode).putInt(uid).putInt(gid).putInt(0);
    out.putLong(rdev).putLong(size).putLong(blockSize).putLong(blocks);
    for (Timestamp time : new Timestamp[] {accessed, modified, changed}) {
      out.putLong(time.seconds()).putLong(time.nanos());
    }
    return out.array();
  }

  byte[] toStatx() {
    ByteBuffer out = ByteBuffer.allocate(STATX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(STATX_BASIC_STATS | STATX_BTIME).putInt(blockSize).putLong(0);
    out.putInt(links).putInt(uid).putInt(gid).putShort((short) mode).putShort((short) 0);
    out.putLong(inode).putLong(size).putLong(blocks).putLong(0);
    for (Timestamp time : new Timestamp[] {accessed, created, changed, modified}) {
      out.putLong(time.seconds()).putInt(time.nanos()).putInt(0);
    }
    out.putInt(major(rdev)).putInt(minor(rdev)).putInt(major(device)).putInt(minor(device));
    return out.array();
  }

  /// The major number in a `dev_t` of the kernel's new encoding.
  static int major(long device) {
    return (int) ((device >>> 8) & 0xfff);
  }

  static int minor(long device) {
    return (int) ((device & 0xff) | ((device >>> 12) & 0xfff00));
  }

  static long device(int major, int minor) {
    return ((major & 0xfffL) << 8) | (minor & 0xff) | ((minor & 0xfff00L) << 12);
  }
}
