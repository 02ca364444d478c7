package dev.mote.linux;

/// What an argument of a system call means, so far as a trace shows it.
sealed interface ArgumentKind {
  /// Kinds without parameters. Those that are called a pointer to something show `NULL`, or the
  /// bare address when the memory there cannot be read.
  enum Plain implements ArgumentKind {
    /// A signed 32-bit number: file descriptors, process ids, counts.
    INT,
    /// An unsigned 32-bit number.
    UINT,
    /// A signed 64-bit number: file offsets.
    LONG,
    /// An unsigned 64-bit number: lengths.
    SIZE,
    /// An unsigned 64-bit number that people know in hexadecimal.
    HEX,
    /// An unsigned 32-bit number that people know in hexadecimal.
    HEX32,
    /// An address; what is there is not shown.
    ADDRESS,
    /// A file descriptor of a directory, or `AT_FDCWD`.
    DIRECTORY,
    /// A pointer to a file name, shown in full.
    PATH,
    /// A pointer to a text with a NUL at its end.
    STRING,
    /// The rights of a file, in octal.
    MODE,
    SIGNAL,
    /// A pointer to a list of pointers to text (`argv`).
    STRINGS,
    /// The same, of which only the number is shown (`envp`).
    ENVIRONMENT,
    /// Pointers to the structures of these names.
    TIMESPEC,
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
    /// A pointer to two `timespec`, access and modification.
    FILE_TIMES,
    /// A pointer to `pollfd`s, as many as the next argument says.
    POLLFDS,
    /// A pointer to `epoll_event`s, as many as the result says.
    EPOLL_EVENTS,
    /// A pointer to an `fd_set`, of as many descriptors as the first argument says.
    DESCRIPTOR_SET,
    /// A pointer to two descriptors.
    DESCRIPTOR_PAIR,
    /// A pointer to directory entries, of as many bytes as the result says.
    DIRECTORY_ENTRIES,
    /// A pointer to how a process ended.
    WAIT_STATUS,
    /// A pointer to a `sockaddr` of as many bytes as the next argument says.
    SOCKET_ADDRESS,
    /// A pointer to a `sockaddr` of as many bytes as the next argument points to.
    SOCKET_RESULT,
    /// A pointer to an `int`.
    INT_POINTER,
    /// A pointer to group ids, as many as the result says.
    GROUPS,
    /// A pointer to a set of processors, of as many bytes as the result says.
    CPU_SET,
    /// A pointer to a `timespec` that is written only when a sleep is interrupted.
    REMAINING_TIME,
    /// What an `ioctl` is asked for.
    IOCTL,
    /// What a new thread or process shares, and in the low byte the signal of its end.
    CLONE_FLAGS
  }

  /// A pointer to bytes; their number is another argument, or the result.
  ///
  /// @param length the place of the argument that holds the number, or [#RESULT]
  /// @param hexadecimal every byte as `\xNN`: what is random is no text
  record Bytes(int length, boolean hexadecimal) implements ArgumentKind {
    static final int RESULT = -1;
  }

  /// A pointer to `iovec`s, as many as the next argument says.
  ///
  /// @param limitedByResult their bytes were written by the call, as many as the result says
  record Vector(boolean limitedByResult) implements ArgumentKind {}

  /// What a call writes: shown after it, and as an address when the call failed.
  record Out(ArgumentKind kind) implements ArgumentKind {}

  /// A number of which each value has a name.
  ///
  /// @param names what it may be
  record Value(NamedValues names) implements ArgumentKind {}

  /// A number of which each bit has a name.
  ///
  /// @param names what it may be made of
  record Bits(NamedBits names) implements ArgumentKind {}

  /// An argument that is not shown at its own place, or under a name.
  ///
  /// @param label what stands before it
  /// @param index its own place
  record At(String label, int index, ArgumentKind kind) implements ArgumentKind {}
}
