package dev.mote.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// One mounted file system: what `st_dev` tells apart, what `statfs` reports, and what its files
/// are charged to. Files of different volumes cannot be linked or renamed into each other.
final class Volume {
  static final long TMPFS_MAGIC = 0x01021994;
  static final long PROC_MAGIC = 0x9fa0;
  static final long SYSFS_MAGIC = 0x62656572;
  static final long PIPEFS_MAGIC = 0x50495045;
  static final long SOCKFS_MAGIC = 0x534f434b;
  static final long ANON_INODE_MAGIC = 0x09041934;
  static final long FUSE_MAGIC = 0x65735546;

  static final int STATFS_BYTES = 120;

  private static final long LONGEST_NAME = 255;
  private static final int ST_RDONLY = 1;
  private static final int ST_VALID = 0x20;
  private static final int ST_RELATIME = 0x1000;

  /// The `st_dev` of the volume: major 0, minor `number` (below 256).
  final long number;

  /// The name that `/proc/filesystems` and `/proc/mounts` know.
  final String type;

  final long magic;
  final boolean readOnly;
  final Quota bytes;
  final Quota files;
  final FileMemory memory;
  private final Clock clock;
  private long lastInode;

  Volume(long number, String type, long magic, boolean readOnly, Budget budget, Clock clock) {
    this.number = number;
    this.type = type;
    this.magic = magic;
    this.readOnly = readOnly;
    this.bytes = budget.bytes();
    this.files = budget.files();
    this.memory = budget.memory();
    this.clock = clock;
  }

  /// What the volumes of a sandbox share.
  ///
  /// @param bytes what is charged for anything but the content of files in memory
  record Budget(Quota bytes, Quota files, FileMemory memory) {}

  /// A number that no other file of this volume ever had.
  long nextInode() {
    return ++lastInode;
  }

  long lastInode() {
    return lastInode;
  }

  void lastInode(long number) {
    lastInode = Math.max(lastInode, number);
  }

  Timestamp now() {
    return Timestamp.ofNanos(clock.realtimeNanos());
  }

  /// `struct statfs`: 120 bytes, sizes in pages of 4 KiB.
  byte[] statfs() {
    boolean memory = magic == TMPFS_MAGIC;
    ByteBuffer out = ByteBuffer.allocate(STATFS_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(magic).putLong(ChunkedBytes.CHUNK);
    long pages = memory ? bytes.limit() / ChunkedBytes.CHUNK : 0;
    long free = memory ? bytes.free() / ChunkedBytes.CHUNK : 0;
    out.putLong(pages).putLong(free).putLong(free);
    out.putLong(memory ? files.limit() : 0).putLong(memory ? files.free() : 0);
    out.putLong(number).putLong(LONGEST_NAME).putLong(ChunkedBytes.CHUNK);
    out.putLong(ST_VALID | ST_RELATIME | (readOnly ? ST_RDONLY : 0));
    return out.array();
  }
}
