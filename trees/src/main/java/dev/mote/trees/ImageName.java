package dev.mote.trees;

import dev.mote.json.Quote;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// An image as a user names it: `LAYOUT[:TAG]`.
///
/// @param path of a layout or an archive
/// @param tag null if there is only one image in it
public record ImageName(Path path, @Nullable String tag) {

  /// Takes a text apart. Both a path and a tag may have colons: the path is the longest one that is
  /// there.
  ///
  /// @throws TreeException if none is
  public static ImageName parse(String text) {
    int end = text.length();
    while (end > 0) {
      if (exists(text.substring(0, end))) {
        String tag = end == text.length() ? null : text.substring(end + 1);
        return new ImageName(
            Path.of(text.substring(0, end)), tag == null || tag.isEmpty() ? null : tag);
      }
      end = text.lastIndexOf(':', end - 1);
    }
    throw new TreeException(
        Quote.quote(text), "is not there", "name a layout or an archive, as PATH or PATH:TAG");
  }

  private static boolean exists(String path) {
    try {
      return Files.exists(Path.of(path), LinkOption.NOFOLLOW_LINKS);
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
