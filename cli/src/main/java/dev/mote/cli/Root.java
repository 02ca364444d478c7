package dev.mote.cli;

import dev.mote.FileTree;
import dev.mote.trees.Archive;
import dev.mote.trees.Image;
import dev.mote.trees.ImageName;
import dev.mote.trees.Launch;
import dev.mote.trees.TreeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a sandbox has as its root, opened.
///
/// @param launch how the program of an image is started; null if there is no image
record Root(FileTree tree, @Nullable Launch launch) implements AutoCloseable {
  /// @param source a directory, or an archive
  /// @throws UsageException if it cannot be a root
  static Root of(Path source) {
    try {
      boolean directory = Files.isDirectory(source) && !Files.exists(source.resolve("oci-layout"));
      FileTree tree = directory ? FileTree.ofDirectory(source) : Archive.open(source).tree();
      return new Root(tree, null);
    } catch (UncheckedIOException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    } catch (TreeException | IOException e) {
      throw refused("--root", source.toString(), e);
    }
  }

  /// @param arguments what replaces the image's command
  /// @throws UsageException if there is no such image, or it cannot be started
  static Root of(String name, List<String> arguments) {
    Image image = null;
    try {
      image = Image.open(ImageName.parse(name));
      return new Root(image.tree(), image.launch(arguments));
    } catch (TreeException | IOException e) {
      if (image != null) {
        image.close();
      }
      throw refused("--image", name, e);
    }
  }

  /// The files of an image.
  ///
  /// @throws UsageException if there is no such image
  static Root ofImage(String name) {
    try {
      return new Root(Image.open(ImageName.parse(name)).tree(), null);
    } catch (TreeException | IOException e) {
      throw refused("--image", name, e);
    }
  }

  private static UsageException refused(String option, String source, Exception e) {
    return new UsageException(
        e instanceof TreeException
            ? String.valueOf(e.getMessage())
            : option + " " + source + ": cannot be read: " + e.getMessage());
  }

  @Override
  public void close() {
    tree.close();
  }
}
