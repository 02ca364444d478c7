package dev.mote.linux;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Translates between names of the host (Java's strings in the host's encoding) and of the guest
/// (bytes), and between the host's identities of files and those that the guest sees.
final class HostNames {
  private static final Charset HOST =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8);

  /// Makes the numbers that the guest sees say nothing of the host's.
  private final long secret;

  HostNames(long secret) {
    this.secret = secret;
  }

  /// The host's name; null when the host's encoding has none that is the same bytes.
  @Nullable Path toHost(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
    String text = new String(bytes, HOST);
    if (!Arrays.equals(text.getBytes(HOST), bytes)) {
      return null;
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /// The same for a name that came from the host.
  Path requireHost(String name) {
    Path path = toHost(name);
    if (path == null) {
      throw Errno.ENOENT.exception();
    }
    return path;
  }

  String fromHost(Path name) {
    return new String(name.toString().getBytes(HOST), StandardCharsets.ISO_8859_1);
  }

  /// A number for `st_ino`: for files of one device of the host it differs when theirs differ.
  long inode(PosixFileAttributes attributes) {
    // The key prints as (dev=…,ino=…); Java offers its parts in no other way.
    String key = attributes.fileKey().toString();
    int comma = key.indexOf(",ino=");
    if (comma < 0) {
      return mix(key.hashCode() ^ secret);
    }
    long device = Long.parseUnsignedLong(key.substring("(dev=".length(), comma), 16);
    long inode = Long.parseLong(key.substring(comma + ",ino=".length(), key.length() - 1));
    return mix(inode ^ mix(device ^ secret));
  }

  /// A bijection of 64 bits (the finalizer of MurmurHash3), without the values that would be
  /// negative or 0 in a C program.
  private static long mix(long value) {
    long z = value;
    z = (z ^ z >>> 33) * 0xff51afd7ed558ccdL;
    z = (z ^ z >>> 33) * 0xc4ceb9fe1a85ec53L;
    z ^= z >>> 33;
    return Math.max(1, z & Long.MAX_VALUE);
  }

  static int mode(PosixFileAttributes attributes) {
    String text = PosixFilePermissions.toString(attributes.permissions());
    int mode = 0;
    for (int i = 0; i < text.length(); i++) {
      mode |= text.charAt(i) == '-' ? 0 : 0400 >> i;
    }
    return mode;
  }
}
