package dev.mote.linux;

import dev.mote.linux.ArgumentKind.Bits;

/// Numbers made of bits that system calls take, by the names that `linux/*.h` and `asm/*.h` give
/// them.
final class FlagNames {
  private FlagNames() {}

  static final Bits PROTECTION =
      bits(
          "PROT_",
          "PROT_NONE",
          """
          PROT_READ=1 PROT_WRITE=2 PROT_EXEC=4 PROT_SEM=8 PROT_GROWSDOWN=0x1000000
          PROT_GROWSUP=0x2000000
          """);

  static final Bits MAPPING =
      new Bits(
          NamedBits.withValue(
              "MAP_",
              0xf,
              NamedValues.of("MAP_", "MAP_FILE=0 MAP_SHARED=1 MAP_PRIVATE=2 MAP_SHARED_VALIDATE=3"),
              """
              MAP_FIXED=0x10 MAP_ANONYMOUS=0x20 MAP_32BIT=0x40 MAP_NORESERVE=0x4000
              MAP_POPULATE=0x8000 MAP_NONBLOCK=0x10000 MAP_GROWSDOWN=0x100 MAP_DENYWRITE=0x800
              MAP_EXECUTABLE=0x1000 MAP_LOCKED=0x2000 MAP_STACK=0x20000 MAP_HUGETLB=0x40000
              MAP_SYNC=0x80000 MAP_FIXED_NOREPLACE=0x100000
              """));

  private static final String OPEN_BITS =
      """
      O_CREAT=0x40 O_EXCL=0x80 O_NOCTTY=0x100 O_TRUNC=0x200 O_APPEND=0x400 O_NONBLOCK=0x800
      O_SYNC=0x101000 O_DSYNC=0x1000 FASYNC=0x2000 O_DIRECT=0x4000 O_LARGEFILE=0x8000
      O_NOFOLLOW=0x20000 O_NOATIME=0x40000 O_CLOEXEC=0x80000 O_PATH=0x200000 O_TMPFILE=0x410000
      O_DIRECTORY=0x10000
      """;

  static final Bits OPEN =
      new Bits(
          NamedBits.withValue(
              "O_",
              3,
              NamedValues.of("O_", "O_RDONLY=0 O_WRONLY=1 O_RDWR=2 O_ACCMODE=3"),
              OPEN_BITS));
  static final Bits DESCRIPTOR = bits("O_", "0", OPEN_BITS);
  static final Bits CLOSE_ON_EXEC = bits("FD_", "0", "FD_CLOEXEC=1");

  static final Bits ACCESS = bits("?_OK", "F_OK", "R_OK=4 W_OK=2 X_OK=1");

