package dev.mote;

import dev.mote.linux.GuestSetup;
import dev.mote.linux.GuestSources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a program is shown of the host, for a snapshot that comes from a file: the file has none of
/// it and names no place on the host. Whoever loads the snapshot gives what the builder was given
/// when it was taken ([SandboxBuilder#root], [SandboxBuilder#mount]), on this host or another.
///
/// What the program has open or mapped must be as it was, byte for byte; the rest it finds as it
/// is. Immutable, thread-safe.
public final class FileSources {
  private static final FileSources NONE = new FileSources(null, List.of());

  private final @Nullable FileTree root;
  private final List<GuestSetup.Mount> mounts;

  private FileSources(@Nullable FileTree root, List<GuestSetup.Mount> mounts) {
    this.root = root;
    this.mounts = mounts;
  }

  /// Nothing, which is what a program is shown unless its builder says otherwise.
  public static FileSources none() {
    return NONE;
  }

  /// The same with a root.
  ///
  /// @param tree stays the caller's, who closes it after the snapshot and the sandboxes that use it
  public FileSources root(FileTree tree) {
    return new FileSources(tree, mounts);
  }

  /// The same with a file or directory of the host, to be read only.
  ///
  /// @param host an existing file or directory; symbolic links in it are followed only within it
  /// @param target where the program finds it: as it was when the snapshot was taken
  public FileSources mount(Path host, String target) {
    var more = new ArrayList<>(mounts);
    more.add(new GuestSetup.Mount(host, target));
    return new FileSources(root, List.copyOf(more));
  }

  GuestSources ofGuest() {
    return new GuestSources(root == null ? null : root.directory(), mounts);
  }
}
