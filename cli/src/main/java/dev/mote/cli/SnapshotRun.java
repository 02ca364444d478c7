package dev.mote.cli;

import dev.mote.FileSources;
import dev.mote.GuestFunction;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.Snapshot;
import dev.mote.Streams;
import dev.mote.store.SnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;

/// `mote snapshot run`.
final class SnapshotRun {
  private final PrintStream out;
  private final PrintStream err;
  private final SandboxOptions wanted = new SandboxOptions();
  private final Options options = new Options();

  SnapshotRun(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
    wanted.addSettingsOfSnapshotTo(options);
  }

  int execute(List<String> arguments) throws IOException {
    List<String> words = options.parse(arguments);
    if (options.helpWanted()) {
      printHelp();
      return ExitStatus.OK;
    }
    if (words.isEmpty()) {
      throw new UsageException("no snapshot given: mote snapshot run DIR[:NAME] [FUNCTION]");
    }
    SnapshotPlace place = SnapshotPlace.parse(words.getFirst());
    List<String> call = words.subList(1, words.size());
    try (wanted) {
      FileSources sources = wanted.sources();
      Snapshot snapshot = SnapshotStore.open(place.directory()).load(place.name(), sources);
      return snapshot.offersFunctions() ? call(snapshot, call) : run(snapshot, call);
    }
  }

  private int call(Snapshot snapshot, List<String> call) {
    if (call.isEmpty()) {
      throw new UsageException(
          "the snapshot offers functions, name one: "
              + snapshot.functions().stream()
                  .map(GuestFunction::name)
                  .collect(Collectors.joining(", ")));
    }
    var streams = Streams.of(InputStream.nullInputStream(), err, err);
    try (Sandbox sandbox = builder(snapshot).streams(streams).start()) {
      return ended(sandbox, new FunctionCall(sandbox, out, err).make(call));
    }
  }

  private int run(Snapshot snapshot, List<String> call) {
    if (!call.isEmpty()) {
      throw new UsageException(
          "the snapshot offers no functions, so " + call.getFirst() + " is none");
    }
    SandboxBuilder builder = builder(snapshot);
    if (wanted.timeout == null) {
      builder.withoutTimeout(); // whoever waits can end the wait
    }
    try (Sandbox sandbox = builder.build()) {
      return ended(sandbox, EndingReport.print(sandbox.run(Streams.inherit()), err));
    }
  }

  private SandboxBuilder builder(Snapshot snapshot) {
    SandboxBuilder builder = Sandbox.builder(snapshot);
    wanted.applyTo(builder, err);
    return builder;
  }

  private int ended(Sandbox sandbox, int status) {
    if (wanted.statistics) {
      err.println(sandbox.statistics());
    }
    return status;
  }

  private void printHelp() {
    out.print(
        """
        usage: mote snapshot run [OPTIONS] DIR[:NAME] [FUNCTION [JSON...]]

        Goes on with a program that was kept. One that offers functions is called as by mote call; any
        other one is run as by mote run, and its standard streams are mote's. What the program was shown of
        this machine when the snapshot was created (--root, --image, --mount) is to be named again; the files
        that it has in use must be as they were then.

        """);
    out.print(options.describe());
    out.print(
        """

        The exit status is that of mote call or mote run; 125 also if the snapshot cannot be used.
        """);
  }
}
