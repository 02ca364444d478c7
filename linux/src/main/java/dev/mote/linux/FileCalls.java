package dev.mote.linux;

/// The system calls about files: one switch from number to method.
final class FileCalls {
  private final TransferCalls transfer;
  private final OpenCalls open;
  private final ContentCalls content;
  private final CopyCalls copy;
  private final StatCalls stat;
  private final AttributeCalls attributes;
  private final ExtendedAttributeCalls extended;
  private final DirectoryCalls names;
  private final RenameCalls rename;
  private final WorkingDirectoryCalls directories;
  private final DescriptorCalls descriptors;
  private final FcntlCalls fcntl;
  private final PollCalls poll;
  private final SelectCalls select;
  private final TerminalCalls terminal;
  private final EpollCalls epoll;
  private final TimerFileCalls timers;
  private final NotifierCalls notifiers;
  private final SocketCalls sockets;
  private final SocketOptionCalls options;
  private final MessageCalls messages;

  FileCalls(ProcessFiles files, int processId) {
    SocketTransfer socketTransfer = new SocketTransfer();
    transfer = new TransferCalls(files, socketTransfer);
    open = new OpenCalls(files);
    content = new ContentCalls(files);
    copy = new CopyCalls(files);
    stat = new StatCalls(files);
    attributes = new AttributeCalls(files);
    extended = new ExtendedAttributeCalls(files);
    names = new DirectoryCalls(files);
    rename = new RenameCalls(files);
    directories = new WorkingDirectoryCalls(files);
    descriptors = new DescriptorCalls(files);
    fcntl = new FcntlCalls(files);
    poll = new PollCalls(files);
    select = new SelectCalls(files);
    terminal = new TerminalCalls(files, processId);
    epoll = new EpollCalls(files);
    timers = new TimerFileCalls(files);
    notifiers = new NotifierCalls(files);
    sockets = new SocketCalls(files);
    options = new SocketOptionCalls(sockets);
    messages = new MessageCalls(files, sockets, socketTransfer);
  }

