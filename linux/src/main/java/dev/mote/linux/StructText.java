package dev.mote.linux;

import dev.mote.linux.ArgumentKind.Plain;
import java.nio.ByteBuffer;

/// Writes the structures that system calls take and fill, as in C: `{tv_sec=1, tv_nsec=0}`. Offsets
/// are those of `asm/*.h` and `linux/*.h` on x86-64. Of large ones only what people look for is
/// shown, and `...`.
final class StructText {
  private StructText() {}

  private static final long RLIM_INFINITY = -1;
  private static final int UTIME_NOW = 0x3fff_ffff;
  private static final int UTIME_OMIT = 0x3fff_fffe;

  /// @param address of the structure; shown itself when the structure cannot be read
  static void write(TraceText text, Plain kind, long address) {
    ByteBuffer bytes = text.read(address, size(kind));
    if (bytes == null) {
      text.address(address);
      return;
    }
    switch (kind) {
      case TIMESPEC -> writeTime(text, bytes, 0, "tv_nsec");
      case TIMEVAL -> writeTime(text, bytes, 0, "tv_usec");
      case ITIMERVAL -> {
        text.add("{it_interval=");
        writeTime(text, bytes, 0, "tv_usec");
        text.add(", it_value=");
        writeTime(text, bytes, 16, "tv_usec");
        text.add("}");
      }
      case FILE_TIMES -> {
        text.add("[");
        writeFileTime(text, bytes, 0);
        text.add(", ");
        writeFileTime(text, bytes, 16);
        text.add("]");
      }
      case RLIMIT -> {
        text.add("{rlim_cur=").add(limit(bytes.getLong(0)));
        text.add(", rlim_max=").add(limit(bytes.getLong(8))).add("}");
      }
      case SIGSET -> text.add(SignalNames.ofMask(bytes.getLong(0)));
      case SIGACTION -> writeAction(text, bytes);
      case SIGNAL_STACK -> writeStack(text, bytes);
      case STAT -> writeStat(text, bytes);
      case STATX_RESULT -> writeStatx(text, bytes);
      case STATFS -> writeFileSystem(text, bytes);
      case UTSNAME -> {
        text.add("{sysname=").field(bytes, 0, 65);
        text.add(", nodename=").field(bytes, 65, 65).add(", ...}");
      }
      case SYSINFO -> writeSystem(text, bytes);
      case RUSAGE -> {
        text.add("{ru_utime=");
        writeTime(text, bytes, 0, "tv_usec");
        text.add(", ru_stime=");
        writeTime(text, bytes, 16, "tv_usec");
        text.add(", ...}");
      }
      case EPOLL_EVENT -> {
        text.add("{events=");
        FlagNames.EPOLL.names().write(text.text, bytes.getInt(0));
        text.add(", data={u32=").add(Integer.toUnsignedString(bytes.getInt(4)));
        text.add(", u64=").add(Long.toUnsignedString(bytes.getLong(4))).add("}}");
      }
      case CLONE_ARGUMENTS -> writeClone(text, bytes);
      case WINDOW_SIZE -> {
        String[] names = {"{ws_row=", ", ws_col=", ", ws_xpixel=", ", ws_ypixel="};
        for (int i = 0; i < names.length; i++) {
          text.add(names[i]).add(Short.toUnsignedInt(bytes.getShort(2 * i)));
        }
        text.add("}");
      }
      case TERMIOS -> writeTerminal(text, bytes);
      case DESCRIPTOR_PAIR ->
          text.add("[").add(bytes.getInt(0)).add(", ").add(bytes.getInt(4)).add("]");
      case INT_POINTER -> text.add("[").add(bytes.getInt(0)).add("]");
      case WAIT_STATUS -> writeWaitStatus(text, bytes.getInt(0));
      default -> throw new IllegalArgumentException(kind + " is no structure");
    }
  }

  private static int size(Plain kind) {
    return switch (kind) {
      case INT_POINTER, WAIT_STATUS -> 4;
      case SIGSET, DESCRIPTOR_PAIR, WINDOW_SIZE -> 8;
      case EPOLL_EVENT -> 12;
      case TIMESPEC, TIMEVAL, RLIMIT -> 16;
      case SIGNAL_STACK -> 24;
      case SIGACTION, ITIMERVAL, FILE_TIMES, RUSAGE -> 32; // the head of a rusage
      case TERMIOS -> 36;
      case STATX_RESULT -> 48; // its head
      case CLONE_ARGUMENTS -> 64; // the first version
      case SYSINFO -> 112;
      case STATFS -> 120;
      case STAT -> 144;
      case UTSNAME -> 390;
      default -> 0;
    };
  }

