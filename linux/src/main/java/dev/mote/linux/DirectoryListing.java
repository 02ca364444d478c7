package dev.mote.linux;

import org.jspecify.annotations.Nullable;

/// The names of a directory in an order that changes of the directory do not disturb.
interface DirectoryListing extends AutoCloseable {
  /// Cookies of "." and ".."; those of names are greater.
  long DOT = 1;

  long DOT_DOT = 2;

  /// The first name whose cookie is greater than `cookie`; null at the end.
  @Nullable Item after(long cookie);

  /// Forgets what was remembered of an earlier pass.
  default void rewind() {}

  @Override
  default void close() {}

  /// @param type as `d_type`
  record Item(String name, long inode, int type, long cookie) {
    static Item of(Entry entry) {
      return new Item(
          entry.name, entry.inode.number(), FileMode.entryType(entry.inode.mode()), entry.cookie);
    }
  }
}
