package dev.mote.linux;

import static dev.mote.linux.ArgumentKind.Plain.ADDRESS;
import static dev.mote.linux.ArgumentKind.Plain.CLONE_ARGUMENTS;
import static dev.mote.linux.ArgumentKind.Plain.CLONE_FLAGS;
import static dev.mote.linux.ArgumentKind.Plain.CPU_SET;
import static dev.mote.linux.ArgumentKind.Plain.DESCRIPTOR_PAIR;
import static dev.mote.linux.ArgumentKind.Plain.DESCRIPTOR_SET;
import static dev.mote.linux.ArgumentKind.Plain.DIRECTORY;
import static dev.mote.linux.ArgumentKind.Plain.DIRECTORY_ENTRIES;
import static dev.mote.linux.ArgumentKind.Plain.ENVIRONMENT;
import static dev.mote.linux.ArgumentKind.Plain.EPOLL_EVENT;
import static dev.mote.linux.ArgumentKind.Plain.EPOLL_EVENTS;
import static dev.mote.linux.ArgumentKind.Plain.FILE_TIMES;
import static dev.mote.linux.ArgumentKind.Plain.GROUPS;
import static dev.mote.linux.ArgumentKind.Plain.HEX;
import static dev.mote.linux.ArgumentKind.Plain.HEX32;
import static dev.mote.linux.ArgumentKind.Plain.INT;
import static dev.mote.linux.ArgumentKind.Plain.INT_POINTER;
import static dev.mote.linux.ArgumentKind.Plain.IOCTL;
import static dev.mote.linux.ArgumentKind.Plain.ITIMERVAL;
import static dev.mote.linux.ArgumentKind.Plain.LONG;
import static dev.mote.linux.ArgumentKind.Plain.MODE;
import static dev.mote.linux.ArgumentKind.Plain.PATH;
import static dev.mote.linux.ArgumentKind.Plain.POLLFDS;
import static dev.mote.linux.ArgumentKind.Plain.REMAINING_TIME;
import static dev.mote.linux.ArgumentKind.Plain.RLIMIT;
import static dev.mote.linux.ArgumentKind.Plain.RUSAGE;
import static dev.mote.linux.ArgumentKind.Plain.SIGACTION;
import static dev.mote.linux.ArgumentKind.Plain.SIGNAL;
import static dev.mote.linux.ArgumentKind.Plain.SIGNAL_STACK;
import static dev.mote.linux.ArgumentKind.Plain.SIGSET;
import static dev.mote.linux.ArgumentKind.Plain.SIZE;
import static dev.mote.linux.ArgumentKind.Plain.SOCKET_ADDRESS;
import static dev.mote.linux.ArgumentKind.Plain.SOCKET_RESULT;
import static dev.mote.linux.ArgumentKind.Plain.STAT;
import static dev.mote.linux.ArgumentKind.Plain.STATFS;
import static dev.mote.linux.ArgumentKind.Plain.STATX_RESULT;
import static dev.mote.linux.ArgumentKind.Plain.STRING;
import static dev.mote.linux.ArgumentKind.Plain.STRINGS;
import static dev.mote.linux.ArgumentKind.Plain.SYSINFO;
import static dev.mote.linux.ArgumentKind.Plain.TIMESPEC;
import static dev.mote.linux.ArgumentKind.Plain.TIMEVAL;
import static dev.mote.linux.ArgumentKind.Plain.UINT;
import static dev.mote.linux.ArgumentKind.Plain.UTSNAME;
import static dev.mote.linux.ArgumentKind.Plain.WAIT_STATUS;

import dev.mote.linux.ArgumentKind.At;
import dev.mote.linux.ArgumentKind.Bytes;
import dev.mote.linux.ArgumentKind.Out;
import dev.mote.linux.ArgumentKind.Vector;
import dev.mote.linux.SystemCall.Result;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The system calls of Linux on x86-64: numbers from `asm/unistd_64.h` of Linux 6.16, arguments
/// from the manual pages (section 2). What few programs call is described by the shape of its
/// arguments alone.
final class SystemCallList {
  private static final ArgumentKind READ = new Out(new Bytes(Bytes.RESULT, false));
  private static final ArgumentKind RANDOM_BYTES = new Out(new Bytes(Bytes.RESULT, true));
  private static final ArgumentKind WRITTEN = new Bytes(2, false);
  private static final ArgumentKind READ_VECTOR = new Out(new Vector(true));
  private static final ArgumentKind WRITTEN_VECTOR = new Vector(false);

