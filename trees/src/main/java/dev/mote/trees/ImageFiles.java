package dev.mote.trees;

import dev.mote.linux.TreeNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The files that an image is stored in.
sealed interface ImageFiles {
  /// What messages call all of them.
  String name();

  /// @param path of names that are checked, with slashes between them
  /// @return null if it is not there
  /// @throws TreeException if it is no regular file
  @Nullable Content find(String path) throws IOException;

  /// @throws TreeException also if it is not there
  default Content get(String path) throws IOException {
    Content found = find(path);
    if (found == null) {
      throw new TreeException(name() + "/" + path, "is missing", "make the image again");
    }
    return found;
  }

  /// Files in a directory of the host. The last name of a path is never followed if it is a link.
  record InDirectory(Path directory, Storage storage) implements ImageFiles {
    @Override
    public String name() {
      return directory.toString();
    }

    @Override
    public @Nullable Content find(String path) throws IOException {
      Path file = directory.resolve(path);
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return null;
      }
      if (Files.isSymbolicLink(file)) {
        throw new TreeException(file, "is a symbolic link", "put the file itself there");
      }
      return storage.map(file, LinkOption.NOFOLLOW_LINKS);
    }
  }

  /// Files in an archive. `docker save` has written symbolic links for layers that are the same.
  record InArchive(String name, TreeWalk files) implements ImageFiles {
    @Override
    public @Nullable Content find(String path) {
      String place = name + "/" + path;
      try {
        var bytes = new String(path.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return switch (files.find(bytes)) {
          case null -> null;
          case StoredFile file -> file.content(place);
          case TreeNode _ -> throw new FormatException("is not a regular file without holes");
        };
      } catch (FormatException e) {
        throw e.of(place);
      }
    }
  }
}
