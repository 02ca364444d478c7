package dev.mote.cli;

import dev.mote.ProgramException;
import dev.mote.SandboxBuilder;
import dev.mote.Snapshot;
import dev.mote.SnapshotPoint;
import dev.mote.store.SnapshotStore;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `mote snapshot create`.
final class SnapshotCreation {
  private final PrintStream out;
  private final PrintStream err;
  private final SandboxOptions wanted = new SandboxOptions();
  private final Options options = new Options();
  private @Nullable SnapshotPlace place;
  private boolean plain;

  SnapshotCreation(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
    options
        .value(
            "--output",
            "DIR[:NAME]",
            "where to keep it; NAME is `latest` unless given",
            text -> place = SnapshotPlace.parse(text))
        .flag("--plain", "do not ask it for functions first", () -> plain = true);
    wanted.addTo(options);
  }

  int execute(List<String> arguments) throws IOException {
    List<String> line = options.parse(arguments);
    if (options.helpWanted()) {
      printHelp();
      return ExitStatus.OK;
    }
    if (place == null) {
      throw new UsageException("mote snapshot create needs --output DIR[:NAME]");
    }
    if (line.isEmpty() && wanted.image == null) {
      throw new UsageException("no program given: mote snapshot create --output DIR PROGRAM");
    }
    try (wanted) {
      Snapshot snapshot = take(line);
      var store = SnapshotStore.create(place.directory());
      store.save(place.name(), snapshot);
      out.println(store.find(place.name()).digest());
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    return ExitStatus.OK;
  }

  private Snapshot take(List<String> line) {
    try {
      if (!plain) {
        try {
          return builder(line).snapshot(SnapshotPoint.FUNCTIONS);
        } catch (ProgramException e) {
          if (e.kind() != ProgramException.Kind.NO_FUNCTIONS) {
            throw e;
          }
        }
      }
      // Its output will pass through.
      return builder(line).outputLimit(RunCommand.NO_LIMIT).snapshot(SnapshotPoint.INPUT);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    } catch (IllegalStateException e) {
      throw new UsageException("no snapshot can be taken: " + e.getMessage());
    }
  }

  private SandboxBuilder builder(List<String> line) {
    return wanted.builder(line, err);
  }

  private void printHelp() {
    out.print(
        """
        usage: mote snapshot create --output DIR[:NAME] [OPTIONS] PROGRAM [ARGUMENTS]

        Starts a program and keeps it as it is when it is ready: when it has announced its functions, or,
        if it has none, when it first waits for its standard input or says that it is ready. To find out
        which, it is started once more if it ends without functions; --plain spares that. Prints the digest of
        what was kept.

        What it shows the program of this machine (--root, --image, --mount) is not kept, but for digests of the
        files that the program has in use; mote snapshot run is to name it again. To go on with it on another
        machine, name a processor that both have (--cpu).

        """);
    out.print(options.describe());
  }
}
