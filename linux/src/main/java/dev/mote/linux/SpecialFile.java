package dev.mote.linux;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A device, FIFO, socket, standard stream, or a file that only a descriptor shows (eventfd).
final class SpecialFile extends Inode {
  private final long rdev;
  private final @Nullable Opener opener;
  private final LongSupplier length;

  /// Which of the host's streams it is; null for everything else.
  final FilesState.@Nullable Role role;

  /// The buffer of a FIFO; null for everything else.
  final @Nullable Pipe pipe;

  /// What opening such a file gives.
  interface Opener {
    /// @param flags as `open` got them
    OpenFile open(Entry entry, int flags);
  }

  private SpecialFile(
      Volume volume,
      int mode,
      long rdev,
      @Nullable Opener opener,
      @Nullable Pipe pipe,
      FilesState.@Nullable Role role,
      LongSupplier length) {
    super(volume, volume.nextInode(), mode);
    this.role = role;
    this.rdev = rdev;
    this.opener = opener;
    this.pipe = pipe;
    this.length = length;
  }

  /// A device file; without an opener there is no such device.
  static SpecialFile device(Volume volume, int mode, long rdev, @Nullable Opener opener) {
    return new SpecialFile(volume, mode, rdev, opener, null, null, () -> 0);
  }

  static SpecialFile fifo(Volume volume, int permissions, Pipe pipe) {
    return new SpecialFile(
        volume,
        FileMode.S_IFIFO | (permissions & FileMode.PERMISSIONS),
        0,
        null,
        pipe,
        null,
        () -> 0);
  }

  /// @param length what `st_size` shows
  static SpecialFile of(Volume volume, int mode, @Nullable Opener opener, LongSupplier length) {
    return new SpecialFile(volume, mode, 0, opener, null, null, length);
  }

  /// A stream of the host.
  static SpecialFile stream(
      Volume volume, int mode, FilesState.Role role, Opener opener, LongSupplier length) {
    return new SpecialFile(volume, mode, 0, opener, null, role, length);
  }

  OpenFile open(Entry entry, int flags) {
    if (opener == null) {
      throw Errno.ENXIO.exception();
    }
    return opener.open(entry, flags);
  }

  @Override
  long size() {
    return length.getAsLong();
  }

  @Override
  long rdev() {
    return rdev;
  }
}
