package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_RDONLY;
import static dev.mote.linux.OpenFlags.O_RDWR;
import static dev.mote.linux.OpenFlags.O_WRONLY;

import org.jspecify.annotations.Nullable;

/// Gives a process its descriptors 0, 1 and 2, and the tree its terminal if one of them is one.
final class StandardFiles implements AutoCloseable {
  private static final int OWNER_WRITES = 0644;
  private static final int OWNER = 0600;

  private final FileTree tree;
  private final InputPump input;
  private final OutputSink output;
  private final OutputSink error;

  /// Opens the streams on the lowest free descriptors of `files`.
  ///
  /// @param events is signalled when bytes arrive that a blocked call may wait for
  StandardFiles(
      ProcessFiles files, StandardStreams streams, Events events, Terminal.Host terminalHost) {
    this.tree = files.tree;
    this.input = new InputPump(streams.input(), events);
    long limit = tree.limits().streamBytes();
    output = new OutputSink(streams.output(), "standard output", limit);
    error = new OutputSink(streams.error(), "standard error", limit);
    boolean typed = streams.input().kind() == StreamKind.TERMINAL;
    boolean shown = streams.output().kind() == StreamKind.TERMINAL;
    StandardStream.Ends controlling =
        new StandardStream.Ends(
            StreamKind.TERMINAL,
            typed ? input : null,
            shown || typed ? output : error,
            new Terminal(terminalHost));
    Descriptors descriptors = files.descriptors;
    descriptors.add(open(streams.input().kind(), O_RDONLY, controlling, input, null), false);
    descriptors.add(open(streams.output().kind(), O_WRONLY, controlling, null, output), false);
    descriptors.add(open(streams.error().kind(), O_WRONLY, controlling, null, error), false);
  }

  private OpenFile open(
      StreamKind kind,
      int flags,
      StandardStream.Ends controlling,
      @Nullable InputPump in,
      @Nullable OutputSink out) {
    StandardStream.Ends ends = new StandardStream.Ends(kind, in, out, null);
    return switch (kind) {
      case NULL -> tree.devices().openNull(flags);
      case TERMINAL -> openTerminal(controlling, out);
      case PIPE -> open(flags, ends, FileMode.S_IFIFO | OWNER, "pipe:[");
      case FILE -> open(flags, ends, FileMode.S_IFREG | OWNER_WRITES, "/stream:[");
    };
  }

  /// A terminal is open for both directions on each of its descriptors, but what is written to one
  /// goes to the host's stream of that one.
  private OpenFile openTerminal(StandardStream.Ends controlling, @Nullable OutputSink out) {
    Entry entry =
        tree.devices().terminal((opened, flags) -> new StandardStream(opened, flags, controlling));
    return new StandardStream(
        entry,
        O_RDWR,
        new StandardStream.Ends(
            StreamKind.TERMINAL,
            controlling.input(),
            out == null ? controlling.output() : out,
            controlling.terminal()));
  }

  private OpenFile open(int flags, StandardStream.Ends ends, int mode, String name) {
    SpecialFile inode =
        SpecialFile.of(
            tree.pipes(),
            mode,
            (entry, again) -> new StandardStream(entry, again, ends),
            ends::length);
    return new StandardStream(Entry.detached(name + inode.number + "]", inode), flags, ends);
  }

  /// Each output stream takes its limit of bytes anew.
  void renewOutputLimits() {
    output.renewLimit();
    error.renewLimit();
  }

  /// Stops reading the host's input. A read that waits there is abandoned, not waited for.
  @Override
  public void close() {
    input.close();
  }
}
