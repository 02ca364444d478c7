package dev.mote;

import dev.mote.linux.FilesState;
import dev.mote.linux.StoredGuest;

/// What the parts of a snapshot are that are trees of records.
final class SnapshotFormat {
  static final StoredRecord<Description> DESCRIPTION = new StoredRecord<>(Description.class);
  static final StoredRecord<FilesState> FILES = new StoredRecord<>(FilesState.class);

  /// What a snapshot is, but for its other parts.
  ///
  /// @param functions whether functions of it are called
  /// @param announcement the message in which it said which; else empty
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  record Description(boolean functions, byte[] announcement, StoredGuest guest) {}

  private SnapshotFormat() {}
}
