package dev.mote.cli;

import dev.mote.SnapshotException;
import dev.mote.store.LayoutException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/// `mote snapshot`: finds the action that is asked for. Only this and its actions load what reads
/// and writes snapshots.
final class SnapshotCommand {
  private static final String HELP =
      """
      usage: mote snapshot ACTION

      Keeps programs that have started, to go on from there as often as one likes.

        create --output DIR[:NAME] PROGRAM [ARGUMENTS]   start a program and keep it
        run DIR[:NAME] [FUNCTION [JSON...]]              call a function of it, or let it go on
        show DIR[:NAME]                                  tell what it is
        list DIR                                         the names in a directory
        rm DIR[:NAME]                                    remove it

      DIR is an OCI image layout with any number of snapshots; NAME is `latest` unless given.

        -h, --help                                       print this text; after an action, its help
      """;

  private final PrintStream out;
  private final PrintStream err;

  SnapshotCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  int execute(List<String> arguments) {
    if (arguments.isEmpty()) {
      throw new UsageException("mote snapshot needs an action: create, run, show, list or rm");
    }
    List<String> rest = arguments.subList(1, arguments.size());
    try {
      return switch (arguments.getFirst()) {
        case "create" -> new SnapshotCreation(out, err).execute(rest);
        case "run" -> new SnapshotRun(out, err).execute(rest);
        case "show" -> new SnapshotInspection(out).show(rest);
        case "list" -> new SnapshotInspection(out).list(rest);
        case "rm" -> new SnapshotInspection(out).remove(rest);
        case "-h", "--help" -> {
          out.print(HELP);
          yield ExitStatus.OK;
        }
        default ->
            throw new UsageException(
                "no such action of mote snapshot: "
                    + arguments.getFirst()
                    + "; there are create, run, show, list and rm");
      };
    } catch (SnapshotException | LayoutException e) {
      err.println("mote: " + e.getMessage());
    } catch (IOException e) {
      err.println("mote: a file could not be read or written: " + e);
    }
    return ExitStatus.MOTE_FAILED;
  }
}
