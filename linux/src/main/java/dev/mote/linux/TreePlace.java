package dev.mote.linux;

import org.jspecify.annotations.Nullable;

/// Where something is in the tree below a guest's files: what it is found by, whatever the guest
/// calls it now. Not by its node, for a node that lies in several places may be several files.
final class TreePlace {
  /// Numbers of files of the tree are at least this; those that a guest makes count from 1.
  private static final long NUMBERS = 1L << 62;

  /// Null for the root.
  final @Nullable TreePlace parent;

  final String name;

  /// Its `st_ino`: the same in every guest and after each restore, for it follows from the names.
  final long number;

  private TreePlace(@Nullable TreePlace parent, String name, long number) {
    this.parent = parent;
    this.name = name;
    this.number = number;
  }

  static TreePlace root() {
    return new TreePlace(null, "", NUMBERS);
  }

  TreePlace child(String itsName) {
    return new TreePlace(this, itsName, childNumber(itsName));
  }

  long childNumber(String itsName) {
    long hash = number;
    for (int i = 0; i < itsName.length(); i++) {
      hash = hash * 0x100000001b3L ^ itsName.charAt(i);
    }
    return HostNames.mix(hash) | NUMBERS;
  }
}