  private static void writeTime(TraceText text, ByteBuffer bytes, int offset, String fraction) {
    text.add("{tv_sec=").add(bytes.getLong(offset));
    text.add(", ").add(fraction).add("=").add(bytes.getLong(offset + 8)).add("}");
  }

  private static void writeFileTime(TraceText text, ByteBuffer bytes, int offset) {
    long nanos = bytes.getLong(offset + 8);
    if (nanos == UTIME_NOW) {
      text.add("UTIME_NOW");
    } else if (nanos == UTIME_OMIT) {
      text.add("UTIME_OMIT");
    } else {
      writeTime(text, bytes, offset, "tv_nsec");
    }
  }

  private static String limit(long value) {
    if (value == RLIM_INFINITY) {
      return "RLIM64_INFINITY";
    }
    return Long.compareUnsigned(value, 1024) > 0 && value % 1024 == 0
        ? Long.toUnsignedString(value >>> 10) + "*1024"
        : Long.toUnsignedString(value);
  }

  private static void writeAction(TraceText text, ByteBuffer bytes) {
    long handler = bytes.getLong(0);
    int flags = (int) bytes.getLong(8);
    text.add("{sa_handler=");
    switch ((int) handler) {
      case 0 -> text.add("SIG_DFL");
      case 1 -> text.add("SIG_IGN");
      default -> text.hex(handler);
    }
    text.add(", sa_mask=").add(SignalNames.ofMask(bytes.getLong(24))).add(", sa_flags=");
    FlagNames.ACTION.names().write(text.text, flags);
    if ((flags & 0x400_0000) != 0) {
      text.add(", sa_restorer=").address(bytes.getLong(16));
    }
    text.add("}");
  }

  private static void writeStack(TraceText text, ByteBuffer bytes) {
    text.add("{ss_sp=").address(bytes.getLong(0)).add(", ss_flags=");
    FlagNames.STACK.names().write(text.text, bytes.getInt(8));
    text.add(", ss_size=").add(Long.toUnsignedString(bytes.getLong(16))).add("}");
  }

  private static void writeStat(TraceText text, ByteBuffer bytes) {
    int mode = bytes.getInt(24);
    text.add("{st_mode=");
    writeMode(text, mode);
    if (isDevice(mode)) {
      long device = bytes.getLong(40);
      text.add(", st_rdev=makedev(");
      text.hex(((device >>> 8) & 0xfff) | ((device >>> 32) & 0xffff_f000L)).add(", ");
      text.hex((device & 0xff) | ((device >>> 12) & 0xffff_ff00L)).add(")");
    } else {
      text.add(", st_size=").add(bytes.getLong(48));
    }
    text.add(", ...}");
  }

  private static void writeStatx(TraceText text, ByteBuffer bytes) {
    text.add("{stx_mask=");
    FlagNames.STATX.names().write(text.text, bytes.getInt(0));
    text.add(", stx_attributes=").hex(bytes.getLong(8)).add(", stx_mode=");
    writeMode(text, Short.toUnsignedInt(bytes.getShort(28)));
    text.add(", stx_size=").add(bytes.getLong(40)).add(", ...}");
  }

  private static boolean isDevice(int mode) {
    return (mode & 0xf000) == 0x2000 || (mode & 0xf000) == 0x6000;
  }

  /// `S_IFREG|S_ISUID|0755`.
  private static void writeMode(TraceText text, int mode) {
    String type =
        switch (mode & 0xf000) {
          case 0x1000 -> "S_IFIFO|";
          case 0x2000 -> "S_IFCHR|";
          case 0x4000 -> "S_IFDIR|";
          case 0x6000 -> "S_IFBLK|";
          case 0x8000 -> "S_IFREG|";
          case 0xa000 -> "S_IFLNK|";
          case 0xc000 -> "S_IFSOCK|";
          default -> "";
        };
    text.add(type).add((mode & 0x800) != 0 ? "S_ISUID|" : "");
    text.add((mode & 0x400) != 0 ? "S_ISGID|" : "").add((mode & 0x200) != 0 ? "S_ISVTX|" : "");
    text.mode(mode & 0x1ff);
  }