  /// Makes a call.
  ///
  /// @throws ErrnoException ENOSYS if the number is not one of these calls
  long call(Task task, int number, long a, long b, long c, long d, long e, long f) {
    return switch (number) {
      case 0 -> transfer.read(task, (int) a, b, c);
      case 1 -> transfer.write(task, (int) a, b, c);
      case 2 -> open.open(task, a, (int) b, (int) c);
      case 3 -> open.close((int) a);
      case 4 -> stat.stat(task, a, b);
      case 5 -> stat.fstat(task, (int) a, b);
      case 6 -> stat.lstat(task, a, b);
      case 7 -> poll.poll(task, a, b & 0xffff_ffffL, (int) c);
      case 8 -> content.lseek((int) a, b, (int) c);
      case 16 -> terminal.ioctl(task, (int) a, (int) b, c);
      case 17 -> transfer.pread64(task, (int) a, b, c, d);
      case 18 -> transfer.pwrite64(task, (int) a, b, c, d);
      case 19 -> transfer.readv(task, (int) a, b, c);
      case 20 -> transfer.writev(task, (int) a, b, c);
      case 21 -> stat.access(task, a, (int) b);
      case 22 -> descriptors.pipe(task, a);
      case 23 -> select.select(task, (int) a, b, c, d, e);
      case 32 -> descriptors.dup((int) a);
      case 33 -> descriptors.dup2((int) a, (int) b);
      case 40 -> copy.sendfile(task, (int) a, (int) b, c, d);
      case 275 -> copy.splice((int) a, (int) c);
      case 41 -> sockets.socket((int) a, (int) b, (int) c);
      case 42 -> sockets.connect(task, (int) a, b, (int) c);
      case 43 -> sockets.accept(task, (int) a, b, c, 0);
      case 44 -> messages.sendto(task, (int) a, b, c, (int) d, e, (int) f);
      case 45 -> messages.recvfrom(task, (int) a, b, c, (int) d, e, f);
      case 46 -> messages.sendmsg(task, (int) a, b, (int) c);
      case 47 -> messages.recvmsg(task, (int) a, b, (int) c);
      case 48 -> sockets.shutdown((int) a, (int) b);
      case 49 -> sockets.bind(task, (int) a, b, (int) c);
      case 50 -> sockets.listen(task, (int) a, (int) b);
      case 51 -> sockets.getsockname(task, (int) a, b, c);
      case 52 -> sockets.getpeername(task, (int) a, b, c);
      case 53 -> sockets.socketpair(task, (int) a, (int) b, (int) c, d);
      case 54 -> options.set(task, (int) a, (int) b, (int) c, d, (int) e);
      case 55 -> options.get(task, (int) a, (int) b, (int) c, d, e);
      case 72 -> fcntl.fcntl(task, (int) a, (int) b, c);
      case 73 -> fcntl.flock(task, (int) a, (int) b);
      case 74, 75 -> content.fsync((int) a);
      case 76 -> content.truncate(task, a, b);
      case 77 -> content.ftruncate((int) a, b);
      case 78 -> directories.getdents(task, (int) a, b, c);
      case 79 -> directories.getcwd(task, a, b);
      case 80 -> directories.chdir(task, a);
      case 81 -> directories.fchdir((int) a);
      case 82 -> rename.rename(task, a, b);
      case 83 -> names.mkdir(task, a, (int) b);
      case 84 -> names.rmdir(task, a);
      case 85 -> open.creat(task, a, (int) b);
      case 86 -> names.link(task, a, b);
      case 87 -> names.unlink(task, a);
      case 88 -> names.symlink(task, a, b);
      case 89 -> stat.readlink(task, a, b, (int) c);
      case 90 -> attributes.chmod(task, a, (int) b);
      case 91 -> attributes.fchmod((int) a, (int) b);
      case 92 -> attributes.chown(task, a, (int) b, (int) c);
      case 93 -> attributes.fchown((int) a, (int) b, (int) c);
      case 94 -> attributes.lchown(task, a, (int) b, (int) c);
      case 95 -> attributes.umask((int) a);
      case 132 -> attributes.utime(task, a, b);
      case 133 -> names.mknod(task, a, (int) b, c);
      case 137 -> stat.statfs(task, a, b);
      case 138 -> stat.fstatfs(task, (int) a, b);
      case 161 -> directories.chroot(task, a);
      case 162 -> 0; // sync
      case 187 -> content.readahead((int) a);
      default -> laterCall(task, number, a, b, c, d, e, f);
    };
  }

