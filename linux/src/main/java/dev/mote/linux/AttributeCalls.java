package dev.mote.linux;

import static dev.mote.linux.ProcessFiles.AT_EMPTY_PATH;
import static dev.mote.linux.ProcessFiles.AT_FDCWD;
import static dev.mote.linux.ProcessFiles.AT_SYMLINK_NOFOLLOW;

import org.jspecify.annotations.Nullable;

/// The calls that change permissions, owners and times: `chmod`, `chown`, `utimensat`, `umask`.
final class AttributeCalls {
  private static final long UTIME_NOW = 0x3fff_ffff;
  private static final long UTIME_OMIT = 0x3fff_fffe;
  private static final long NANOS_PER_SECOND = 1_000_000_000;
  private static final long MICROS_PER_SECOND = 1_000_000;

  private final ProcessFiles files;

  AttributeCalls(ProcessFiles files) {
    this.files = files;
  }

  long chmod(Task task, long path, int mode) {
    return fchmodat2(task, AT_FDCWD, path, mode, 0);
  }

  long fchmod(int fd, int mode) {
    return chmod(files.descriptors.opened(fd).entry(), mode);
  }

  long fchmodat(Task task, int dirfd, long path, int mode) {
    return fchmodat2(task, dirfd, path, mode, 0);
  }

  long fchmodat2(Task task, int dirfd, long path, int mode, int flags) {
    return chmod(entry(task, dirfd, path, flags), mode);
  }

  private static long chmod(Entry entry, int mode) {
    Inode inode = entry.inode;
    inode.requireWritable();
    if (inode instanceof SymbolicLink) {
      throw Errno.EOPNOTSUPP.exception();
    }
    requireChangeable(inode);
    inode.chmod(mode);
    Notices.about(entry, Notifier.IN_ATTRIB);
    return 0;
  }

  /// What the host makes up for `/proc` and `/sys` is nobody's to change.
  private static void requireChangeable(Inode inode) {
    if (inode instanceof GeneratedFile || inode instanceof GeneratedDirectory) {
      throw Errno.EPERM.exception();
    }
  }

  long chown(Task task, long path, int uid, int gid) {
    return fchownat(task, AT_FDCWD, path, uid, gid, 0);
  }

  long lchown(Task task, long path, int uid, int gid) {
    return fchownat(task, AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
  }

  long fchown(int fd, int uid, int gid) {
    return chown(files.descriptors.opened(fd).entry(), uid, gid);
  }

  long fchownat(Task task, int dirfd, long path, int uid, int gid, int flags) {
    return chown(entry(task, dirfd, path, flags), uid, gid);
  }

  private static long chown(Entry entry, int uid, int gid) {
    Inode inode = entry.inode;
    inode.requireWritable();
    requireChangeable(inode);
    inode.chown(uid, gid);
    Notices.about(entry, Notifier.IN_ATTRIB);
    return 0;
  }

  private Entry entry(Task task, int dirfd, long path, int flags) {
    StatCalls.requireOnly(flags, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
    return files.entryAt(dirfd, UserPath.read(task, path), flags);
  }

  long umask(int mask) {
    int before = files.umask();
    files.umask(mask);
    return before;
  }

  /// Whole seconds: access and modification, 8 bytes each.
  long utime(Task task, long path, long times) {
    Entry entry = entry(task, AT_FDCWD, path, 0);
    if (times == 0) {
      return setTimes(entry, now(), now());
    }
    UserMemory memory = task.memory();
    return setTimes(
        entry,
        new Timestamp(memory.getLong(times), 0),
        new Timestamp(memory.getLong(times + 8), 0));
  }

  long utimes(Task task, long path, long times) {
    return futimesat(task, AT_FDCWD, path, times);
  }

  /// Two `struct timeval`.
  long futimesat(Task task, int dirfd, long path, long times) {
    if (times == 0) {
      Entry entry = timesOf(task, dirfd, path, 0);
      return setTimes(entry, now(), now());
    }
    Timestamp accessed = ofMicros(task.memory(), times);
    Timestamp modified = ofMicros(task.memory(), times + 16);
    return setTimes(timesOf(task, dirfd, path, 0), accessed, modified);
  }

  private static Timestamp ofMicros(UserMemory memory, long address) {
    long micros = memory.getLong(address + 8);
    if (micros < 0 || micros >= MICROS_PER_SECOND) {
      throw Errno.EINVAL.exception();
    }
    return new Timestamp(memory.getLong(address), (int) micros * 1000);
  }

  /// Two `struct timespec`; without a path the descriptor itself is meant.
  long utimensat(Task task, int dirfd, long path, long times, int flags) {
    if (times == 0) {
      return setTimes(timesOf(task, dirfd, path, flags), now(), now());
    }
    UserMemory memory = task.memory();
    long accessedNanos = nanos(memory, times);
    long modifiedNanos = nanos(memory, times + 16);
    if (accessedNanos == UTIME_OMIT && modifiedNanos == UTIME_OMIT) {
      return 0;
    }
    long accessedSeconds = memory.getLong(times);
    long modifiedSeconds = memory.getLong(times + 16);
    Entry entry = timesOf(task, dirfd, path, flags);
    Inode inode = entry.inode;
    Timestamp accessed = choose(accessedSeconds, accessedNanos);
    Timestamp modified = choose(modifiedSeconds, modifiedNanos);
    return setTimes(
        entry,
        accessed == null ? inode.accessed() : accessed,
        modified == null ? inode.modified() : modified);
  }

  private static long nanos(UserMemory memory, long address) {
    long nanos = memory.getLong(address + 8);
    boolean special = nanos == UTIME_NOW || nanos == UTIME_OMIT;
    if (!special && (nanos < 0 || nanos >= NANOS_PER_SECOND)) {
      throw Errno.EINVAL.exception();
    }
    return nanos;
  }

  /// Null leaves a time as it is.
  private @Nullable Timestamp choose(long seconds, long nanos) {
    if (nanos == UTIME_OMIT) {
      return null;
    }
    return nanos == UTIME_NOW ? now() : new Timestamp(seconds, (int) nanos);
  }

  private Entry timesOf(Task task, int dirfd, long path, int flags) {
    if (path == 0 && dirfd != AT_FDCWD) {
      StatCalls.requireOnly(flags, 0);
      return files.descriptors.opened(dirfd).entry();
    }
    return entry(task, dirfd, path, flags);
  }

  private Timestamp now() {
    return Timestamp.ofNanos(files.tree.clock().realtimeNanos());
  }

  private static long setTimes(Entry entry, Timestamp accessed, Timestamp modified) {
    Inode inode = entry.inode;
    inode.requireWritable();
    requireChangeable(inode);
    inode.setTimes(accessed, modified);
    Notices.about(entry, Notifier.IN_ATTRIB);
    return 0;
  }
}
