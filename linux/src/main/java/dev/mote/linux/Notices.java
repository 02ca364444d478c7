package dev.mote.linux;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tells inotify what the system calls do to files. Whoever watches a directory hears of what is in
/// it, by its name.
final class Notices {
  private Notices() {}

  /// Something happened to a file that has this name.
  ///
  /// @param event one IN_ bit
  static void about(Entry entry, int event) {
    Inode inode = entry.inode;
    Directory parent = entry.removed ? null : entry.parent;
    if ((parent != null && parent.isWatched()) || inode.isWatched()) {
      int told = event | (inode instanceof Directory ? Notifier.IN_ISDIR : 0);
      tell(parent, told, 0, entry.name);
      tell(inode, told, 0, "");
    }
  }

  /// A name came to be.
  static void created(Directory parent, String name, Inode inode) {
    inDirectory(parent, Notifier.IN_CREATE, 0, name, inode);
  }

  /// A name is gone.
  static void removed(Directory parent, String name, Inode inode) {
    inDirectory(parent, Notifier.IN_DELETE, 0, name, inode);
  }

  /// A name has moved.
  static void moved(
      Directory from, String oldName, Directory to, String newName, Inode inode, int cookie) {
    inDirectory(from, Notifier.IN_MOVED_FROM, cookie, oldName, inode);
    inDirectory(to, Notifier.IN_MOVED_TO, cookie, newName, inode);
    tell(inode, Notifier.IN_MOVE_SELF, 0, "");
  }

  private static void inDirectory(
      Directory directory, int event, int cookie, String name, Inode inode) {
    tell(directory, event | (inode instanceof Directory ? Notifier.IN_ISDIR : 0), cookie, name);
  }

  static void tell(@Nullable Inode inode, int event, int cookie, String name) {
    if (inode != null && inode.isWatched()) {
      List.copyOf(inode.watches()).forEach(watch -> watch.tell(event, cookie, name));
    }
  }
}
