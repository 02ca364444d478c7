package dev.mote.linux;

import org.jspecify.annotations.Nullable;

/// The devices of a sandbox and `/dev`.
final class Devices {
  private static final int ANYBODY = 0666;
  private static final long TTY = FileStat.device(5, 0);
  private static final long MOTE = FileStat.device(10, 126); // of those for local use
  private static final long PTS_0 = FileStat.device(136, 0);

  private final MemoryDirectory dev;
  private final Volume volume;
  private final MemoryDirectory pts;
  private final Entry nullEntry;
  private SpecialFile.@Nullable Opener terminal;
  private @Nullable Channel channel;

  /// Fills `dev`.
  Devices(MemoryDirectory dev) {
    this.dev = dev;
    this.volume = dev.volume;
    this.nullEntry = add(dev, "null", FileStat.device(1, 3));
    add(dev, "zero", FileStat.device(1, 5));
    add(dev, "full", FileStat.device(1, 7));
    add(dev, "random", FileStat.device(1, 8));
    add(dev, "urandom", FileStat.device(1, 9));
    add(dev, "tty", TTY);
    dev.put("fd", SymbolicLink.of(volume, "/proc/self/fd"));
    dev.put("stdin", SymbolicLink.of(volume, "/proc/self/fd/0"));
    dev.put("stdout", SymbolicLink.of(volume, "/proc/self/fd/1"));
    dev.put("stderr", SymbolicLink.of(volume, "/proc/self/fd/2"));
    dev.put("shm", new MemoryDirectory(volume, FileMode.S_ISVTX | 0777));
    this.pts = new MemoryDirectory(volume, 0755);
    dev.put("pts", pts);
  }

  /// `/dev/mote`, for a guest that speaks with its host.
  void channel(Channel itsChannel) {
    channel = itsChannel;
    add(dev, "mote", MOTE);
  }

  private Entry add(MemoryDirectory dev, String name, long number) {
    return dev.put(name, device(volume, FileMode.S_IFCHR | ANYBODY, number));
  }

  MemoryDirectory pts() {
    return pts;
  }

  /// A device file, as `mknod` makes one anywhere: what it opens depends on its number.
  SpecialFile device(Volume itsVolume, int mode, long number) {
    boolean character = (mode & FileMode.S_IFMT) == FileMode.S_IFCHR;
    return SpecialFile.device(itsVolume, mode, number, character ? opener(number) : null);
  }

  /// A special file that was saved: a device, or what cannot be opened.
  SpecialFile special(Volume itsVolume, int mode, long number) {
    boolean device =
        (mode & FileMode.S_IFMT) == FileMode.S_IFCHR
            || (mode & FileMode.S_IFMT) == FileMode.S_IFBLK;
    return device
        ? device(itsVolume, mode, number)
        : SpecialFile.of(itsVolume, mode, null, () -> 0);
  }

  OpenFile openNull(int flags) {
    return ((SpecialFile) nullEntry.inode).open(nullEntry, flags);
  }

  /// `/dev/pts/0`, made when it is first asked for; it is then also the controlling terminal
  /// `/dev/tty`.
  Entry terminal(SpecialFile.Opener opener) {
    Entry entry = pts.lookup("0");
    if (entry != null) {
      return entry;
    }
    terminal = opener;
    return pts.put("0", SpecialFile.device(volume, FileMode.S_IFCHR | 0620, PTS_0, opener));
  }

  private SpecialFile.@Nullable Opener opener(long number) {
    if (number == TTY || number == PTS_0) {
      return (entry, flags) -> {
        if (terminal == null) {
          throw Errno.ENXIO.exception();
        }
        return terminal.open(entry, flags);
      };
    }
    Channel talk = channel;
    if (number == MOTE && talk != null) {
      return (entry, flags) -> new OpenChannel(entry, flags, talk);
    }
    OpenDevice.Kind kind = kind(number);
    return kind == null ? null : (entry, flags) -> new OpenDevice(entry, flags, kind);
  }

  private static OpenDevice.@Nullable Kind kind(long number) {
    if (FileStat.major(number) != 1) {
      return null;
    }
    return switch (FileStat.minor(number)) {
      case 3 -> OpenDevice.Kind.NULL;
      case 5 -> OpenDevice.Kind.ZERO;
      case 7 -> OpenDevice.Kind.FULL;
      case 8, 9 -> OpenDevice.Kind.RANDOM;
      default -> null;
    };
  }
}
