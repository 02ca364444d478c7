package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_CLOEXEC;
import static dev.mote.linux.OpenFlags.O_NONBLOCK;
import static dev.mote.linux.OpenFlags.O_RDONLY;

/// `inotify_init`, `inotify_add_watch`, `inotify_rm_watch`.
final class NotifierCalls {
  private static final int IN_ONLYDIR = 0x100_0000;
  private static final int IN_DONT_FOLLOW = 0x200_0000;
  private static final int IN_MASK_CREATE = 0x1000_0000;
  private static final int KEPT =
      Notifier.IN_ALL_EVENTS | Notifier.IN_EXCL_UNLINK | Notifier.IN_ONESHOT;

  private final ProcessFiles files;

  NotifierCalls(ProcessFiles files) {
    this.files = files;
  }

  long init(int flags) {
    if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) != 0) {
      throw Errno.EINVAL.exception();
    }
    files.descriptors.requireFree();
    var notifier =
        new Notifier(
            Entry.detached("anon_inode:inotify", files.tree.anonymousEntry("inotify").inode),
            O_RDONLY | (flags & O_NONBLOCK),
            files.tree.watchQuotas());
    return files.descriptors.add(notifier, (flags & O_CLOEXEC) != 0);
  }

  private Notifier notifier(int fd) {
    if (files.descriptors.opened(fd) instanceof Notifier notifier) {
      return notifier;
    }
    throw Errno.EINVAL.exception();
  }

  long add(Task task, int fd, long path, int mask) {
    boolean adds = (mask & Notifier.IN_MASK_ADD) != 0;
    boolean onlyNew = (mask & IN_MASK_CREATE) != 0;
    if ((mask & Notifier.IN_ALL_EVENTS) == 0 || (adds && onlyNew)) {
      throw Errno.EINVAL.exception();
    }
    Notifier notifier = notifier(fd);
    boolean follow = (mask & IN_DONT_FOLLOW) == 0;
    Inode inode =
        files.walk(ProcessFiles.AT_FDCWD, UserPath.read(task, path), follow).existing().inode;
    if ((mask & IN_ONLYDIR) != 0 && !(inode instanceof Directory)) {
      throw Errno.ENOTDIR.exception();
    }
    return notifier.add(inode, mask & KEPT, !adds, onlyNew);
  }

  long remove(int fd, int watch) {
    notifier(fd).remove(watch);
    return 0;
  }
}
