package dev.mote.linux;

import dev.mote.linux.ArgumentKind.At;
import dev.mote.linux.ArgumentKind.Bits;
import dev.mote.linux.ArgumentKind.Bytes;
import dev.mote.linux.ArgumentKind.Out;
import dev.mote.linux.ArgumentKind.Plain;
import dev.mote.linux.ArgumentKind.Value;
import dev.mote.linux.ArgumentKind.Vector;
import java.nio.ByteBuffer;

/// Writes the arguments of one system call by their kinds.
///
/// @param arguments the six argument registers
record ArgumentWriter(TraceText text, SystemCallArguments arguments) {
  private static final int AT_FDCWD = -100;
  private static final long EINTR = -4;

  /// Most members of a list that are counted where only their number is shown.
  private static final int MAX_COUNTED = 4096;

  /// @param result of the call; not looked at by kinds that are shown before it
  void write(ArgumentKind kind, int index, long result) {
    long value = arguments.get(index);
    switch (kind) {
      case Plain plain -> writePlain(plain, index, value, result);
      case Bits(NamedBits names) -> names.write(text.text, (int) value);
      case Value(NamedValues names) -> names.write(text.text, (int) value);
      case Bytes(int length, boolean hexadecimal) ->
          text.bytes(value, length == Bytes.RESULT ? result : arguments.get(length), hexadecimal);
      case Vector(boolean limited) ->
          writeVector(value, arguments.get(index + 1), limited ? result : Long.MAX_VALUE);
      case At(String label, int at, ArgumentKind moved) -> {
        text.add(label);
        write(moved, at, result);
      }
      case Out(ArgumentKind written) -> {
        if (result < 0) {
          text.address(value);
        } else {
          write(written, index, result);
        }
      }
    }
  }

  private void writePlain(Plain kind, int index, long value, long result) {
    switch (kind) {
      case INT -> text.add(Integer.toString((int) value));
      case UINT -> text.add(Integer.toUnsignedString((int) value));
      case LONG -> text.add(value);
      case SIZE -> text.add(Long.toUnsignedString(value));
      case HEX -> text.hex(value);
      case HEX32 -> text.hex(Integer.toUnsignedLong((int) value));
      case ADDRESS -> text.address(value);
      case DIRECTORY -> writeDirectory((int) value);
      case PATH -> text.path(value);
      case STRING -> text.string(value);
      case MODE -> text.mode((int) value);
      case SIGNAL -> text.add(SignalNames.of((int) value));
      case STRINGS -> writeStrings(value);
      case ENVIRONMENT -> writeEnvironment(value);
      case POLLFDS -> writePollDescriptors(value, arguments.get(index + 1));
      case DESCRIPTOR_SET -> writeDescriptorSet(value, (int) arguments.get(0));
      case DIRECTORY_ENTRIES -> writeDirectoryEntries(value, result);
      case EPOLL_EVENTS -> writeEpollEvents(value, result);
      case SOCKET_ADDRESS -> SocketAddressText.write(text, value, arguments.get(index + 1));
      case SOCKET_RESULT -> {
        ByteBuffer length = text.read(arguments.get(index + 1), 4);
        SocketAddressText.write(text, value, length == null ? 0 : length.getInt(0));
      }
      case GROUPS -> writeGroups(value, arguments.get(0), result);
      case CPU_SET -> writeProcessors(value, result);
      case REMAINING_TIME -> {
        if (result == EINTR) {
          StructText.write(text, Plain.TIMESPEC, value);
        } else {
          text.address(value);
        }
      }
      case IOCTL -> writeIoctl((int) value);
      case CLONE_FLAGS -> writeCloneFlags((int) value);
      case TIMESPEC,
          TIMEVAL,
          ITIMERVAL,
          RLIMIT,
          SIGACTION,
          SIGSET,
          SIGNAL_STACK,
          STAT,
          STATX_RESULT,
          STATFS,
          UTSNAME,
          SYSINFO,
          RUSAGE,
          EPOLL_EVENT,
          CLONE_ARGUMENTS,
          WINDOW_SIZE,
          TERMIOS,
          FILE_TIMES,
          DESCRIPTOR_PAIR,
          WAIT_STATUS,
          INT_POINTER ->
          StructText.write(text, kind, value);
    }
  }

  private void writeDirectory(int descriptor) {
    if (descriptor == AT_FDCWD) {
      text.add("AT_FDCWD");
    } else {
      text.add(descriptor);
    }
  }

  /// Of an unknown one, what its bits say by the rule of `asm-generic/ioctl.h`.
  private void writeIoctl(int command) {
    if (ValueNames.IOCTL.names().has(command)) {
      ValueNames.IOCTL.names().write(text.text, command);
      return;
    }
    String[] directions = {"_IOC_NONE", "_IOC_WRITE", "_IOC_READ", "_IOC_READ|_IOC_WRITE"};
    text.add("_IOC(").add(directions[command >>> 30]).add(", ").hex((command >> 8) & 0xff);
    text.add(", ").hex(command & 0xff).add(", ").hex((command >> 16) & 0x3fff).add(")");
  }

  private void writeCloneFlags(int flags) {
    int signal = flags & 0xff;
    if ((flags & ~0xff) != 0 || signal == 0) {
      FlagNames.CLONE.names().write(text.text, flags & ~0xff);
    }
    if (signal != 0) {
      text.add((flags & ~0xff) != 0 ? "|" : "").add(SignalNames.of(signal));
    }
  }

