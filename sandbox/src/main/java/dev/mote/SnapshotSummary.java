package dev.mote;

import dev.mote.linux.StoredGuest;
import dev.mote.values.ValueException;
import java.util.List;

/// What a stored snapshot says of itself: that it can be used is not said, nor checked.
///
/// @param program where the program was read from
/// @param memory how much memory the guest had in use
/// @param functions what it offers; empty if it is to be run as a whole
/// @param needsRoot whether [FileSources] must have a root
/// @param mounts where in the guest [FileSources] must have something
/// @param files how many files of those must be as they were when the snapshot was stored
public record SnapshotSummary(
    String program,
    MemorySize memory,
    List<GuestFunction> functions,
    boolean needsRoot,
    List<String> mounts,
    int files) {
  private static final int PAGE = 4096;

  /// @param description as [SnapshotParts#description]
  /// @throws SnapshotException if it is none
  public static SnapshotSummary of(byte[] description) {
    try {
      SnapshotFormat.Description read = SnapshotFormat.DESCRIPTION.read(description);
      StoredGuest guest = read.guest();
      return new SnapshotSummary(
          guest.path(),
          MemorySize.ofBytes((long) Math.max(0, guest.pages()) * PAGE),
          read.functions() ? Conversation.readAnnouncement(read.announcement()).list() : List.of(),
          guest.given().root(),
          guest.given().mounts(),
          guest.given().files().size());
    } catch (IllegalArgumentException | ValueException e) {
      throw new SnapshotException("the snapshot cannot be used: " + e.getMessage(), e);
    }
  }
}