  /// The calls from number 188 on.
  private long laterCall(Task task, int number, long a, long b, long c, long d, long e, long f) {
    return switch (number) {
      case 188, 189 -> extended.set(task, a, b, number == 188);
      case 190 -> extended.fset(task, (int) a, b);
      case 191, 192 -> extended.get(task, a, b, number == 191);
      case 193 -> extended.fget(task, (int) a, b);
      case 194, 195 -> extended.list(task, a, number == 194);
      case 196 -> extended.flist((int) a);
      case 197, 198 -> extended.remove(task, a, b, number == 197);
      case 199 -> extended.fremove(task, (int) a, b);
      case 217 -> directories.getdents64(task, (int) a, b, c);
      case 221 -> content.fadvise64((int) a, (int) d);
      case 235 -> attributes.utimes(task, a, b);
      case 257 -> open.openat(task, (int) a, b, (int) c, (int) d);
      case 258 -> names.mkdirat(task, (int) a, b, (int) c);
      case 259 -> names.mknodat(task, (int) a, b, (int) c, d);
      case 260 -> attributes.fchownat(task, (int) a, b, (int) c, (int) d, (int) e);
      case 261 -> attributes.futimesat(task, (int) a, b, c);
      case 262 -> stat.newfstatat(task, (int) a, b, c, (int) d);
      case 263 -> names.unlinkat(task, (int) a, b, (int) c);
      case 264 -> rename.renameat(task, (int) a, b, (int) c, d);
      case 265 -> names.linkat(task, (int) a, b, (int) c, d, (int) e);
      case 266 -> names.symlinkat(task, a, (int) b, c);
      case 267 -> stat.readlinkat(task, (int) a, b, c, (int) d);
      case 268 -> attributes.fchmodat(task, (int) a, b, (int) c);
      case 269 -> stat.faccessat(task, (int) a, b, (int) c);
      case 270 -> select.pselect6(task, (int) a, new long[] {b, c, d}, e, f);
      case 271 -> poll.ppoll(task, a, b & 0xffff_ffffL, c, d, e);
      case 277 -> content.syncFileRange((int) a, b, c, (int) d);
      case 280 -> attributes.utimensat(task, (int) a, b, c, (int) d);
      case 284 -> descriptors.eventfd((int) a);
      case 285 -> content.fallocate((int) a, (int) b, c, d);
      case 290 -> descriptors.eventfd2((int) a, (int) b);
      case 292 -> descriptors.dup3((int) a, (int) b, (int) c);
      case 293 -> descriptors.pipe2(task, a, (int) b);
      case 295 -> transfer.preadv(task, (int) a, b, c, d);
      case 296 -> transfer.pwritev(task, (int) a, b, c, d);
      case 306 -> content.syncfs((int) a);
      case 316 -> rename.renameat2(task, (int) a, b, (int) c, d, (int) e);
      case 319 -> open.memfdCreate(task, a, (int) b);
      case 326 -> copy.copyFileRange(task, (int) a, b, (int) c, d, e, (int) f);
      case 327 -> transfer.preadv2(task, (int) a, b, c, d, (int) f);
      case 328 -> transfer.pwritev2(task, (int) a, b, c, d, (int) f);
      case 332 -> stat.statx(task, (int) a, b, (int) c, (int) d, e);
      case 436 -> open.closeRange((int) a, (int) b, (int) c);
      case 439 -> stat.faccessat2(task, (int) a, b, (int) c, (int) d);
      case 452 -> attributes.fchmodat2(task, (int) a, b, (int) c, (int) d);
      default -> waitingCall(task, number, a, b, c, d, e, f);
    };
  }

  /// The calls on what can be waited on, from number 213 on.
  private long waitingCall(Task task, int number, long a, long b, long c, long d, long e, long f) {
    return switch (number) {
      case 213 -> epoll.create((int) a);
      case 232 -> epoll.wait(task, (int) a, b, (int) c, (int) d);
      case 233 -> epoll.control(task, (int) a, (int) b, (int) c, d);
      case 253 -> notifiers.init(0);
      case 254 -> notifiers.add(task, (int) a, b, (int) c);
      case 255 -> notifiers.remove((int) a, (int) b);
      case 281 -> epoll.pwait(task, (int) a, b, (int) c, (int) d, e, f);
      case 282 -> timers.signalfd(task, (int) a, b, c, 0);
      case 283 -> timers.create(task, (int) a, (int) b);
      case 286 -> timers.set(task, (int) a, (int) b, c, d);
      case 287 -> timers.get(task, (int) a, b);
      case 288 -> sockets.accept(task, (int) a, b, c, (int) d);
      case 289 -> timers.signalfd(task, (int) a, b, c, (int) d);
      case 291 -> epoll.create1((int) a);
      case 294 -> notifiers.init((int) a);
      case 299 -> messages.recvmmsg(task, (int) a, b, (int) c, (int) d, e);
      case 307 -> messages.sendmmsg(task, (int) a, b, (int) c, (int) d);
      case 441 -> epoll.pwait2(task, (int) a, b, (int) c, d, e, f);
      default -> throw Errno.ENOSYS.exception();
    };
  }
}
