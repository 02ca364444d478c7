package dev.mote.linux;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Follows a path as the kernel does: name by name, links as texts that are put in front of what is
/// left. Every step stays in the guest's tree, so no path can leave it.
final class PathWalk {
  /// The longest path, its NUL included.
  static final int PATH_MAX = 4096;

  private static final int NAME_MAX = 255;
  private static final int MOST_LINKS = 40;

  private final Directory root;
  private final boolean creates;
  private Directory current;
  private String rest;
  private int at;
  private int links;

  private PathWalk(Directory root, Directory start, String path, boolean creates) {
    this.root = root;
    this.current = start;
    this.rest = path;
    this.creates = creates;
  }

  /// @param root where absolute paths and absolute links begin
  /// @param start where relative paths begin
  /// @param follow whether a link that is the last name is followed; with slashes after it, it
  ///   always is
  static Lookup walk(Directory root, Directory start, String path, boolean follow) {
    return walk(root, start, path, follow, false);
  }

  /// The same for `open` with `O_CREAT`.
  ///
  /// @throws ErrnoException also EISDIR if slashes follow the last name, be it that of a link's
  ///   text: only a directory has them, and this call makes none
  static Lookup walkToCreate(Directory root, Directory start, String path, boolean follow) {
    return walk(root, start, path, follow, true);
  }

  private static Lookup walk(
      Directory root, Directory start, String path, boolean follow, boolean creates) {
    if (path.isEmpty()) {
      throw Errno.ENOENT.exception();
    }
    return new PathWalk(root, start, path, creates).walk(follow);
  }

  /// The names of an absolute path, without what "." and ".." and repeated slashes add.
  static List<String> namesOf(String path) {
    List<String> names = new ArrayList<>();
    for (String name : path.split("/", -1)) {
      switch (name) {
        case "", "." -> {}
        case ".." -> {
          if (!names.isEmpty()) {
            names.removeLast();
          }
        }
        default -> names.add(name);
      }
    }
    return names;
  }

  private Lookup walk(boolean follow) {
    Lookup.Last last = startOf(rest);
    while (true) {
      skipSlashes();
      if (at == rest.length()) {
        return Lookup.at(current, rest.endsWith("/"), last);
      }
      String name = nextName();
      boolean slash = at < rest.length();
      skipSlashes();
      boolean isLast = at == rest.length();
      switch (name) {
        case "." -> last = Lookup.Last.DOT;
        case ".." -> {
          current = current == root ? root : current.parent();
          last = Lookup.Last.DOT_DOT;
        }
        default -> {
          last = Lookup.Last.NORMAL;
          Lookup end = step(name, isLast, isLast && slash, follow);
          if (end != null) {
            return end;
          }
          if (at == 0) {
            last = startOf(rest);
          }
        }
      }
    }
  }

  /// Goes through one name; the result when the path ends there.
  private @Nullable Lookup step(String name, boolean isLast, boolean slash, boolean follow) {
    if (creates && slash) {
      throw Errno.EISDIR.exception();
    }
    Entry entry = current.lookup(name);
    if (entry == null) {
      if (isLast) {
        return new Lookup(current, name, null, slash, Lookup.Last.NORMAL);
      }
      throw Errno.ENOENT.exception();
    }
    if (entry.inode instanceof SymbolicLink link && (!isLast || follow || slash)) {
      if (++links > MOST_LINKS) {
        throw Errno.ELOOP.exception();
      }
      if (!link.isMagic()) {
        splice(link.target());
        return null;
      }
      entry = link.jump();
    }
    if (entry.inode instanceof Directory directory) {
      if (isLast) {
        return new Lookup(parentOf(entry), entry.name, entry, slash, Lookup.Last.NORMAL);
      }
      current = directory;
      return null;
    }
    if (!isLast || slash) {
      throw Errno.ENOTDIR.exception();
    }
    return new Lookup(parentOf(entry), entry.name, entry, false, Lookup.Last.NORMAL);
  }

  private Directory parentOf(Entry entry) {
    return entry.parent == null ? current : entry.parent;
  }

  private void splice(String target) {
    if (target.isEmpty()) {
      throw Errno.ENOENT.exception();
    }
    if (target.startsWith("/")) {
      current = root;
    }
    // The slashes before the rest were skipped; those after a last name still tell a directory.
    rest = at == rest.length() && !rest.endsWith("/") ? target : target + "/" + rest.substring(at);
    at = 0;
  }

  private static Lookup.Last startOf(String path) {
    return path.startsWith("/") ? Lookup.Last.ROOT : Lookup.Last.DOT;
  }

  private void skipSlashes() {
    while (at < rest.length() && rest.charAt(at) == '/') {
      at++;
    }
  }

  private String nextName() {
    int end = rest.indexOf('/', at);
    String name = rest.substring(at, end < 0 ? rest.length() : end);
    if (name.length() > NAME_MAX) {
      throw Errno.ENAMETOOLONG.exception();
    }
    at += name.length();
    return name;
  }
}
