package dev.mote.functions;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The folder in which somebody writes a function: on this machine, and trusted as its owner is.
///
/// Thread-safe, as far as nobody changes the files meanwhile.
public final class FunctionFolder {
  /// What is no part of a function: histories, and what tools make of it again.
  private static final Set<String> LEFT_OUT =
      Set.of(".git", ".hg", ".svn", "__pycache__", "target", "venv", ".venv", ".idea", ".vscode");

  private final Path folder;

  /// @throws FunctionException if it is no folder
  public FunctionFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new FunctionException(folder + " is no folder");
    }
    this.folder = folder.toAbsolutePath().normalize();
  }

  public Path path() {
    return folder;
  }

  /// The folder's name as that of a function: in lower case, a dash for what may not be in one.
  ///
  /// @throws FunctionException if nothing is left
  public String functionName() {
    Path last = folder.getFileName();
    String name =
        (last == null ? "" : last.toString())
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^-+|-+$", "");
    try {
      return FunctionName.check(name);
    } catch (IllegalArgumentException e) {
      throw new FunctionException(
          "%s: a function cannot be called as this folder is; give it a name".formatted(folder), e);
    }
  }

  /// What `function.toml` says, over the defaults.
  ///
  /// @throws FunctionException if it is wrong
  public FunctionSettings settings() {
    try {
      byte[] file = Files.readAllBytes(folder.resolve(SettingsFile.NAME));
      return SettingsFile.read(file, FunctionSettings.DEFAULT);
    } catch (NoSuchFileException _) {
      return FunctionSettings.DEFAULT;
    } catch (IOException e) {
      throw new FunctionException(SettingsFile.NAME + " cannot be read: " + e.getMessage(), e);
    }
  }

  /// Language and main file.
  ///
  /// @throws FunctionException if the folder shows none
  public FunctionFiles files() {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
      return FunctionFiles.find(settings(), names, this::packageFile);
    } catch (IOException e) {
      throw new FunctionException(folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  private PackageFile packageFile() {
    try {
      return PackageFile.read(Files.readAllBytes(folder.resolve(PackageFile.NAME)));
    } catch (NoSuchFileException _) {
      return PackageFile.NONE;
    } catch (IOException e) {
      throw new FunctionException(PackageFile.NAME + " cannot be read: " + e.getMessage(), e);
    }
  }

  /// Makes what is to be made: runs the settings' build command, and has pip or npm put what a
  /// function in Python or for Node.js requires into the folder.
  ///
  /// @param progress receives lines for people
  /// @throws FunctionException if something fails; the message has what the tool said
  public void build(Consumer<String> progress) {
    FunctionSettings settings = settings();
    if (settings.build() != null) {
      progress.accept("building: " + settings.build());
      Tool.run(folder, List.of("sh", "-c", settings.build()));
    }
    if (Files.exists(folder.resolve(PythonRequirements.FILE))
        && files().language() == Language.PYTHON) {
      new PythonRequirements(folder).install(progress);
    }
    if (hasNodePackages()) {
      new NodePackages(folder).install(progress);
    }
  }

  private boolean hasNodePackages() {
    return Files.exists(folder.resolve(PackageFile.NAME))
        && files().language() == Language.NODE
        && NodePackages.areFor(folder, packageFile());
  }

  /// Writes the folder as an archive, as [Functions#deploy] takes it. Equal folders give equal
  /// archives.
  ///
  /// @throws FunctionException if a file cannot be read
  /// @throws IOException if the archive cannot be written
  public void archive(OutputStream to) throws IOException {
    String main = files().main();
    var found = new TreeMap<String, Path>();
    try {
      collect(main, found);
    } catch (IOException e) {
      throw new FunctionException(folder + " cannot be read: " + e.getMessage(), e);
    }
    var buffered = new BufferedOutputStream(to, 64 << 10);
    try (var tar = new TarWriter(buffered)) {
      found.forEach((name, path) -> {
        try {
          write(tar, name, path);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    buffered.flush();
  }

  /// The files by their paths, the main one also where others are left out.
  private void collect(String main, Map<String, Path> found) throws IOException {
    if (hasNodePackages()) {
      Path packages = folder.resolve(NodePackages.PLACE);
      Path modules = packages.resolve(NodePackages.MODULES);
      Path own = folder.resolve(NodePackages.MODULES);
      collect(folder, path -> isOfTools(path) || path.equals(own) || path.equals(packages), found);
      if (Files.exists(modules)) {
        var installed = new TreeMap<String, Path>();
        collect(modules, _ -> false, installed);
        found.put(NodePackages.MODULES, modules);
        installed.values().forEach(path -> found.put(packages.relativize(path).toString(), path));
      }
    } else {
      collect(folder, FunctionFolder::isOfTools, found);
    }
    addMain(main, found);
  }

  private void collect(Path top, Predicate<Path> isLeftOut, Map<String, Path> found)
      throws IOException {
    Files.walkFileTree(
        top,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            if (path.equals(top)) {
              return FileVisitResult.CONTINUE;
            }
            if (isLeftOut.test(path)) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            found.put(name(path), path);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            if (!attributes.isOther()) {
              found.put(name(path), path);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private void addMain(String main, Map<String, Path> found) {
    for (@Nullable Path path = folder.resolve(main); path != null && !path.equals(folder); ) {
      if (Files.exists(path)) {
        found.put(name(path), path);
      }
      path = path.getParent();
    }
  }

  /// Whether a file or directory is a history, or what tools make of a function, and no part of it.
  public static boolean isOfTools(Path path) {
    return LEFT_OUT.contains(path.getFileName().toString());
  }

  /// Whether what is in a directory is made by tools or by Mote, and edited by nobody.
  public static boolean isMade(Path path) {
    return isOfTools(path) || path.getFileName().toString().equals(".mote");
  }

  private String name(Path path) {
    return folder.relativize(path).toString();
  }

  private static void write(TarWriter tar, String name, Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      tar.link(name, Files.readSymbolicLink(path).toString());
    } else if (Files.isDirectory(path)) {
      tar.directory(name);
    } else {
      try (InputStream content = Files.newInputStream(path)) {
        tar.file(name, Files.isExecutable(path), Files.size(path), content);
      }
    }
  }
}
