package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_CLOEXEC;
import static dev.mote.linux.OpenFlags.O_CREAT;
import static dev.mote.linux.OpenFlags.O_DIRECTORY;
import static dev.mote.linux.OpenFlags.O_EXCL;
import static dev.mote.linux.OpenFlags.O_LARGEFILE;
import static dev.mote.linux.OpenFlags.O_NOFOLLOW;
import static dev.mote.linux.OpenFlags.O_NONBLOCK;
import static dev.mote.linux.OpenFlags.O_PATH;
import static dev.mote.linux.OpenFlags.O_TMPFILE;
import static dev.mote.linux.OpenFlags.O_TRUNC;
import static dev.mote.linux.OpenFlags.TMPFILE_BIT;

/// What `open` does with a path, in the order in which Linux finds what is wrong.
final class Opening {
  private final ProcessFiles files;

  Opening(ProcessFiles files) {
    this.files = files;
  }

  OpenFile open(int dirfd, String path, int flags, int mode) {
    if ((flags & O_PATH) != 0) {
      return openPath(dirfd, path, flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    }
    int wanted = (flags & OpenFlags.KNOWN) | O_LARGEFILE;
    if ((flags & TMPFILE_BIT) != 0) {
      return openTemporary(dirfd, path, wanted, mode);
    }
    if ((flags & O_CREAT) == 0) {
      boolean follow = (flags & O_NOFOLLOW) == 0;
      return openExisting(files.walk(dirfd, path, follow).existing(), wanted);
    }
    if ((flags & O_DIRECTORY) != 0) {
      throw Errno.EINVAL.exception();
    }
    return openOrCreate(dirfd, path, wanted, mode);
  }

  private OpenFile openPath(int dirfd, String path, int flags) {
    Entry entry = files.walk(dirfd, path, (flags & O_NOFOLLOW) == 0).existing();
    requireDirectoryIfAsked(entry, flags);
    return new OpenPath(entry, flags);
  }

  private static void requireDirectoryIfAsked(Entry entry, int flags) {
    if ((flags & O_DIRECTORY) != 0 && !(entry.inode instanceof Directory)) {
      throw Errno.ENOTDIR.exception();
    }
  }

  private OpenFile openTemporary(int dirfd, String path, int flags, int mode) {
    if ((flags & O_TMPFILE) != O_TMPFILE || !OpenFlags.writes(flags) || (flags & O_CREAT) != 0) {
      throw Errno.EINVAL.exception();
    }
    Directory directory = ProcessFiles.directoryOf(files.walk(dirfd, path, true).existing());
    if (!(directory instanceof MemoryDirectory parent)) {
      Errno refusal = directory.refusal();
      throw (refusal == Errno.EROFS ? refusal : Errno.EOPNOTSUPP).exception();
    }
    boolean linkable = (flags & O_EXCL) == 0;
    MemoryFile file = MemoryFile.nameless(parent.volume, mode & ~files.umask(), linkable);
    files.own(file);
    file.inheritGroup(parent);
    Entry entry = new Entry(parent, "#" + file.number(), file);
    entry.removed = true;
    parent.holdNameless();
    file.chargeNameless(Errno.ENOSPC);
    return new OpenRegularFile(entry, flags & ~O_TMPFILE, file);
  }

  private OpenFile openOrCreate(int dirfd, String path, int flags, int mode) {
    boolean exclusive = (flags & O_EXCL) != 0;
    boolean follow = (flags & O_NOFOLLOW) == 0 && !exclusive;
    Lookup found = files.walkToCreate(dirfd, path, follow);
    if (found.last() != Lookup.Last.NORMAL) {
      throw Errno.EISDIR.exception();
    }
    if (found.entry() != null) {
      if (exclusive) {
        throw Errno.EEXIST.exception();
      }
      return openExisting(found.entry(), flags);
    }
    MemoryDirectory parent = found.changeableParent();
    MemoryFile file = new MemoryFile(parent.volume, mode & ~files.umask());
    files.own(file);
    file.inheritGroup(parent);
    Entry entry = parent.insert(found.name(), file);
    Notices.created(parent, found.name(), file);
    return new OpenRegularFile(entry, flags, file);
  }

  private OpenFile openExisting(Entry entry, int flags) {
    boolean writes = OpenFlags.writes(flags) || (flags & O_TRUNC) != 0;
    // Not a switch over types: the JVM makes a class for it at its first run, 1 ms of a start.
    if (entry.inode instanceof SymbolicLink) {
      throw Errno.ELOOP.exception();
    }
    if (entry.inode instanceof Directory directory) {
      if (writes || (flags & O_CREAT) != 0) {
        throw Errno.EISDIR.exception();
      }
      return new OpenDirectory(entry, flags, directory);
    }
    requireDirectoryIfAsked(entry, flags);
    return entry.inode instanceof SpecialFile special
        ? openSpecial(entry, flags, special)
        : openRegular(entry, flags, (RegularFile) entry.inode, writes);
  }

  private static OpenFile openRegular(Entry entry, int flags, RegularFile file, boolean writes) {
    if (writes) {
      file.requireContentWritable();
    }
    if ((flags & O_TRUNC) != 0 && file instanceof MemoryFile memory) {
      memory.truncate(0);
      Notices.about(entry, Notifier.IN_MODIFY);
    }
    return new OpenRegularFile(entry, flags, file);
  }

  private static OpenFile openSpecial(Entry entry, int flags, SpecialFile file) {
    if (file.pipe == null) {
      return file.open(entry, flags);
    }
    if (!OpenFlags.reads(flags) && !OpenFlags.writes(flags)) {
      throw Errno.EINVAL.exception();
    }
    boolean waits = (flags & O_NONBLOCK) == 0;
    if (!waits && !OpenFlags.reads(flags) && !file.pipe.hasReaders()) {
      throw Errno.ENXIO.exception();
    }
    file.pipe.requireRoom();
    return new OpenPipe(entry, flags, file.pipe);
  }
}
