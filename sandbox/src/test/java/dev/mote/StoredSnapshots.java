package dev.mote;

import java.nio.file.Path;

/// What is stored in tests.
final class StoredSnapshots {
  private StoredSnapshots() {}

  /// A shell that has a file of its own open and waits for a line, to say both.
  static Snapshot shell() {
    String script =
        "cd /tmp; echo kept >file; exec 5<file; trap : USR1; read line; read old <&5; echo $old $line";
    return Sandbox.builder(Program.of(Path.of("/bin/busybox"), "sh", "-c", script))
        .snapshot(SnapshotPoint.INPUT);
  }
}
