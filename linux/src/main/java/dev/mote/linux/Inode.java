package dev.mote.linux;

import static dev.mote.linux.FileMode.PERMISSIONS;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file of any type, independent of its names: identity, type, permissions, owner and times.
///
/// Guests are root in their own tree, so permissions and owners are data here that no check uses,
/// but for "executable by nobody".
abstract sealed class Inode permits Directory, RegularFile, SymbolicLink, SpecialFile {
  final Volume volume;
  private long number;
  private final int type;
  private int permissions;
  private int uid;
  private int gid;
  private int links = 1;
  private Timestamp accessed;
  private Timestamp modified;
  private Timestamp changed;
  private Timestamp created;
  private @Nullable FileLocks locks;

  /// Where inotify watches it; null while nobody ever has.
  private @Nullable List<Notifier.Watch> watches;

  private int holders;
  private boolean freed;
  private boolean forgotten;

  /// Where it is in the tree below; null if the guest made it.
  private @Nullable TreePlace origin;

  /// How many of its names in the tree below were found.
  private int namesSeen;

  /// Whether it differs from what the tree below has.
  private boolean differs;

  private boolean charged;

  /// @param mode type and permissions, as `st_mode`
  Inode(Volume volume, long number, int mode) {
    this(volume, number, mode, volume.now());
  }

  Inode(Volume volume, long number, int mode, Timestamp time) {
    this.volume = volume;
    this.number = number;
    this.type = mode & FileMode.S_IFMT;
    this.permissions = mode & PERMISSIONS;
    this.accessed = time;
    this.modified = time;
    this.changed = time;
    this.created = time;
  }

  final long number() {
    return number;
  }

  FilesState.Meta meta() {
    return new FilesState.Meta(
        volume.number,
        number,
        mode(),
        uid,
        gid,
        links,
        time(accessed),
        time(modified),
        time(changed),
        time(created));
  }

  private static FilesState.Time time(Timestamp time) {
    return new FilesState.Time(time.seconds(), time.nanos());
  }

  /// It is the file that was saved; the type is its own.
  void load(FilesState.Meta meta) {
    if (meta.links() < 0 || (meta.mode() & FileMode.S_IFMT) != type) {
      throw new IllegalArgumentException("a file of mode " + meta.mode());
    }
    number = meta.number();
    permissions = meta.mode() & PERMISSIONS;
    uid = meta.uid();
    gid = meta.gid();
    links = meta.links();
    accessed = timestamp(meta.accessed());
    modified = timestamp(meta.modified());
    changed = timestamp(meta.changed());
    created = timestamp(meta.created());
  }

  private static Timestamp timestamp(FilesState.Time time) {
    return new Timestamp(time.seconds(), time.nanos());
  }

  /// It is what the tree below has at a place, until it is changed.
  final void comesFrom(TreePlace place, TreeNode node) {
    origin = place;
    number = place.number;
    TreeNode.Meta meta = node.meta();
    permissions = meta.permissions() & PERMISSIONS;
    uid = meta.uid();
    gid = meta.gid();
    links = node instanceof TreeNode.Directory ? 1 : Math.max(1, node.links());
    modified = new Timestamp(meta.seconds(), Math.clamp(meta.nanos(), 0, 999_999_999));
    accessed = modified;
    changed = modified;
    created = modified;
  }

  /// A name of it was found in the tree below.
  final void seenIn(TreeNode node) {
    if (++namesSeen > Math.max(1, node.links())) {
      links++; // the tree did not tell of them all
    }
  }

  final @Nullable TreePlace origin() {
    return origin;
  }

  /// Whether it is still what the tree below has.
  final boolean isAsInTree() {
    return origin != null && !differs;
  }

  /// The same, and the tree shows it in one place only: then who looks again finds the same.
  final boolean isFoundAgain() {
    return isAsInTree() && (type == FileMode.S_IFDIR || links <= 1);
  }

  final boolean isCharged() {
    return charged;
  }

  /// What came from the tree below becomes the guest's, and counts as one of its files.
  final void makeOwn() {
    if (origin != null && !charged) {
      volume.files.charge(1, Errno.ENOSPC);
      charged = true;
    }
  }

  /// A file without a name counts as one of the guest's files, as long as it is there.
  ///
  /// @param error if there are as many as there may be
  final void chargeNameless(Errno error) {
    volume.files.charge(1, error);
    charged = true;
  }

  /// Whether it is there only because somebody holds it, and does not count as a file yet.
  final boolean isLeftUncharged() {
    return hasNoName() && !freed && !charged;
  }