  private void writeStrings(long list) {
    ByteBuffer pointer = text.read(list, 8);
    if (pointer == null) {
      text.address(list);
      return;
    }
    text.add("[");
    for (int i = 0; pointer != null && pointer.getLong(0) != 0; i++) {
      text.add(i == 0 ? "" : ", ");
      if (i == TraceText.SHOWN_MEMBERS) {
        text.add("...");
        break;
      }
      text.string(pointer.getLong(0));
      pointer = text.read(list + 8L * (i + 1), 8);
    }
    text.add("]");
  }

  private void writeEnvironment(long list) {
    text.address(list);
    int count = 0;
    ByteBuffer pointer = text.read(list, 8);
    while (pointer != null && pointer.getLong(0) != 0 && count < MAX_COUNTED) {
      count++;
      pointer = text.read(list + 8L * count, 8);
    }
    if (pointer != null) {
      text.add(" /* ").add(count).add(count == 1 ? " var */" : " vars */");
    }
  }

  private void writeVector(long vector, long count, long limit) {
    if (vector == 0 || count < 0 || text.read(vector, Math.min(count, 1) * 16) == null) {
      text.address(vector);
      return;
    }
    text.add("[");
    long left = limit;
    for (int i = 0; i < count; i++) {
      text.add(i == 0 ? "" : ", ");
      ByteBuffer entry = text.read(vector + 16L * i, 16);
      if (entry == null || i == TraceText.SHOWN_MEMBERS) {
        text.add("...");
        break;
      }
      long length = entry.getLong(8);
      long shown = Math.min(length, left);
      text.add("{iov_base=").bytes(entry.getLong(0), shown, false);
      text.add(", iov_len=").add(Long.toUnsignedString(length)).add("}");
      left -= Math.max(shown, 0);
    }
    text.add("]");
  }

  private void writePollDescriptors(long list, long count) {
    if (count == 0 && list != 0) {
      text.add("[]");
      return;
    }
    if (count < 0 || text.read(list, 8) == null) {
      text.address(list);
      return;
    }
    text.add("[");
    for (int i = 0; i < count; i++) {
      text.add(i == 0 ? "" : ", ");
      ByteBuffer entry = text.read(list + 8L * i, 8);
      if (entry == null || i == TraceText.SHOWN_MEMBERS) {
        text.add("...");
        break;
      }
      text.add("{fd=").add(entry.getInt(0));
      if (entry.getInt(0) >= 0) {
        text.add(", events=");
        FlagNames.POLL.names().write(text.text, Short.toUnsignedInt(entry.getShort(4)));
      }
      text.add("}");
    }
    text.add("]");
  }

  private void writeDescriptorSet(long set, int count) {
    ByteBuffer words = text.read(set, (Math.clamp(count, 0, 1024) + 63L) / 64 * 8);
    if (words == null) {
      text.address(set);
      return;
    }
    text.add("[");
    String separator = "";
    for (int fd = 0; fd < Math.min(count, 8 * words.capacity()); fd++) {
      if (((words.get(fd / 8) >> (fd % 8)) & 1) != 0) {
        text.add(separator).add(fd);
        separator = " ";
      }
    }
    text.add("]");
  }

  private void writeDirectoryEntries(long entries, long length) {
    int count = 0;
    for (long offset = 0; offset < length && count < MAX_COUNTED; count++) {
      ByteBuffer size = text.read(entries + offset + 16, 2);
      int step = size == null ? 0 : Short.toUnsignedInt(size.getShort(0));
      if (step == 0) {
        break;
      }
      offset += step;
    }
    text.address(entries).add(" /* ").add(count).add(count == 1 ? " entry */" : " entries */");
  }

  private void writeEpollEvents(long events, long count) {
    text.add("[");
    for (int i = 0; i < count; i++) {
      text.add(i == 0 ? "" : ", ");
      if (i == TraceText.SHOWN_MEMBERS) {
        text.add("...");
        break;
      }
      StructText.write(text, Plain.EPOLL_EVENT, events + 12L * i);
    }
    text.add("]");
  }

  private void writeGroups(long list, long room, long count) {
    ByteBuffer groups = text.read(list, 4 * Math.min(count, TraceText.SHOWN_MEMBERS));
    if (groups == null || (int) room == 0) {
      text.address(list);
      return;
    }
    text.add("[");
    for (int i = 0; i < groups.capacity() / 4; i++) {
      text.add(i == 0 ? "" : ", ").add(Integer.toUnsignedString(groups.getInt(4 * i)));
    }
    text.add(count > TraceText.SHOWN_MEMBERS ? ", ...]" : "]");
  }

  private void writeProcessors(long set, long length) {
    ByteBuffer bits = text.read(set, Math.min(length, 128));
    if (bits == null) {
      text.address(set);
      return;
    }
    text.add("[");
    String separator = "";
    for (int cpu = 0; cpu < 8 * bits.capacity(); cpu++) {
      if (((bits.get(cpu / 8) >> (cpu % 8)) & 1) != 0) {
        text.add(separator).add(cpu);
        separator = " ";
      }
    }
    text.add("]");
  }
}
