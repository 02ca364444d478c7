package dev.mote.linux;

/// What a process knows of files: the tree, its descriptors, root, working directory and umask.
final class ProcessFiles {
  /// "The working directory" where a system call takes a descriptor of a directory.
  static final int AT_FDCWD = -100;

  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int AT_REMOVEDIR = 0x200;
  static final int AT_SYMLINK_FOLLOW = 0x400;
  static final int AT_NO_AUTOMOUNT = 0x800;
  static final int AT_EMPTY_PATH = 0x1000;

  final FileTree tree;
  final Descriptors descriptors;
  private final Credentials credentials;
  private Directory root;
  private Directory workingDirectory;
  private int umask = 022;

  ProcessFiles(FileTree tree, Credentials credentials) {
    this.credentials = credentials;
    this.tree = tree;
    this.descriptors = new Descriptors(tree.limits().openFiles());
    this.root = tree.root();
    this.workingDirectory = tree.root();
    root.hold();
    workingDirectory.hold();
  }

  Credentials credentials() {
    return credentials;
  }

  Directory root() {
    return root;
  }

  void root(Directory newRoot) {
    newRoot.hold();
    root.letGo();
    root = newRoot;
  }

  Directory workingDirectory() {
    return workingDirectory;
  }

  void workingDirectory(Directory directory) {
    directory.hold();
    workingDirectory.letGo();
    workingDirectory = directory;
  }

  /// The working directory as the user of a sandbox names it.
  ///
  /// @throws ErrnoException ENOENT, ENOTDIR, ELOOP or ENAMETOOLONG
  void changeDirectory(String path) {
    workingDirectory(directoryOf(walk(AT_FDCWD, FileTree.byteString(path), true).existing()));
  }

  int umask() {
    return umask;
  }

  void umask(int mask) {
    umask = mask & 0777;
  }

  /// A new file belongs to whoever makes it.
  void own(Inode file) {
    if (credentials.euid() != 0 || credentials.egid() != 0) {
      int permissions = file.mode() & FileMode.PERMISSIONS;
      file.chown(credentials.euid(), credentials.egid());
      file.chmod(permissions);
    }
  }

  /// Resolves a path that is relative to a descriptor.
  Lookup walk(int dirfd, String path, boolean follow) {
    return PathWalk.walk(root, start(dirfd, path), path, follow);
  }

  /// The same for `open` with `O_CREAT`: [PathWalk#walkToCreate].
  Lookup walkToCreate(int dirfd, String path, boolean follow) {
    return PathWalk.walkToCreate(root, start(dirfd, path), path, follow);
  }

  private Directory start(int dirfd, String path) {
    return path.startsWith("/") || path.isEmpty() ? root : startOf(dirfd);
  }

  /// Resolves a path that may be empty: then the descriptor itself is meant (`AT_EMPTY_PATH`).
  Entry entryAt(int dirfd, String path, int atFlags) {
    if (path.isEmpty() && (atFlags & AT_EMPTY_PATH) != 0) {
      return dirfd == AT_FDCWD ? workingDirectory.entry() : descriptors.get(dirfd).entry();
    }
    return walk(dirfd, path, (atFlags & AT_SYMLINK_NOFOLLOW) == 0).existing();
  }

  /// The path of an entry as this process sees it, from its own root.
  String pathWithinRoot(Entry entry) {
    String path = entry.path();
    if (root.isRoot()) {
      return path;
    }
    String above = root.entry().path();
    if (path.equals(above)) {
      return "/";
    }
    return path.startsWith(above + "/") ? path.substring(above.length()) : "(unreachable)" + path;
  }

  private Directory startOf(int dirfd) {
    return dirfd == AT_FDCWD ? workingDirectory : directoryOf(descriptors.get(dirfd).entry());
  }

  static Directory directoryOf(Entry entry) {
    if (entry.inode instanceof Directory directory) {
      return directory;
    }
    throw Errno.ENOTDIR.exception();
  }

  /// Closes everything, at the end of the process.
  void close() {
    descriptors.closeAll();
  }
}
