package dev.mote.linux;

import org.jspecify.annotations.Nullable;

/// Where a path leads: the last name, the directory it is in, and what is there now.
///
/// @param parent the directory of the last name
/// @param name the last name; "." when the path ends in no name of its own
/// @param entry what the name stands for; null if there is nothing
/// @param trailingSlash whether slashes follow the last name
/// @param last what kind of name it is
record Lookup(
    Directory parent, String name, @Nullable Entry entry, boolean trailingSlash, Last last) {
  /// The forms that the end of a path has.
  enum Last {
    NORMAL,
    DOT,
    DOT_DOT,
    ROOT
  }

  static Lookup at(Directory directory, boolean trailingSlash, Last last) {
    return new Lookup(directory.parent(), ".", directory.entry(), trailingSlash, last);
  }

  /// The entry.
  ///
  /// @throws ErrnoException ENOENT when there is none
  Entry existing() {
    if (entry == null) {
      throw Errno.ENOENT.exception();
    }
    return entry;
  }

  Inode inode() {
    return existing().inode;
  }

  boolean exists() {
    return entry != null;
  }

  /// The parent, to create or remove the last name in it.
  ///
  /// @throws ErrnoException the parent's refusal, EROFS for a directory of the host
  MemoryDirectory changeableParent() {
    Errno refusal = parent.refusal();
    if (refusal != null) {
      throw refusal.exception();
    }
    if (parent instanceof MemoryDirectory memory) {
      return memory;
    }
    throw Errno.EPERM.exception();
  }
}