  static final Bits AT =
      bits(
          "AT_",
          "0",
          """
          AT_SYMLINK_NOFOLLOW=0x100 AT_REMOVEDIR=0x200 AT_SYMLINK_FOLLOW=0x400
          AT_NO_AUTOMOUNT=0x800 AT_EMPTY_PATH=0x1000 AT_RECURSIVE=0x8000
          """);
  static final Bits FACCESSAT =
      bits("AT_", "0", "AT_SYMLINK_NOFOLLOW=0x100 AT_EACCESS=0x200 AT_EMPTY_PATH=0x1000");
  static final Bits STATX_AT =
      new Bits(
          NamedBits.withValue(
              "AT_STATX_",
              0x6000,
              NamedValues.of(
                  "AT_STATX_",
                  """
                  AT_STATX_SYNC_AS_STAT=0 AT_STATX_FORCE_SYNC=0x2000 AT_STATX_DONT_SYNC=0x4000
                  AT_STATX_SYNC_TYPE=0x6000
                  """),
              """
              AT_SYMLINK_NOFOLLOW=0x100 AT_REMOVEDIR=0x200 AT_SYMLINK_FOLLOW=0x400
              AT_NO_AUTOMOUNT=0x800 AT_EMPTY_PATH=0x1000 AT_RECURSIVE=0x8000
              """));
  static final Bits STATX =
      bits(
          "STATX_",
          "0",
          """
          STATX_ALL=0xfff STATX_BASIC_STATS=0x7ff STATX_TYPE=1 STATX_MODE=2 STATX_NLINK=4
          STATX_UID=8 STATX_GID=0x10 STATX_ATIME=0x20 STATX_MTIME=0x40 STATX_CTIME=0x80
          STATX_INO=0x100 STATX_SIZE=0x200 STATX_BLOCKS=0x400 STATX_BTIME=0x800
          STATX_MNT_ID=0x1000 STATX_DIOALIGN=0x2000
          """);
  static final Bits RENAME =
      bits("RENAME_", "0", "RENAME_NOREPLACE=1 RENAME_EXCHANGE=2 RENAME_WHITEOUT=4");
  static final Bits LOCK = bits("LOCK_", "0", "LOCK_SH=1 LOCK_EX=2 LOCK_NB=4 LOCK_UN=8");
  static final Bits MOUNT_STATE =
      bits(
          "ST_",
          "0",
          """
          ST_VALID=0x20 ST_RDONLY=1 ST_NOSUID=2 ST_NODEV=4 ST_NOEXEC=8 ST_SYNCHRONOUS=0x10
          ST_MANDLOCK=0x40 ST_NOATIME=0x400 ST_NODIRATIME=0x800 ST_RELATIME=0x1000
          """);

  static final Bits REMAP =
      bits("MREMAP_", "0", "MREMAP_MAYMOVE=1 MREMAP_FIXED=2 MREMAP_DONTUNMAP=4");
  static final Bits SYNCHRONIZE = bits("MS_", "0", "MS_ASYNC=1 MS_INVALIDATE=2 MS_SYNC=4");
  static final Bits MEMORY_FILE =
      bits(
          "MFD_",
          "0",
          "MFD_CLOEXEC=1 MFD_ALLOW_SEALING=2 MFD_HUGETLB=4 MFD_NOEXEC_SEAL=8 MFD_EXEC=16");
  static final Bits RANDOM = bits("GRND_", "0", "GRND_NONBLOCK=1 GRND_RANDOM=2 GRND_INSECURE=4");

  static final Bits ACTION =
      bits(
          "SA_",
          "0",
          """
          SA_RESTORER=0x4000000 SA_ONSTACK=0x8000000 SA_RESTART=0x10000000
          SA_INTERRUPT=0x20000000 SA_NODEFER=0x40000000 SA_RESETHAND=0x80000000
          SA_SIGINFO=4 SA_NOCLDSTOP=1 SA_NOCLDWAIT=2
          """);
  static final Bits STACK = bits("SS_", "0", "SS_ONSTACK=1 SS_DISABLE=2 SS_AUTODISARM=0x80000000");
  static final Bits TIMER = bits("TIMER_", "0", "TIMER_ABSTIME=1");

  static final Bits POLL =
      bits(
          "POLL",
          "0",
          """
          POLLIN=1 POLLPRI=2 POLLOUT=4 POLLRDNORM=0x40 POLLRDBAND=0x80 POLLWRNORM=0x100
          POLLWRBAND=0x200 POLLMSG=0x400 POLLREMOVE=0x1000 POLLRDHUP=0x2000 POLLERR=8
          POLLHUP=0x10 POLLNVAL=0x20
          """);
  static final Bits EPOLL =
      bits(
          "EPOLL",
          "0",
          """
          EPOLLIN=1 EPOLLPRI=2 EPOLLOUT=4 EPOLLERR=8 EPOLLHUP=0x10 EPOLLRDNORM=0x40
          EPOLLRDBAND=0x80 EPOLLWRNORM=0x100 EPOLLWRBAND=0x200 EPOLLMSG=0x400
          EPOLLRDHUP=0x2000 EPOLLEXCLUSIVE=0x10000000 EPOLLWAKEUP=0x20000000
          EPOLLONESHOT=0x40000000 EPOLLET=0x80000000
          """);
  static final Bits EPOLL_CREATE = bits("EPOLL_", "0", "EPOLL_CLOEXEC=0x80000");
  static final Bits EVENT =
      bits("EFD_", "0", "EFD_SEMAPHORE=1 EFD_CLOEXEC=0x80000 EFD_NONBLOCK=0x800");
  static final Bits TIMER_FILE = bits("TFD_", "0", "TFD_CLOEXEC=0x80000 TFD_NONBLOCK=0x800");
  static final Bits INOTIFY = bits("IN_", "0", "IN_CLOEXEC=0x80000 IN_NONBLOCK=0x800");

