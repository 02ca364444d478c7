package dev.mote.cli;

import dev.mote.MemorySize;
import dev.mote.SnapshotSummary;
import dev.mote.store.Descriptor;
import dev.mote.store.Image;
import dev.mote.store.SnapshotStore;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/// `mote snapshot show`, `list` and `rm`.
final class SnapshotInspection {
  private final PrintStream out;
  private final Options options = new Options();

  SnapshotInspection(PrintStream out) {
    this.out = out;
  }

  /// `mote snapshot show DIR[:NAME]`.
  int show(List<String> arguments) throws IOException {
    String word =
        only(
            arguments,
            """
            usage: mote snapshot show DIR[:NAME]

            Tells what a snapshot is: its program and functions, its memory, and what lies on disk. All of it
            is compared with its digests.
            """,
            "mote snapshot show takes one DIR[:NAME]");
    if (!word.isEmpty()) {
      SnapshotPlace place = SnapshotPlace.parse(word);
      SnapshotStore store = SnapshotStore.open(place.directory());
      show(store.find(place.name()), store.summary(place.name()));
    }
    return ExitStatus.OK;
  }

  private void show(Image image, SnapshotSummary snapshot) {
    out.println("program  " + printable(snapshot.program()));
    out.println("digest   " + image.digest());
    out.printf("memory   %s%n", snapshot.memory());
    for (Descriptor layer : image.layers()) {
      out.printf(
          "layer    %s %s %s%n",
          layer.digest(), MemorySize.ofBytes(layer.size()), layer.mediaType());
    }
    if (snapshot.needsRoot()) {
      out.println("needs    a root (--root or --image)");
    }
    snapshot
        .mounts()
        .forEach(target -> out.println("needs    a mount at " + printable(target) + " (--mount)"));
    if (snapshot.files() > 0) {
      out.printf("needs    %d files there to be as they were%n", snapshot.files());
    }
    if (snapshot.functions().isEmpty()) {
      out.println("it is run as a whole");
    }
    snapshot.functions().forEach(function -> out.println("function " + function));
  }

  /// `mote snapshot list DIR`.
  int list(List<String> arguments) throws IOException {
    String word =
        only(
            arguments,
            """
            usage: mote snapshot list DIR

            Prints the names of the snapshots in a directory, one a line.
            """,
            "mote snapshot list takes one DIR");
    if (!word.isEmpty()) {
      for (String name : SnapshotStore.open(SnapshotPlace.directory(word)).names()) {
        out.println(printable(name));
      }
    }
    return ExitStatus.OK;
  }

  /// `mote snapshot rm DIR[:NAME]`.
  int remove(List<String> arguments) throws IOException {
    String word =
        only(
            arguments,
            """
            usage: mote snapshot rm DIR[:NAME]

            Removes a snapshot, and what no other one in the directory needs of it.
            """,
            "mote snapshot rm takes one DIR[:NAME]");
    if (!word.isEmpty()) {
      SnapshotPlace place = SnapshotPlace.parse(word);
      if (!SnapshotStore.open(place.directory()).remove(place.name())) {
        throw new UsageException("there is no " + place);
      }
    }
    return ExitStatus.OK;
  }

  /// What others have written, without what a terminal would take for commands.
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  /// The only operand.
  ///
  /// @return empty if help was asked for, which then is printed
  private String only(List<String> arguments, String help, String otherwise) {
    List<String> words = options.parse(arguments);
    if (options.helpWanted()) {
      out.print(help + "\n" + options.describe());
      return "";
    }
    if (words.size() != 1 || words.getFirst().isEmpty()) {
      throw new UsageException(otherwise);
    }
    return words.getFirst();
  }
}
