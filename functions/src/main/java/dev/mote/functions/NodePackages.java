package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// The packages that a Node.js function's `package.json` names, installed by npm apart from the
/// author's own `node_modules`, which has what they develop with and stays as it is. In the
/// function's archive they take its place.
///
/// No script of a package runs here.
final class NodePackages {
  /// Where they are, from the function's folder.
  static final String PLACE = ".mote/node";

  /// Their name in there, and in the archive.
  static final String MODULES = "node_modules";

  /// What npm goes by.
  private static final List<String> FILES =
      List.of(PackageFile.NAME, "package-lock.json", "npm-shrinkwrap.json", ".npmrc");

  /// What the other tools go by, which make `node_modules` in their own way.
  private static final List<String> OTHERS =
      List.of("yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb");

  private final Path folder;
  private final Path place;

  NodePackages(Path folder) {
    this.folder = folder;
    place = folder.resolve(PLACE);
  }

  /// Whether npm is to install some: not what another tool has a lock for.
  static boolean areFor(Path folder, PackageFile file) {
    return file.hasDependencies()
        && OTHERS.stream().noneMatch(lock -> Files.exists(folder.resolve(lock)));
  }

  /// Has npm install them, unless they are what was installed last.
  ///
  /// @throws FunctionException if npm is not there, or fails; the message has what it said
  void install(Consumer<String> progress) {
    Path stamp = place.resolve("installed");
    try {
      byte[] wanted = wanted();
      if (Files.exists(stamp) && Arrays.equals(wanted, Files.readAllBytes(stamp))) {
        return;
      }
      if (Tool.find("npm").isEmpty()) {
        throw new FunctionException(
            PackageFile.NAME
                + " needs npm, and there is none in PATH; on Debian: apt-get install npm");
      }
      progress.accept("installing what " + PackageFile.NAME + " names");
      Files.createDirectories(place);
      Files.writeString(folder.resolve(".mote/.gitignore"), "*\n");
      Files.deleteIfExists(stamp);
      for (String file : FILES) {
        copy(file);
      }
      Tool.run(place, command());
      Files.write(stamp, wanted);
    } catch (IOException e) {
      throw new FunctionException(PackageFile.NAME + ": " + e.getMessage(), e);
    }
  }

  private byte[] wanted() throws IOException {
    var all = new ByteArrayOutputStream();
    for (String file : FILES) {
      if (Files.exists(folder.resolve(file))) {
        all.writeBytes((file + "\n").getBytes(UTF_8));
        all.writeBytes(Files.readAllBytes(folder.resolve(file)));
      }
    }
    return all.toByteArray();
  }

  private void copy(String file) throws IOException {
    if (Files.exists(folder.resolve(file))) {
      Files.copy(folder.resolve(file), place.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.deleteIfExists(place.resolve(file));
    }
  }

  /// Exactly what a lock says where there is one.
  private List<String> command() {
    boolean isLocked = FILES.subList(1, 3).stream().anyMatch(f -> Files.exists(place.resolve(f)));
    return List.of(
        "npm",
        isLocked ? "ci" : "install",
        "--omit=dev",
        "--ignore-scripts",
        "--install-links",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--loglevel=error");
  }
}
