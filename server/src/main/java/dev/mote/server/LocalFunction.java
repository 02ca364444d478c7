package dev.mote.server;

import dev.mote.functions.DeployedFunction;
import dev.mote.functions.FunctionException;
import dev.mote.functions.FunctionFolder;
import dev.mote.functions.Functions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;

/// A function whose folder is on this machine: deployed from there, again whenever it changes.
final class LocalFunction {
  private final FunctionFolder folder;
  private final String name;
  private final Functions functions;
  private final Consumer<String> progress;

  /// @param progress receives lines for people
  LocalFunction(
      FunctionFolder folder, String name, Functions functions, Consumer<String> progress) {
    this.folder = folder;
    this.name = name;
    this.functions = functions;
    this.progress = progress;
  }

  String name() {
    return name;
  }

  /// Builds and deploys it.
  ///
  /// @throws FunctionException if it cannot be; then what served before goes on
  void deploy() {
    try {
      folder.build(progress);
      deployArchive();
    } catch (FunctionException e) {
      functions.tellBroken(name, String.valueOf(e.getMessage()));
      throw e;
    }
  }

  private void deployArchive() {
    try {
      Path archive = Files.createTempFile("mote-", ".tar");
      try {
        try (var to = Files.newOutputStream(archive)) {
          folder.archive(to);
        }
        try (var from = Files.newInputStream(archive)) {
          DeployedFunction deployed = functions.deploy(name, from);
          DeployedFunction.State state = Objects.requireNonNull(deployed.state());
          progress.accept(
              "version %d is live: %s %s, started in %d ms"
                  .formatted(
                      state.version(),
                      Objects.requireNonNull(state.files()).language().word(),
                      state.files().main(),
                      Objects.requireNonNull(state.startTime()).toMillis()));
        }
      } finally {
        Files.deleteIfExists(archive);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Deploys it whenever something changes, until the watch is closed or the thread interrupted.
  void follow(FolderWatch watch) {
    try {
      while (watch.await()) {
        try {
          deploy();
        } catch (FunctionException | UncheckedIOException e) { // a file may just have gone
          progress.accept(e.getMessage() + "\nthe version before goes on serving");
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
