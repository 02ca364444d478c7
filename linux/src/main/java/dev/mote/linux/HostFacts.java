package dev.mote.linux;

import java.io.IOException;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Instant;
import java.util.Map;

/// What the host's `stat` says of a file.
///
/// @param details what Java tells by path only; empty if that leads elsewhere by now
record HostFacts(PosixFileAttributes attributes, Map<String, Object> details) {
  /// @throws IOException if there is no such file
  static HostFacts of(HostDirectories directories, String directory, String name)
      throws IOException {
    PosixFileAttributes attributes = directories.attributes(directory, name);
    return new HostFacts(attributes, directories.details(directory, name, attributes.fileKey()));
  }

  Object key() {
    return attributes.fileKey();
  }

  TreeNode.Meta meta() {
    Instant time = attributes.lastModifiedTime().toInstant();
    return new TreeNode.Meta(
        (int) number("mode", HostNames.mode(attributes)) & FileMode.PERMISSIONS,
        (int) number("uid", 0),
        (int) number("gid", 0),
        time.getEpochSecond(),
        time.getNano());
  }

  int links() {
    return (int) number("nlink", 1);
  }

  /// The upper bits of `st_mode`, of what is neither file nor directory nor link.
  int specialType() {
    return (int) number("mode", FileMode.S_IFSOCK) & FileMode.S_IFMT;
  }

  /// `st_rdev`; 0 for what is no device.
  long device() {
    int type = specialType();
    return type == FileMode.S_IFCHR || type == FileMode.S_IFBLK ? number("rdev", 0) : 0;
  }

  private long number(String name, long otherwise) {
    return details.get(name) instanceof Number number ? number.longValue() : otherwise;
  }
}