  /// Flags of `preadv2`, behind the high half of an offset that 64-bit programs do not have.
  private static final ArgumentKind SIXTH = new At("", 5, HEX32);

  private final @Nullable SystemCall[] calls;

  private SystemCallList(@Nullable SystemCall[] calls) {
    this.calls = calls;
  }

  /// Puts each call at its number.
  ///
  /// @param calls large enough; numbers that no call has are left alone
  static void fill(@Nullable SystemCall[] calls) {
    new SystemCallList(calls).fill();
  }

  private void fill() {
    call(0, "read", INT, READ, SIZE);
    call(1, "write", INT, WRITTEN, SIZE);
    call(2, "open", PATH, FlagNames.OPEN, MODE);
    call(3, "close", INT);
    call(4, "stat", PATH, out(STAT));
    call(5, "fstat", INT, out(STAT));
    call(6, "lstat", PATH, out(STAT));
    call(7, "poll", Result.READY, POLLFDS, UINT, INT);
    call(8, "lseek", INT, LONG, ValueNames.SEEK);
    call(
        9,
        "mmap",
        Result.ADDRESS,
        ADDRESS,
        SIZE,
        FlagNames.PROTECTION,
        FlagNames.MAPPING,
        INT,
        HEX);
    call(10, "mprotect", ADDRESS, SIZE, FlagNames.PROTECTION);
    call(11, "munmap", ADDRESS, SIZE);
    call(12, "brk", Result.ADDRESS, ADDRESS);
    call(13, "rt_sigaction", SIGNAL, SIGACTION, out(SIGACTION), SIZE);
    call(14, "rt_sigprocmask", ValueNames.SIGNAL_MASK, SIGSET, out(SIGSET), SIZE);
    call(15, "rt_sigreturn");
    call(16, "ioctl", INT, IOCTL, ADDRESS);
    call(17, "pread64", INT, READ, SIZE, LONG);
    call(18, "pwrite64", INT, WRITTEN, SIZE, LONG);
    call(19, "readv", INT, READ_VECTOR, INT);
    call(20, "writev", INT, WRITTEN_VECTOR, INT);
    call(21, "access", PATH, FlagNames.ACCESS);
    call(22, "pipe", out(DESCRIPTOR_PAIR));
    call(23, "select", Result.READY, INT, DESCRIPTOR_SET, DESCRIPTOR_SET, DESCRIPTOR_SET, TIMEVAL);
    call(24, "sched_yield");
    call(25, "mremap", Result.ADDRESS, ADDRESS, SIZE, SIZE, FlagNames.REMAP, ADDRESS);
    call(26, "msync", ADDRESS, SIZE, FlagNames.SYNCHRONIZE);
    call(27, "mincore", ADDRESS, SIZE, ADDRESS);
    call(28, "madvise", ADDRESS, SIZE, ValueNames.ADVICE);
    call(29, "shmget", ADDRESS, INT, HEX32);
    call(30, "shmat", Result.ADDRESS, INT, ADDRESS, HEX32);
    call(31, "shmctl", INT, HEX32, ADDRESS);
    call(32, "dup", INT);
    call(33, "dup2", INT, INT);
    call(34, "pause");
    call(35, "nanosleep", TIMESPEC, REMAINING_TIME);
    call(36, "getitimer", ValueNames.INTERVAL_TIMER, out(ITIMERVAL));
    call(37, "alarm", UINT);
    call(38, "setitimer", ValueNames.INTERVAL_TIMER, ITIMERVAL, out(ITIMERVAL));
    call(39, "getpid");
    call(40, "sendfile", INT, INT, ADDRESS, SIZE);
    call(41, "socket", ValueNames.SOCKET_FAMILY, FlagNames.SOCKET_TYPE, INT);
    call(42, "connect", INT, SOCKET_ADDRESS, INT);
    call(43, "accept", INT, out(SOCKET_RESULT), INT_POINTER);
    call(44, "sendto", INT, WRITTEN, SIZE, FlagNames.MESSAGE, SOCKET_ADDRESS, INT);
    call(45, "recvfrom", INT, READ, SIZE, FlagNames.MESSAGE, out(SOCKET_RESULT), INT_POINTER);
    call(46, "sendmsg", INT, ADDRESS, FlagNames.MESSAGE);
    call(47, "recvmsg", INT, ADDRESS, FlagNames.MESSAGE);
    call(48, "shutdown", INT, ValueNames.SHUTDOWN);
    call(49, "bind", INT, SOCKET_ADDRESS, INT);
    call(50, "listen", INT, INT);
    call(51, "getsockname", INT, out(SOCKET_RESULT), INT_POINTER);
    call(52, "getpeername", INT, out(SOCKET_RESULT), INT_POINTER);
    call(
        53,
        "socketpair",
        ValueNames.SOCKET_FAMILY,
        FlagNames.SOCKET_TYPE,
        INT,
        out(DESCRIPTOR_PAIR));
    call(54, "setsockopt", INT, INT, INT, ADDRESS, INT);
    call(55, "getsockopt", INT, INT, INT, ADDRESS, INT_POINTER);
    call(56, "clone", CLONE_FLAGS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    call(57, "fork");
    call(58, "vfork");
    call(59, "execve", PATH, STRINGS, ENVIRONMENT);
    call(60, "exit", Result.NONE, INT);
    call(61, "wait4", INT, out(WAIT_STATUS), FlagNames.WAIT, out(RUSAGE));
    call(62, "kill", INT, SIGNAL);
    call(63, "uname", out(UTSNAME));
    call(64, "semget", ADDRESS, INT, HEX32);
    call(65, "semop", INT, ADDRESS, INT);
    call(66, "semctl", INT, INT, HEX32, ADDRESS);
    call(67, "shmdt", ADDRESS);
    call(68, "msgget", ADDRESS, HEX32);
    call(69, "msgsnd", INT, ADDRESS, INT, HEX32);
    call(70, "msgrcv", INT, ADDRESS, INT, INT, HEX32);
    call(71, "msgctl", INT, HEX32, ADDRESS);
    call(72, "fcntl", INT, ValueNames.FCNTL, HEX);
    call(73, "flock", INT, FlagNames.LOCK);
    call(74, "fsync", INT);
    call(75, "fdatasync", INT);
    call(76, "truncate", PATH, LONG);
    call(77, "ftruncate", INT, LONG);
    call(78, "getdents", INT, ADDRESS, UINT);
    call(79, "getcwd", out(PATH), SIZE);
    call(80, "chdir", PATH);
    call(81, "fchdir", INT);
    call(82, "rename", PATH, PATH);
    call(83, "mkdir", PATH, MODE);
    call(84, "rmdir", PATH);
    call(85, "creat", PATH, MODE);
    call(86, "link", PATH, PATH);
    call(87, "unlink", PATH);
    call(88, "symlink", PATH, PATH);
    call(89, "readlink", PATH, READ, SIZE);
    call(90, "chmod", PATH, MODE);
    call(91, "fchmod", INT, MODE);
    call(92, "chown", PATH, INT, INT);
    call(93, "fchown", INT, INT, INT);
    call(94, "lchown", PATH, INT, INT);
    call(95, "umask", Result.OCTAL, MODE);
    call(96, "gettimeofday", out(TIMEVAL), ADDRESS);
    call(97, "getrlimit", ValueNames.RESOURCE, out(RLIMIT));
    call(98, "getrusage", ValueNames.USAGE, out(RUSAGE));
    call(99, "sysinfo", out(SYSINFO));
    call(100, "times", ADDRESS);
    call(101, "ptrace", HEX32, INT, ADDRESS, ADDRESS);
    call(102, "getuid");
    call(103, "syslog", HEX32, ADDRESS, INT);
    call(104, "getgid");
    call(105, "setuid", INT);
    call(106, "setgid", INT);
    call(107, "geteuid");
    call(108, "getegid");
    call(109, "setpgid", INT, INT);
    call(110, "getppid");
    call(111, "getpgrp");
    call(112, "setsid");
    call(113, "setreuid", INT, INT);
    call(114, "setregid", INT, INT);
    call(115, "getgroups", INT, out(GROUPS));
    call(116, "setgroups", INT, ADDRESS);
    call(117, "setresuid", INT, INT, INT);
    call(118, "getresuid", ADDRESS, ADDRESS, ADDRESS);
    call(119, "setresgid", INT, INT, INT);
    call(120, "getresgid", ADDRESS, ADDRESS, ADDRESS);
    call(121, "getpgid", INT);
    call(122, "setfsuid", INT);
    call(123, "setfsgid", INT);
    call(124, "getsid", INT);
    call(125, "capget", ADDRESS, ADDRESS);
    call(126, "capset", ADDRESS, ADDRESS);
    call(127, "rt_sigpending", out(SIGSET), SIZE);
    call(128, "rt_sigtimedwait", SIGSET, ADDRESS, TIMESPEC, SIZE);
    call(129, "rt_sigqueueinfo", INT, INT, ADDRESS);
    call(130, "rt_sigsuspend", SIGSET, SIZE);
    call(131, "sigaltstack", SIGNAL_STACK, out(SIGNAL_STACK));
    call(132, "utime", ADDRESS, ADDRESS);
    call(133, "mknod", PATH, MODE, HEX);
    call(134, "uselib", ADDRESS);
    call(135, "personality", HEX32);
    call(136, "ustat", HEX32, HEX32);
    call(137, "statfs", PATH, out(STATFS));
    call(138, "fstatfs", INT, out(STATFS));
    call(139, "sysfs", ADDRESS, ADDRESS, ADDRESS);
    call(140, "getpriority", ValueNames.PRIORITY, INT);
    call(141, "setpriority", ValueNames.PRIORITY, INT, INT);
    call(142, "sched_setparam", INT, ADDRESS);
    call(143, "sched_getparam", INT, ADDRESS);
    call(144, "sched_setscheduler", INT, ValueNames.SCHEDULER, ADDRESS);
    call(145, "sched_getscheduler", INT);
    call(146, "sched_get_priority_max", ValueNames.SCHEDULER);
    call(147, "sched_get_priority_min", ValueNames.SCHEDULER);
    call(148, "sched_rr_get_interval", INT, out(TIMESPEC));
    call(149, "mlock", ADDRESS, SIZE);
    call(150, "munlock", ADDRESS, SIZE);
    call(151, "mlockall", HEX32);
    call(152, "munlockall");
    call(153, "vhangup");
    call(154, "modify_ldt", INT, ADDRESS, INT);
    call(155, "pivot_root", ADDRESS, ADDRESS);
    call(156, "_sysctl", ADDRESS);
    call(157, "prctl", ValueNames.PROCESS, HEX, HEX, HEX, HEX);
    call(158, "arch_prctl", ValueNames.ARCH, ADDRESS);
    call(159, "adjtimex", ADDRESS);
    call(160, "setrlimit", ValueNames.RESOURCE, RLIMIT);
    call(161, "chroot", PATH);
    call(162, "sync");
    call(163, "acct", ADDRESS);
    call(164, "settimeofday", ADDRESS, ADDRESS);
    call(165, "mount", ADDRESS, ADDRESS, ADDRESS, HEX32, ADDRESS);
    call(166, "umount2", ADDRESS, HEX32);
    call(167, "swapon", ADDRESS, INT);
    call(168, "swapoff", ADDRESS);
    call(169, "reboot", HEX32, HEX32, HEX32, ADDRESS);
    call(170, "sethostname", ADDRESS, INT);
    call(171, "setdomainname", ADDRESS, INT);
    call(172, "iopl", INT);
    call(173, "ioperm", ADDRESS, ADDRESS, INT);
    call(174, "create_module", ADDRESS, ADDRESS);
    call(175, "init_module", ADDRESS, INT, ADDRESS);
    call(176, "delete_module", ADDRESS, HEX32);
    call(177, "get_kernel_syms", ADDRESS);
    call(178, "query_module", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    call(179, "quotactl", HEX32, HEX32, ADDRESS, INT);
    call(180, "nfsservctl", ADDRESS, ADDRESS, ADDRESS);
    call(181, "getpmsg", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    call(182, "putpmsg", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    call(183, "afs_syscall", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    call(184, "tuxcall", ADDRESS, ADDRESS, ADDRESS);
    call(185, "security", ADDRESS, ADDRESS, ADDRESS);
    call(186, "gettid");
    call(187, "readahead", INT, LONG, SIZE);
    call(188, "setxattr", PATH, STRING, ADDRESS, SIZE, HEX32);
    call(189, "lsetxattr", PATH, STRING, ADDRESS, SIZE, HEX32);
    call(190, "fsetxattr", INT, STRING, ADDRESS, SIZE, HEX32);
    call(191, "getxattr", PATH, STRING, ADDRESS, SIZE);
    call(192, "lgetxattr", PATH, STRING, ADDRESS, SIZE);
    call(193, "fgetxattr", INT, STRING, ADDRESS, SIZE);
    call(194, "listxattr", PATH, ADDRESS, SIZE);
    call(195, "llistxattr", PATH, ADDRESS, SIZE);
    call(196, "flistxattr", INT, ADDRESS, INT);
    call(197, "removexattr", PATH, STRING);
    call(198, "lremovexattr", PATH, STRING);
    call(199, "fremovexattr", INT, STRING);
    call(200, "tkill", INT, SIGNAL);
    call(201, "time", ADDRESS);
    call(202, "futex", ADDRESS, ValueNames.FUTEX, UINT, TIMESPEC, ADDRESS, HEX32);
    call(203, "sched_setaffinity", INT, SIZE, ADDRESS);
    call(204, "sched_getaffinity", INT, SIZE, out(CPU_SET));
    call(205, "set_thread_area", ADDRESS);
    call(206, "io_setup", INT, ADDRESS);
    call(207, "io_destroy", ADDRESS);
    call(208, "io_getevents", ADDRESS, INT, INT, ADDRESS, ADDRESS);
    call(209, "io_submit", ADDRESS, INT, ADDRESS);
    call(210, "io_cancel", ADDRESS, ADDRESS, ADDRESS);
    call(211, "get_thread_area", ADDRESS);
    call(212, "lookup_dcookie", INT, ADDRESS, INT);
    call(213, "epoll_create", INT);
    call(214, "epoll_ctl_old", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    call(215, "epoll_wait_old", ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    call(216, "remap_file_pages", ADDRESS, INT, HEX32, INT, HEX32);
    call(217, "getdents64", INT, out(DIRECTORY_ENTRIES), UINT);
    call(218, "set_tid_address", ADDRESS);
    call(219, "restart_syscall");
    call(220, "semtimedop", INT, ADDRESS, INT, ADDRESS);
    call(221, "fadvise64", INT, LONG, SIZE, ValueNames.FILE_ADVICE);
    call(222, "timer_create", ValueNames.CLOCK, ADDRESS, out(INT_POINTER));
    call(223, "timer_settime", INT, FlagNames.TIMER, ADDRESS, ADDRESS);
    call(224, "timer_gettime", INT, ADDRESS);
    call(225, "timer_getoverrun", INT);
    call(226, "timer_delete", INT);
    call(227, "clock_settime", ValueNames.CLOCK, TIMESPEC);
    call(228, "clock_gettime", ValueNames.CLOCK, out(TIMESPEC));
    call(229, "clock_getres", ValueNames.CLOCK, out(TIMESPEC));
    call(230, "clock_nanosleep", ValueNames.CLOCK, FlagNames.TIMER, TIMESPEC, REMAINING_TIME);
    call(231, "exit_group", Result.NONE, INT);
    call(232, "epoll_wait", INT, out(EPOLL_EVENTS), INT, INT);
    call(233, "epoll_ctl", INT, ValueNames.EPOLL_CONTROL, INT, EPOLL_EVENT);
    call(234, "tgkill", INT, INT, SIGNAL);
    call(235, "utimes", ADDRESS, ADDRESS);
    call(236, "vserver", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    call(237, "mbind", ADDRESS, INT, HEX32, ADDRESS, INT, HEX32);
    call(238, "set_mempolicy", HEX32, ADDRESS, INT);
    call(239, "get_mempolicy", ADDRESS, ADDRESS, INT, ADDRESS, HEX32);
    call(240, "mq_open", ADDRESS, HEX32, ADDRESS, ADDRESS);
    call(241, "mq_unlink", ADDRESS);
    call(242, "mq_timedsend", INT, ADDRESS, INT, INT, ADDRESS);
    call(243, "mq_timedreceive", INT, ADDRESS, INT, ADDRESS, ADDRESS);
    call(244, "mq_notify", INT, ADDRESS);
    call(245, "mq_getsetattr", INT, ADDRESS, ADDRESS);
    call(246, "kexec_load", ADDRESS, INT, ADDRESS, HEX32);
    call(247, "waitid", ValueNames.WAIT_FOR, INT, ADDRESS, FlagNames.WAIT, out(RUSAGE));
    call(248, "add_key", ADDRESS, ADDRESS, ADDRESS, INT, INT);
    call(249, "request_key", ADDRESS, ADDRESS, ADDRESS, INT);
    call(250, "keyctl", HEX32, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    call(251, "ioprio_set", HEX32, INT, HEX32);
    call(252, "ioprio_get", HEX32, INT);
    call(253, "inotify_init");
    call(254, "inotify_add_watch", INT, PATH, HEX32);
    call(255, "inotify_rm_watch", INT, INT);
    call(256, "migrate_pages", INT, INT, ADDRESS, ADDRESS);
    call(257, "openat", DIRECTORY, PATH, FlagNames.OPEN, MODE);
    call(258, "mkdirat", DIRECTORY, PATH, MODE);
    call(259, "mknodat", DIRECTORY, PATH, MODE, HEX);
    call(260, "fchownat", DIRECTORY, PATH, INT, INT, FlagNames.AT);
    call(261, "futimesat", INT, ADDRESS, ADDRESS);
    call(262, "newfstatat", DIRECTORY, PATH, out(STAT), FlagNames.AT);
    call(263, "unlinkat", DIRECTORY, PATH, FlagNames.AT);
    call(264, "renameat", DIRECTORY, PATH, DIRECTORY, PATH);
    call(265, "linkat", DIRECTORY, PATH, DIRECTORY, PATH, FlagNames.AT);
    call(266, "symlinkat", PATH, DIRECTORY, PATH);
    call(267, "readlinkat", DIRECTORY, PATH, READ, SIZE);
    call(268, "fchmodat", DIRECTORY, PATH, MODE);
    call(269, "faccessat", DIRECTORY, PATH, FlagNames.ACCESS);
    call(
        270,
        "pselect6",
        Result.READY,
        INT,
        DESCRIPTOR_SET,
        DESCRIPTOR_SET,
        DESCRIPTOR_SET,
        TIMESPEC,
        ADDRESS);
    call(271, "ppoll", Result.READY, POLLFDS, UINT, TIMESPEC, SIGSET, SIZE);
    call(272, "unshare", HEX32);
    call(273, "set_robust_list", ADDRESS, SIZE);
    call(274, "get_robust_list", INT, ADDRESS, ADDRESS);
    call(275, "splice", INT, ADDRESS, INT, ADDRESS, SIZE, HEX32);
    call(276, "tee", INT, INT, INT, HEX32);
    call(277, "sync_file_range", INT, INT, INT, HEX32);
    call(278, "vmsplice", INT, ADDRESS, INT, HEX32);
    call(279, "move_pages", INT, INT, ADDRESS, ADDRESS, ADDRESS, HEX32);
    call(280, "utimensat", DIRECTORY, PATH, FILE_TIMES, FlagNames.AT);
    call(281, "epoll_pwait", INT, out(EPOLL_EVENTS), INT, INT, SIGSET, SIZE);
    call(282, "signalfd", INT, ADDRESS, INT);
    call(283, "timerfd_create", ValueNames.CLOCK, FlagNames.TIMER_FILE);
    call(284, "eventfd", INT);
    call(285, "fallocate", INT, HEX32, LONG, LONG);
    call(286, "timerfd_settime", INT, HEX32, ADDRESS, ADDRESS);
    call(287, "timerfd_gettime", INT, ADDRESS);
    call(288, "accept4", INT, out(SOCKET_RESULT), INT_POINTER, FlagNames.ACCEPT);
    call(289, "signalfd4", INT, ADDRESS, INT, HEX32);
    call(290, "eventfd2", UINT, FlagNames.EVENT);
    call(291, "epoll_create1", FlagNames.EPOLL_CREATE);
    call(292, "dup3", INT, INT, FlagNames.DESCRIPTOR);
    call(293, "pipe2", out(DESCRIPTOR_PAIR), FlagNames.DESCRIPTOR);
    call(294, "inotify_init1", FlagNames.INOTIFY);
    call(295, "preadv", INT, READ_VECTOR, INT, LONG);
    call(296, "pwritev", INT, WRITTEN_VECTOR, INT, LONG);
    call(297, "rt_tgsigqueueinfo", INT, INT, INT, ADDRESS);
    call(298, "perf_event_open", ADDRESS, INT, INT, INT, HEX32);
    call(299, "recvmmsg", INT, ADDRESS, INT, HEX32, ADDRESS);
    call(300, "fanotify_init", HEX32, HEX32);
    call(301, "fanotify_mark", INT, HEX32, HEX32, INT, ADDRESS);
    call(302, "prlimit64", INT, ValueNames.RESOURCE, RLIMIT, out(RLIMIT));
    call(303, "name_to_handle_at", INT, ADDRESS, ADDRESS, ADDRESS, HEX32);
    call(304, "open_by_handle_at", INT, ADDRESS, HEX32);
    call(305, "clock_adjtime", HEX32, ADDRESS);
    call(306, "syncfs", INT);
    call(307, "sendmmsg", INT, ADDRESS, INT, HEX32);
    call(308, "setns", INT, HEX32);
    call(309, "getcpu", ADDRESS, ADDRESS, ADDRESS);
    call(310, "process_vm_readv", INT, ADDRESS, INT, ADDRESS, INT, INT);
    call(311, "process_vm_writev", INT, ADDRESS, INT, ADDRESS, INT, INT);
    call(312, "kcmp", INT, INT, HEX32, ADDRESS, ADDRESS);
    call(313, "finit_module", INT, ADDRESS, HEX32);
    call(314, "sched_setattr", INT, ADDRESS, INT);
    call(315, "sched_getattr", INT, ADDRESS, INT, INT);
    call(316, "renameat2", DIRECTORY, PATH, DIRECTORY, PATH, FlagNames.RENAME);
    call(317, "seccomp", ADDRESS, ADDRESS, ADDRESS);
    call(318, "getrandom", RANDOM_BYTES, SIZE, FlagNames.RANDOM);
    call(319, "memfd_create", STRING, FlagNames.MEMORY_FILE);
    call(320, "kexec_file_load", INT, INT, INT, ADDRESS, HEX32);
    call(321, "bpf", HEX32, ADDRESS, INT);
    call(322, "execveat", DIRECTORY, PATH, STRINGS, ENVIRONMENT, FlagNames.AT);
    call(323, "userfaultfd", HEX32);
    call(324, "membarrier", HEX32, HEX32, ADDRESS);
    call(325, "mlock2", ADDRESS, INT, HEX32);
    call(326, "copy_file_range", INT, ADDRESS, INT, ADDRESS, SIZE, HEX32);
    call(327, "preadv2", INT, READ_VECTOR, INT, LONG, SIXTH);
    call(328, "pwritev2", INT, WRITTEN_VECTOR, INT, LONG, SIXTH);
    call(329, "pkey_mprotect", ADDRESS, INT, HEX32, INT);
    call(330, "pkey_alloc", ADDRESS, HEX32);
    call(331, "pkey_free", INT);
    call(332, "statx", DIRECTORY, PATH, FlagNames.STATX_AT, FlagNames.STATX, out(STATX_RESULT));
    call(333, "io_pgetevents", ADDRESS, INT, INT, ADDRESS, ADDRESS, ADDRESS);
    call(334, "rseq", ADDRESS, HEX32, HEX32, HEX32);
    call(335, "uretprobe");
    call(424, "pidfd_send_signal", INT, INT, ADDRESS, ADDRESS);
    call(425, "io_uring_setup", INT, ADDRESS);
    call(426, "io_uring_enter", INT, INT, INT, HEX32, ADDRESS, INT);
    call(427, "io_uring_register", INT, HEX32, ADDRESS, INT);
    call(428, "open_tree", INT, ADDRESS, HEX32);
    call(429, "move_mount", INT, ADDRESS, INT, ADDRESS, HEX32);
    call(430, "fsopen", ADDRESS, HEX32);
    call(431, "fsconfig", INT, HEX32, ADDRESS, ADDRESS, INT);
    call(432, "fsmount", INT, HEX32, HEX32);
    call(433, "fspick", INT, ADDRESS, HEX32);
    call(434, "pidfd_open", INT, HEX32);
    call(435, "clone3", CLONE_ARGUMENTS, SIZE);
    call(436, "close_range", UINT, UINT, FlagNames.CLOSE_RANGE);
    call(437, "openat2", DIRECTORY, PATH, ADDRESS, SIZE);
    call(438, "pidfd_getfd", INT, INT, ADDRESS);
    call(439, "faccessat2", DIRECTORY, PATH, FlagNames.ACCESS, FlagNames.FACCESSAT);
    call(440, "process_madvise", INT, ADDRESS, INT, HEX32, ADDRESS);
    call(441, "epoll_pwait2", INT, out(EPOLL_EVENTS), INT, TIMESPEC, SIGSET, SIZE);
    call(442, "mount_setattr", INT, ADDRESS, HEX32, ADDRESS, INT);
    call(443, "quotactl_fd", INT, HEX32, HEX32, INT);
    call(444, "landlock_create_ruleset", ADDRESS, INT, HEX32);
    call(445, "landlock_add_rule", INT, HEX32, ADDRESS, ADDRESS);
    call(446, "landlock_restrict_self", INT, ADDRESS);
    call(447, "memfd_secret", ADDRESS);
    call(448, "process_mrelease", INT, ADDRESS);
    call(449, "futex_waitv", ADDRESS, INT, ADDRESS, ADDRESS, HEX32);
    call(450, "set_mempolicy_home_node", ADDRESS, INT, INT, ADDRESS);
    call(451, "cachestat", INT, ADDRESS, ADDRESS, HEX32);
    call(452, "fchmodat2", DIRECTORY, PATH, MODE, FlagNames.AT);
    call(453, "map_shadow_stack", ADDRESS, SIZE, HEX32);
    call(454, "futex_wake", ADDRESS, HEX, INT, HEX32);
    call(455, "futex_wait", ADDRESS, HEX, HEX, HEX32, TIMESPEC, ValueNames.CLOCK);
    call(456, "futex_requeue", ADDRESS, HEX32, INT, INT);
    call(457, "statmount", ADDRESS, ADDRESS, SIZE, HEX32);
    call(458, "listmount", ADDRESS, ADDRESS, SIZE, HEX32);
    call(459, "lsm_get_self_attr", UINT, ADDRESS, ADDRESS, HEX32);
    call(460, "lsm_set_self_attr", UINT, ADDRESS, UINT, HEX32);
    call(461, "lsm_list_modules", ADDRESS, ADDRESS, HEX32);
    call(462, "mseal", ADDRESS, SIZE, HEX);
    call(463, "setxattrat", DIRECTORY, PATH, FlagNames.AT, STRING, ADDRESS, SIZE);
    call(464, "getxattrat", DIRECTORY, PATH, FlagNames.AT, STRING, ADDRESS, SIZE);
    call(465, "listxattrat", DIRECTORY, PATH, FlagNames.AT, ADDRESS, SIZE);
    call(466, "removexattrat", DIRECTORY, PATH, FlagNames.AT, STRING);
    call(467, "open_tree_attr", DIRECTORY, PATH, HEX32, ADDRESS, SIZE);
  }

  private static ArgumentKind out(ArgumentKind kind) {
    return new Out(kind);
  }

  private void call(int number, String name, ArgumentKind... arguments) {
    call(number, name, Result.NUMBER, arguments);
  }

  private void call(int number, String name, Result result, ArgumentKind... arguments) {
    calls[number] = new SystemCall(number, name, result, List.of(arguments));
  }
}
