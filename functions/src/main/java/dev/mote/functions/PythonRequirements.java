package dev.mote.functions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// What a Python function's `requirements.txt` names, put into its folder by pip, where only the
/// function sees it.
final class PythonRequirements {
  static final String FILE = "requirements.txt";

  private static final String INTERPRETER = "/usr/bin/python3";

  private final Path folder;
  private final Path target;
  private final Path stamp;

  PythonRequirements(Path folder) {
    this.folder = folder;
    target = folder.resolve(".mote/python");
    stamp = folder.resolve(".mote/requirements.txt");
  }

  /// Has pip install them, unless they are what was installed last.
  ///
  /// @throws FunctionException if pip is not there, or fails; the message has what it said
  void install(Consumer<String> progress) {
    try {
      byte[] wanted = Files.readAllBytes(folder.resolve(FILE));
      if (Arrays.equals(wanted, installed())) {
        return;
      }
      progress.accept("installing what " + FILE + " names");
      Files.createDirectories(target);
      Files.writeString(folder.resolve(".mote/.gitignore"), "*\n");
      Tool.run(folder, command());
      Files.write(stamp, wanted);
    } catch (IOException e) {
      throw new FunctionException(FILE + ": " + e.getMessage(), e);
    }
  }

  private byte[] installed() throws IOException {
    try {
      return Files.readAllBytes(stamp);
    } catch (NoSuchFileException _) {
      return new byte[0];
    }
  }

  /// The distribution's own pip if it is there; else that of another Python, told for which one.
  private List<String> command() {
    boolean own = works(INTERPRETER);
    if (!own && !works("python3")) {
      throw new FunctionException(FILE + " needs pip; on Debian: apt-get install python3-pip");
    }
    var command =
        new ArrayList<>(List.of(own ? INTERPRETER : "python3", "-m", "pip", "install", "--quiet"));
    command.addAll(
        List.of(
            "--disable-pip-version-check",
            "--no-compile",
            "--upgrade",
            "--root-user-action=ignore"));
    if (!own) {
      String version =
          Tool.run(
              folder,
              List.of(INTERPRETER, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"));
      command.addAll(List.of("--only-binary=:all:", "--python-version", version.strip()));
    }
    command.addAll(List.of("--target", target.toString(), "--requirement", FILE));
    return command;
  }

  private boolean works(String python) {
    try {
      Tool.run(folder, List.of(python, "-m", "pip", "--version"));
      return true;
    } catch (FunctionException _) { // it is for the caller to say what is missing
      return false;
    }
  }
}
