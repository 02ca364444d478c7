package dev.mote.linux;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What goes with the bytes of a socket: of AF_UNIX open files, and who sends; of a datagram of the
/// Internet what its header says.
///
/// @param rights each retained for as long as it is on its way
/// @param packet of the Internet; else null
record Ancillary(List<OpenFile> rights, Sender sender, @Nullable PacketFacts packet) {
  Ancillary(List<OpenFile> rights, Sender sender) {
    this(rights, sender, null);
  }

  static Ancillary of(PacketFacts packet) {
    return new Ancillary(List.of(), Sender.NOBODY, packet);
  }

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
