package dev.mote.functions;

import dev.mote.FileTree;
import dev.mote.json.Json;
import dev.mote.trees.Archive;
import dev.mote.trees.Limits;
import dev.mote.trees.TreeException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// The files of a function, from a tar archive that may come from anywhere. They are in no
/// directory of the host.
///
/// Thread-safe.
final class Bundle implements AutoCloseable {
  private final FileTree tree;
  private final FunctionSettings settings;

  private Bundle(FileTree tree, FunctionSettings settings) {
    this.tree = tree;
    this.settings = settings;
  }

  /// @param archive is not to be changed while the bundle is open
  /// @param usual what holds where the function says nothing
  /// @throws FunctionException if it is no such archive, or its `function.toml` is wrong
  static Bundle open(Path archive, FunctionSettings usual) {
    FileTree tree;
    try {
      tree = Archive.open(archive, Limits.DEFAULT).tree();
    } catch (TreeException e) {
      throw new FunctionException("the upload is no archive of a function: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new FunctionException("the archive cannot be read: " + e.getMessage(), e);
    }
    try {
      return new Bundle(tree, settings(tree, usual));
    } catch (RuntimeException | Error e) {
      tree.close();
      throw e;
    }
  }

  private static FunctionSettings settings(FileTree tree, FunctionSettings usual) {
    try {
      return SettingsFile.read(tree.read(SettingsFile.NAME, SettingsFile.LARGEST), usual);
    } catch (NoSuchFileException _) {
      return usual;
    } catch (IOException e) {
      throw new FunctionException(String.valueOf(e.getMessage()), e);
    }
  }

  FileTree tree() {
    return tree;
  }

  FunctionSettings settings() {
    return settings;
  }

  /// Language and main file.
  ///
  /// @throws FunctionException if it shows none
  FunctionFiles files() {
    try {
      return FunctionFiles.find(settings, tree.list(""), this::packageFile);
    } catch (NoSuchFileException e) {
      throw new IllegalStateException("a tree without a top", e);
    }
  }

  private PackageFile packageFile() {
    try {
      return PackageFile.read(tree.read(PackageFile.NAME, Json.LARGEST));
    } catch (NoSuchFileException _) {
      return PackageFile.NONE;
    } catch (IOException e) {
      throw new FunctionException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    tree.close();
  }
}
