package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_NONBLOCK;

import org.jspecify.annotations.Nullable;

/// `ioctl`: what terminals answer, the few requests that all files know, and what sockets tell of
/// the network interface. Everything else is ENOTTY, which is how programs find out what a file is
/// not.
final class TerminalCalls {
  private static final int TCGETS = 0x5401;
  private static final int TCSETS = 0x5402;
  private static final int TCSETSF = 0x5404;
  private static final int TCSBRK = 0x5409;
  private static final int TCXONC = 0x540a;
  private static final int TCFLSH = 0x540b;
  private static final int TIOCSCTTY = 0x540e;
  private static final int TIOCGPGRP = 0x540f;
  private static final int TIOCSPGRP = 0x5410;
  private static final int TIOCOUTQ = 0x5411;
  private static final int TIOCGWINSZ = 0x5413;
  private static final int TIOCSWINSZ = 0x5414;
  private static final int FIONREAD = 0x541b;
  private static final int FIONBIO = 0x5421;
  private static final int TIOCNOTTY = 0x5422;
  private static final int TIOCGSID = 0x5429;
  private static final int FIONCLEX = 0x5450;
  private static final int FIOCLEX = 0x5451;
  private static final int FIOASYNC = 0x5452;
  private static final int FIOQSIZE = 0x5460;
  private static final int SIOCATMARK = 0x8905;
  private static final int FICLONE = 0x40049409;
  private static final int FICLONERANGE = 0x4020940d;

  private final ProcessFiles files;
  private final int processId;

  /// @param processId the group that is in the foreground until a program says otherwise
  TerminalCalls(ProcessFiles files, int processId) {
    this.files = files;
    this.processId = processId;
  }

  long ioctl(Task task, int fd, int request, long argument) {
    OpenFile file = files.descriptors.opened(fd);
    UserMemory memory = task.memory();
    switch (request) {
      case FIOCLEX -> files.descriptors.closeOnExec(fd, true);
      case FIONCLEX -> files.descriptors.closeOnExec(fd, false);
      case FIONBIO -> setNonBlocking(file, memory.getInt(argument) != 0);
      case FIOASYNC -> memory.getInt(argument);
      case FIOQSIZE -> memory.setLong(argument, sized(file).size());
      case FIONREAD -> memory.setInt(argument, available(file));
      case FICLONE, FICLONERANGE -> throw Errno.EOPNOTSUPP.exception();
      case SIOCATMARK -> memory.setInt(argument, atMark(file));
      case TIOCOUTQ -> memory.setInt(argument, notSent(file));
      default -> {
        if (file instanceof Socket && InterfaceCalls.knows(request)) {
          return InterfaceCalls.ioctl(memory, request, argument);
        }
        return terminal(task, file.terminal(), request, argument);
      }
    }
    return 0;
  }

  private static void setNonBlocking(OpenFile file, boolean value) {
    file.changeFlags(value ? file.flags() | O_NONBLOCK : file.flags() & ~O_NONBLOCK);
  }

  private static int atMark(OpenFile file) {
    if (file instanceof Socket) {
      return 0; // nothing is urgent here
    }
    throw Errno.ENOTTY.exception();
  }

  /// What a socket's peer has not read yet; a terminal takes everything at once.
  private static int notSent(OpenFile file) {
    if (file instanceof StreamSocket socket) {
      StreamSocket peer = socket.peer();
      return peer == null ? 0 : (int) peer.incoming().bytes();
    }
    if (file instanceof Socket || file.terminal() != null) {
      return 0;
    }
    throw Errno.ENOTTY.exception();
  }

  private static Inode sized(OpenFile file) {
    if (file instanceof OpenRegularFile || file instanceof OpenDirectory) {
      return file.inode();
    }
    throw Errno.ENOTTY.exception();
  }

  private static int available(OpenFile file) {
    long bytes = file.available();
    if (bytes < 0) {
      throw Errno.ENOTTY.exception();
    }
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  private long terminal(Task task, @Nullable Terminal terminal, int request, long argument) {
    if (terminal == null) {
      throw Errno.ENOTTY.exception();
    }
    UserMemory memory = task.memory();
    switch (request) {
      case TCGETS -> memory.write(argument, terminal.attributes(), 0, Terminal.TERMIOS_BYTES);
      case TCSETS, TCSETS + 1, TCSETSF -> setAttributes(memory, terminal, argument);
      case TIOCGWINSZ -> memory.write(argument, terminal.size(), 0, Terminal.WINSIZE_BYTES);
      case TIOCGPGRP ->
          memory.setInt(argument, terminal.foreground() == 0 ? processId : terminal.foreground());
      case TIOCSPGRP -> terminal.foreground(group(memory.getInt(argument)));
      case TIOCGSID -> memory.setInt(argument, processId);
      // The size is the host's; the rest has nothing to wait for.
      case TIOCSWINSZ, TIOCSCTTY, TIOCNOTTY, TCSBRK, TCXONC, TCFLSH -> {}
      default -> throw Errno.ENOTTY.exception();
    }
    return 0;
  }

  private static int group(int group) {
    if (group < 0) {
      throw Errno.EINVAL.exception();
    }
    return group;
  }

  private static void setAttributes(UserMemory memory, Terminal terminal, long address) {
    byte[] wanted = new byte[Terminal.TERMIOS_BYTES];
    memory.read(address, wanted, 0, wanted.length);
    terminal.attributes(wanted);
  }
}
