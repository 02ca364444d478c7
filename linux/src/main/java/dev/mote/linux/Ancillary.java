package dev.mote.linux;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What goes with the bytes of an AF_UNIX socket: open files, and who sends.
///
/// @param rights each retained for as long as it is on its way
record Ancillary(List<OpenFile> rights, Sender sender) {
  /// `struct ucred`.
  record Sender(int pid, int uid, int gid) {
    static final int BYTES = 12;
    static final Sender NOBODY = new Sender(0, 65534, 65534);
  }

  boolean hasRights() {
    return !rights.isEmpty();
  }

  /// Whether bytes with this may follow bytes with that, without the reader seeing a boundary.
  boolean joins(@Nullable Ancillary before) {
    return before != null && !hasRights() && !before.hasRights() && sender.equals(before.sender);
  }

  Ancillary withoutRights() {
    return hasRights() ? new Ancillary(List.of(), sender) : this;
  }
}
