package dev.mote.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A directory of the host as a tree, for any number of guests.
///
/// A directory is listed when it is first looked into, what has one of its names is looked at when
/// that is first asked for, and what was found is remembered, so the tree never changes for its
/// guests: a file that is not on the host any more, or is another one, or has become shorter,
/// cannot be read. One whose bytes change shows what it has when it is read.
///
/// Reached is what [HostDirectories] reaches: nothing outside of the directory. Devices, sockets
/// and FIFOs are named and never opened.
///
/// Thread-safe. It holds up to a hundred descriptors of the host until it is closed; then its files
/// cannot be read.
public final class HostTree implements AutoCloseable {
  private final HostDirectories directories;
  private final OpenHostFiles files;
  private final HostTreeDirectory root;

  /// Files with several names on the host, by what the host knows them by.
  private final Map<Object, TreeNode> linked = new ConcurrentHashMap<>();

  private HostTree(HostDirectories directories) throws IOException {
    this.directories = directories;
    files = new OpenHostFiles(directories);
    root = directory("", HostFacts.of(directories, "", "."));
  }

  /// @param directory links in this path itself are followed, once
  /// @throws IOException if it is no directory that can be read
  public static HostTree of(Path directory) throws IOException {
    var directories = new HostDirectories(directory);
    try {
      return new HostTree(directories);
    } catch (IOException | RuntimeException | Error e) {
      directories.close();
      throw e;
    }
  }

  public TreeNode.Directory root() {
    return root;
  }

  OpenHostFiles files() {
    return files;
  }

  /// The names in a directory, as they are now.
  SortedSet<String> names(String directory) {
    try {
      return Collections.unmodifiableSortedSet(new TreeSet<>(directories.list(directory)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What has a name in a directory now; null if nothing has.
  @Nullable TreeNode node(String directory, String name) {
    HostFacts facts;
    try {
      facts = HostFacts.of(directories, directory, name);
    } catch (IOException e) {
      if (HostErrors.errorOf(e) == Errno.ENOENT) {
        return null;
      }
      throw new UncheckedIOException(e);
    }
    if (facts.attributes().isDirectory()) {
      return directory(HostDirectories.pathOf(directory, name), facts);
    }
    return facts.links() > 1
        ? linked.computeIfAbsent(facts.key(), _ -> file(directory, name, facts))
        : file(directory, name, facts);
  }

  private HostTreeDirectory directory(String path, HostFacts facts) {
    return new HostTreeDirectory(this, path, facts.meta(), facts.links());
  }

  private TreeNode file(String directory, String name, HostFacts facts) {
    if (facts.attributes().isSymbolicLink()) {
      return new TreeNode.Link(facts.meta(), linkText(directory, name, facts.key()));
    }
    if (facts.attributes().isRegularFile()) {
      var place = new OpenHostFiles.Place(directory, name, facts.key());
      return new HostTreeFile(this, place, facts);
    }
    return new TreeNode.Special(facts.meta(), facts.specialType(), facts.device());
  }

  private String linkText(String directory, String name, Object key) {
    try {
      return directories.linkText(directory, name, key);
    } catch (IOException e) {
      return ""; // the link is there, and cannot be read
    }
  }

  /// Frees what it holds of the host; twice is harmless.
  @Override
  public void close() {
    files.close();
    directories.close();
  }
}
