package dev.mote.linux;

import java.nio.ByteBuffer;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/// A file of a read-only tree, which any number of guests may have as their root at the same time.
/// What a guest changes is kept apart, in its own memory.
///
/// Names and texts of links have one character per byte (ISO 8859-1), because Linux knows no
/// encoding of names. Two names of one node are hard links. Implementations are thread-safe and
/// never change what they say; reading may throw [java.io.UncheckedIOException].
public sealed interface TreeNode {
  Meta meta();

  /// What `st_nlink` says of it. Of a file: how many names it has, which may be more than the tree
  /// has of them. Of a directory: two more than the directories in it; 1 if nobody has counted.
  default int links() {
    return 1;
  }

  /// What every file has.
  ///
  /// @param permissions the lower twelve bits of `st_mode`
  /// @param seconds of the last modification, since 1970
  record Meta(int permissions, int uid, int gid, long seconds, int nanos) {}

  /// A directory.
  non-sealed interface Directory extends TreeNode {
    /// Its names, without "." and "..", in the order of their bytes. Immutable. May be read when it
    /// is first asked for.
    SortedSet<String> names();

    /// What has a name. May be read when it is first asked for.
    ///
    /// @return null if there is no such name, and if what had it was gone when it was first asked
    ///   for
    @Nullable TreeNode child(String name);

    /// What has a name, as far as it is known without reading: for a listing, which need not say of
    /// what type everything is.
    ///
    /// @return null if it is not known, and as [#child]
    default @Nullable TreeNode known(String name) {
      return child(name);
    }

    @Override
    default int links() {
      return 2
          + (int) names().stream().map(this::child).filter(Directory.class::isInstance).count();
    }
  }

  /// A regular file.
  non-sealed interface File extends TreeNode {
    /// In bytes.
    long size();

    /// Reads up to `count` bytes.
    ///
    /// @return how many; 0 at the end and behind it
    int read(long position, byte[] target, int offset, int count);

    /// Reads into a buffer, up to as much as it has room for.
    ///
    /// @return how many bytes; 0 at the end and behind it
    default int read(long position, ByteBuffer target) {
      byte[] piece = new byte[Math.min(64 << 10, target.remaining())];
      int count = read(position, piece, 0, piece.length);
      if (count > 0 && count <= piece.length) { // otherwise it is for the caller to refuse
        target.put(piece, 0, count);
      }
      return count;
    }
  }

  /// A symbolic link.
  ///
  /// @param target empty if nobody can read it
  record Link(Meta meta, String target) implements TreeNode {}

  /// A device, FIFO or socket.
  ///
  /// @param type the upper bits of `st_mode`
  /// @param device major and minor number as `st_rdev` has them; 0 for a FIFO or a socket
  record Special(Meta meta, int type, long device) implements TreeNode {}
}