  /// It is the file of the tree that was saved, as the guest had changed it.
  ///
  /// @param counts whether it had become one of the guest's files
  final void loadChanged(FilesState.Meta meta, boolean counts) {
    load(meta);
    differs = true;
    if (counts) {
      makeOwn();
    }
  }

  abstract long size();

  /// Units of 512 bytes.
  long blocks() {
    return (size() + 511) >>> 9;
  }

  /// The device number of a device file, else 0.
  long rdev() {
    return 0;
  }

  /// Preferred size of a transfer.
  int blockSize() {
    return 4096;
  }

  /// The file has lost its last name and its last holder: its memory goes back to the quota.
  void free() {}

  final int type() {
    return type;
  }

  final int mode() {
    return type | permissions;
  }

  final int uid() {
    return uid;
  }

  final int gid() {
    return gid;
  }

  int links() {
    return links;
  }

  final FileStat stat() {
    return new FileStat(
        volume.number,
        number,
        links(),
        mode(),
        uid,
        gid,
        rdev(),
        size(),
        blockSize(),
        blocks(),
        accessed,
        modified,
        changed,
        created);
  }

  final void chmod(int mode) {
    requireWritable();
    makeOwn();
    permissions = mode & PERMISSIONS;
    touchChanged();
  }

  /// Changes the owner; -1 leaves an id as it is. The set-id bits of anything but a directory go.
  final void chown(int newUid, int newGid) {
    requireWritable();
    makeOwn();
    uid = newUid == -1 ? uid : newUid;
    gid = newGid == -1 ? gid : newGid;
    if (type != FileMode.S_IFDIR) {
      permissions &= ~FileMode.S_ISUID;
      if ((permissions & 0010) != 0) {
        permissions &= ~FileMode.S_ISGID;
      }
    }
    touchChanged();
  }

  final void setTimes(Timestamp newAccessed, Timestamp newModified) {
    makeOwn();
    accessed = newAccessed;
    modified = newModified;
    touchChanged();
  }

  final Timestamp accessed() {
    return accessed;
  }

  final Timestamp modified() {
    return modified;
  }

  /// A read: the time of access follows as `relatime` has it, only when it is older than the last
  /// change; not at all where that would be the first change of what the tree below has.
  final void touchAccessed() {
    if (!volume.readOnly && !isAsInTree() && accessed.compareTo(modified) <= 0) {
      accessed = volume.now();
    }
  }

  final void touchModified() {
    Timestamp now = volume.now();
    modified = now;
    changed = now;
    differs = true;
  }

  final void touchChanged() {
    changed = volume.now();
    differs = true;
  }

  final void requireWritable() {
    if (volume.readOnly) {
      throw Errno.EROFS.exception();
    }
  }

  final void linked() {
    links++;
    touchChanged();
  }

  /// One name less.
  final void unlinked() {
    links--;
    touchChanged();
    freeIfUnused();
  }

  /// A file that begins its life without a name (`O_TMPFILE`, `memfd_create`).
  final void startNameless() {
    links = 0;
  }

  /// An open file or a mapping holds the file: it outlives its names.
  final void hold() {
    holders++;
  }

  final boolean isHeld() {
    return holders > 0;
  }

  final void letGo() {
    holders--;
    freeIfUnused();
  }

  /// The locks of this file, made when the first is asked for.
  final FileLocks locks(Quota budget) {
    if (locks == null) {
      locks = new FileLocks(budget);
    }
    return locks;
  }

  final @Nullable FileLocks locksIfAny() {
    return locks;
  }

  final void dropLocks(Object owner) {
    if (locks != null) {
      locks.drop(owner);
    }
  }

  final List<Notifier.Watch> watches() {
    if (watches == null) {
      watches = new ArrayList<>(1);
    }
    return watches;
  }

  final boolean isWatched() {
    return watches != null && !watches.isEmpty();
  }

  /// A new file takes over the group of a directory whose set-group-id bit says so, and a directory
  /// the bit as well.
  final void inheritGroup(Inode directory) {
    if ((directory.permissions & FileMode.S_ISGID) != 0) {
      gid = directory.gid;
      permissions |= type == FileMode.S_IFDIR ? FileMode.S_ISGID : 0;
    }
  }

  boolean hasNoName() {
    return links() <= 0;
  }

  private void freeIfUnused() {
    if (hasNoName() && watches != null && holders == watches.size() && !forgotten) {
      forgotten = true; // only those who watch it hold it, and they hear that it is gone
      for (Notifier.Watch watch : List.copyOf(watches)) {
        watch.tell(Notifier.IN_DELETE_SELF, 0, "");
        watch.end();
      }
    }
    if (holders == 0 && hasNoName() && !freed) {
      freed = true;
      free();
      if (charged) {
        charged = false;
        volume.files.release(1);
      }
    }
  }
}
