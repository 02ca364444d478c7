package dev.mote.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.attribute.FileTime;
import java.util.Objects;

/// What the host's file system says, in the words of Linux.
final class HostErrors {
  private HostErrors() {}

  static Errno errorOf(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> Errno.ENOENT;
      case AccessDeniedException _ -> Errno.EACCES;
      case NotDirectoryException _ -> Errno.ENOTDIR;
      case NotLinkException _ -> Errno.ENOENT;
      case FileSystemLoopException _ -> Errno.ENOENT;
      case FileSystemException failure -> byReason(String.valueOf(failure.getReason()));
      default -> Errno.EIO;
    };
  }

  /// What becomes of a file of a tree that cannot be read: what was there is there for the guest,
  /// so it is never "not found".
  static Errno errorOf(UncheckedIOException e) {
    Errno error = errorOf(Objects.requireNonNull(e.getCause()));
    return error == Errno.ENOENT || error == Errno.ENOTDIR ? Errno.EIO : error;
  }

  /// Errors for which Java has no type.
  private static Errno byReason(String reason) {
    return switch (reason) {
      // A link that took the place of what was just looked at.
      case "Too many levels of symbolic links" -> Errno.ENOENT;
      case "Not a directory" -> Errno.ENOTDIR;
      case "Operation not permitted" -> Errno.EPERM;
      case "Too many open files" -> Errno.ENFILE;
      case "File name too long" -> Errno.ENAMETOOLONG;
      default -> reason.startsWith("Too many levels") ? Errno.ENOENT : Errno.EIO;
    };
  }

  static Timestamp timestamp(FileTime time) {
    var instant = time.toInstant();
    return new Timestamp(instant.getEpochSecond(), instant.getNano());
  }
}
