package dev.mote.linux;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A symbolic link. Most are a text; those of `/proc/self/fd` lead straight to an open file,
/// whatever their text says.
final class SymbolicLink extends Inode {
  private static final int SHORT_TEXT = 128;

  private final Supplier<String> target;
  private final @Nullable Supplier<? extends @Nullable Entry> jump;
  private final long size;
  private final long charged;
  private final boolean inMemory;

  private SymbolicLink(
      Volume volume,
      long number,
      long size,
      Timestamp time,
      Supplier<String> target,
      @Nullable Supplier<? extends @Nullable Entry> jump,
      long charged,
      boolean inMemory) {
    super(volume, number, FileMode.S_IFLNK | 0777, time);
    this.size = size;
    this.target = target;
    this.jump = jump;
    this.charged = charged;
    this.inMemory = inMemory;
  }

  /// A link in memory. A long text takes a page of the quota, as in tmpfs, and is limited beside
  /// that: texts are on the heap.
  static SymbolicLink of(Volume volume, String target) {
    long charge = target.length() < SHORT_TEXT ? 0 : ChunkedBytes.CHUNK;
    volume.bytes.charge(charge, Errno.ENOSPC);
    if (charge > 0 && !volume.memory.texts.tryCharge(target.length())) {
      volume.bytes.release(charge);
      throw Errno.ENOSPC.exception();
    }
    return new SymbolicLink(
        volume,
        volume.nextInode(),
        target.length(),
        volume.now(),
        () -> target,
        null,
        charge,
        true);
  }

  /// A link of the tree below a guest's files; it takes nothing of the quota.
  static SymbolicLink inTree(Volume volume, long number, String target) {
    return new SymbolicLink(
        volume, number, target.length(), volume.now(), () -> target, null, 0, true);
  }

  /// A link whose text is found out when it is read.
  static SymbolicLink generated(Volume volume, Supplier<String> target) {
    return new SymbolicLink(volume, volume.nextInode(), 0, volume.now(), target, null, 0, false);
  }

  /// A link in a directory of the host.
  static SymbolicLink ofHost(
      Volume volume, long number, long size, Timestamp time, Supplier<String> target) {
    return new SymbolicLink(volume, number, size, time, target, null, 0, false);
  }

  /// A link to an open file; `jump` gives null once that is closed.
  static SymbolicLink magic(
      Volume volume,
      long number,
      Supplier<String> target,
      Supplier<? extends @Nullable Entry> jump) {
    return new SymbolicLink(volume, number, 64, volume.now(), target, jump, 0, false);
  }

  /// Whether it is one that a guest could have made.
  boolean isInMemory() {
    return inMemory;
  }

  String target() {
    return target.get();
  }

  boolean isMagic() {
    return jump != null;
  }

  /// Where a magic link leads.
  Entry jump() {
    Entry entry = jump == null ? null : jump.get();
    if (entry == null) {
      throw Errno.ENOENT.exception();
    }
    return entry;
  }

  @Override
  long size() {
    return size;
  }

  @Override
  long blocks() {
    return 0;
  }

  @Override
  void free() {
    volume.bytes.release(charged);
    if (charged > 0) {
      volume.memory.texts.release(size);
    }
  }
}
