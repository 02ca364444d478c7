package dev.mote.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where a program's name without a slash is looked for: the folders of `PATH`, as a shell does.
///
/// @param folders their names, separated by colons
record SearchPath(String folders) {
  static SearchPath ofEnvironment() {
    String path = System.getenv("PATH");
    return new SearchPath(path == null ? "" : path);
  }

  /// The first executable file of this name, or the name as it is: whoever opens it says that there
  /// is none.
  ///
  /// @throws UsageException if the name cannot be a file's
  Path find(String name) {
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      throw new UsageException("the program's name is empty or has a NUL in it");
    }
    if (name.indexOf('/') >= 0) {
      return Path.of(name);
    }
    for (String folder : folders.split(":", -1)) {
      if (!folder.isEmpty()) {
        Path file = Path.of(folder, name);
        if (Files.isRegularFile(file) && Files.isExecutable(file)) {
          return file;
        }
      }
    }
    return Path.of(name);
  }
}
