package dev.mote.linux;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Translates between names of the host (Java's paths) and of the guest (bytes), and between the
/// host's identities of files and those that the guest sees.
final class HostNames {
  /// Makes the numbers that the guest sees say nothing of the host's.
  private final long secret;

  HostNames(long secret) {
    this.secret = secret;
  }

  /// The host's name, or a relative path; null when it cannot be one.
  static @Nullable Path toHost(String name) {
    if (isAscii(name)) {
      try {
        return Path.of(name);
      } catch (InvalidPathException e) {
        return null;
      }
    }
    var escaped = new StringBuilder("file:///");
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '/') {
        escaped.append(c);
      } else {
        escaped.append('%').append(HexFormat.of().toHexDigits((byte) c));
      }
    }
    try {
      return Path.of("/").relativize(Path.of(URI.create(escaped.toString())));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /// A name, or the text of a link. Java shows the bytes of a path that are no text in its encoding
  /// only in its URI.
  static String fromHost(Path name) {
    String text = name.toString();
    if (isAscii(text)) {
      return text;
    }
    String uri = Path.of("/").resolve(name).toUri().getRawPath();
    int start = name.isAbsolute() ? 0 : 1;
    int end = uri.endsWith("/") ? uri.length() - 1 : uri.length();
    var bytes = new StringBuilder();
    for (int i = start; i < end; i++) {
      char c = uri.charAt(i);
      if (c == '%') {
        c = (char) HexFormat.fromHexDigits(uri, i + 1, i + 3);
        i += 2;
      }
      bytes.append(c);
    }
    return bytes.toString();
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
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
  static long mix(long value) {
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