  static final Bits CLONE =
      bits(
          "CLONE_",
          "0",
          """
          CLONE_VM=0x100 CLONE_FS=0x200 CLONE_FILES=0x400 CLONE_SIGHAND=0x800 CLONE_PIDFD=0x1000
          CLONE_PTRACE=0x2000 CLONE_VFORK=0x4000 CLONE_PARENT=0x8000 CLONE_THREAD=0x10000
          CLONE_NEWNS=0x20000 CLONE_SYSVSEM=0x40000 CLONE_SETTLS=0x80000
          CLONE_PARENT_SETTID=0x100000 CLONE_CHILD_CLEARTID=0x200000 CLONE_DETACHED=0x400000
          CLONE_UNTRACED=0x800000 CLONE_CHILD_SETTID=0x1000000 CLONE_NEWCGROUP=0x2000000
          CLONE_NEWUTS=0x4000000 CLONE_NEWIPC=0x8000000 CLONE_NEWUSER=0x10000000
          CLONE_NEWPID=0x20000000 CLONE_NEWNET=0x40000000 CLONE_IO=0x80000000
          """);
  static final Bits WAIT =
      bits(
          "W",
          "0",
          """
          WNOHANG=1 WSTOPPED=2 WEXITED=4 WCONTINUED=8 WNOWAIT=0x1000000 __WNOTHREAD=0x20000000
          __WALL=0x40000000 __WCLONE=0x80000000
          """);
  static final Bits CLOSE_RANGE =
      bits("CLOSE_RANGE_", "0", "CLOSE_RANGE_UNSHARE=2 CLOSE_RANGE_CLOEXEC=4");

  static final Bits SOCKET_TYPE =
      new Bits(
          NamedBits.withValue(
              "SOCK_",
              0xf,
              NamedValues.of(
                  "SOCK_",
                  """
                  SOCK_STREAM=1 SOCK_DGRAM=2 SOCK_RAW=3 SOCK_RDM=4 SOCK_SEQPACKET=5 SOCK_DCCP=6
                  SOCK_PACKET=10
                  """),
              "SOCK_CLOEXEC=0x80000 SOCK_NONBLOCK=0x800"));
  static final Bits ACCEPT = bits("SOCK_", "0", "SOCK_CLOEXEC=0x80000 SOCK_NONBLOCK=0x800");
  static final Bits MESSAGE =
      bits(
          "MSG_",
          "0",
          """
          MSG_OOB=1 MSG_PEEK=2 MSG_DONTROUTE=4 MSG_CTRUNC=8 MSG_PROBE=0x10 MSG_TRUNC=0x20
          MSG_DONTWAIT=0x40 MSG_EOR=0x80 MSG_WAITALL=0x100 MSG_FIN=0x200 MSG_SYN=0x400
          MSG_CONFIRM=0x800 MSG_RST=0x1000 MSG_ERRQUEUE=0x2000 MSG_NOSIGNAL=0x4000
          MSG_MORE=0x8000 MSG_WAITFORONE=0x10000 MSG_FASTOPEN=0x20000000
          MSG_CMSG_CLOEXEC=0x40000000
          """);

  private static Bits bits(String prefix, String zero, String names) {
    return new Bits(NamedBits.of(prefix, zero, names));
  }
}