  private static void writeFileSystem(TraceText text, ByteBuffer bytes) {
    text.add("{f_type=");
    ValueNames.FILE_SYSTEM.names().write(text.text, (int) bytes.getLong(0));
    String[] names = {", f_bsize=", ", f_blocks=", ", f_bfree=", ", f_bavail=", ", f_files="};
    for (int i = 0; i < names.length; i++) {
      text.add(names[i]).add(Long.toUnsignedString(bytes.getLong(8 + 8 * i)));
    }
    text.add(", f_ffree=").add(bytes.getLong(48)).add(", f_fsid={val=[");
    text.hex(Integer.toUnsignedLong(bytes.getInt(56))).add(", ");
    text.hex(Integer.toUnsignedLong(bytes.getInt(60))).add("]}");
    text.add(", f_namelen=").add(bytes.getLong(64)).add(", f_frsize=").add(bytes.getLong(72));
    text.add(", f_flags=");
    FlagNames.MOUNT_STATE.names().write(text.text, (int) bytes.getLong(80));
    text.add("}");
  }

  private static void writeSystem(TraceText text, ByteBuffer bytes) {
    text.add("{uptime=").add(bytes.getLong(0)).add(", loads=[").add(bytes.getLong(8));
    text.add(", ").add(bytes.getLong(16)).add(", ").add(bytes.getLong(24)).add("]");
    String[] names = {
      ", totalram=", ", freeram=", ", sharedram=", ", bufferram=", ", totalswap=", ", freeswap="
    };
    for (int i = 0; i < names.length; i++) {
      text.add(names[i]).add(Long.toUnsignedString(bytes.getLong(32 + 8 * i)));
    }
    text.add(", procs=").add(Short.toUnsignedInt(bytes.getShort(80)));
    text.add(", totalhigh=").add(Long.toUnsignedString(bytes.getLong(88)));
    text.add(", freehigh=").add(Long.toUnsignedString(bytes.getLong(96)));
    text.add(", mem_unit=").add(Integer.toUnsignedString(bytes.getInt(104))).add("}");
  }

  private static void writeClone(TraceText text, ByteBuffer bytes) {
    long flags = bytes.getLong(0);
    text.add("{flags=");
    FlagNames.CLONE.names().write(text.text, (int) flags);
    if (bytes.getLong(16) != 0) {
      text.add(", child_tid=").address(bytes.getLong(16));
    }
    if (bytes.getLong(24) != 0) {
      text.add(", parent_tid=").address(bytes.getLong(24));
    }
    text.add(", exit_signal=").add(SignalNames.of((int) bytes.getLong(32)));
    text.add(", stack=").address(bytes.getLong(40)).add(", stack_size=").hex(bytes.getLong(48));
    if ((flags & 0x8_0000) != 0) {
      text.add(", tls=").address(bytes.getLong(56));
    }
    text.add("}");
  }

  private static void writeTerminal(TraceText text, ByteBuffer bytes) {
    int local = bytes.getInt(12);
    text.add("{B").add(speed(bytes.getInt(8) & 0x100f));
    text.add((bytes.getInt(4) & 1) != 0 ? " opost" : " -opost");
    text.add((local & 1) != 0 ? " isig" : " -isig").add((local & 2) != 0 ? " icanon" : " -icanon");
    text.add((local & 8) != 0 ? " echo" : " -echo").add(" ...}");
  }

  private static int speed(int code) {
    int[] slow = {
      0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400
    };
    return code < slow.length ? slow[code] : code == 0x1001 ? 57600 : 115200;
  }

  private static void writeWaitStatus(TraceText text, int status) {
    int signal = status & 0x7f;
    if (signal == 0) {
      text.add("[{WIFEXITED(s) && WEXITSTATUS(s) == ").add((status >> 8) & 0xff).add("}]");
    } else if (signal == 0x7f) {
      text.add("[{WIFSTOPPED(s) && WSTOPSIG(s) == ");
      text.add(SignalNames.of((status >> 8) & 0xff)).add("}]");
    } else {
      text.add("[{WIFSIGNALED(s) && WTERMSIG(s) == ").add(SignalNames.of(signal));
      text.add((status & 0x80) != 0 ? " && WCOREDUMP(s)}]" : "}]");
    }
  }
}
