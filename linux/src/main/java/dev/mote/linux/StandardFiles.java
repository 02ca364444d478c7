package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_RDONLY;
import static dev.mote.linux.OpenFlags.O_RDWR;
import static dev.mote.linux.OpenFlags.O_WRONLY;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/// Gives a process its descriptors 0, 1 and 2, and the tree its terminal if one of them is one.
final class StandardFiles implements AutoCloseable {
  private static final int OWNER_WRITES = 0644;
  private static final int OWNER = 0600;

  private final FileTree tree;
  private final InputPump input;
  private final OutputSink output;
  private final OutputSink error;
  private final Map<FilesState.Role, StandardStream.Ends> ends;

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
            FilesState.Role.TERMINAL,
            typed ? input : null,
            shown || typed ? output : error,
            new Terminal(terminalHost));
    ends = new EnumMap<>(FilesState.Role.class);
    ends.put(FilesState.Role.TERMINAL, controlling);
    ends.put(
        FilesState.Role.INPUT, ends(streams.input().kind(), FilesState.Role.INPUT, controlling));
    ends.put(
        FilesState.Role.OUTPUT, ends(streams.output().kind(), FilesState.Role.OUTPUT, controlling));
    ends.put(
        FilesState.Role.ERROR, ends(streams.error().kind(), FilesState.Role.ERROR, controlling));
    Descriptors descriptors = files.descriptors;
    descriptors.add(open(FilesState.Role.INPUT, O_RDONLY), false);
    descriptors.add(open(FilesState.Role.OUTPUT, O_WRONLY), false);
    descriptors.add(open(FilesState.Role.ERROR, O_WRONLY), false);
  }

  /// A terminal is open for both directions on each of its descriptors, but what is written to one
  /// goes to the host's stream of that one.
  private StandardStream.Ends ends(
      StreamKind kind, FilesState.Role role, StandardStream.Ends controlling) {
    boolean terminal = kind == StreamKind.TERMINAL;
    OutputSink out =
        switch (role) {
          case OUTPUT -> output;
          case ERROR -> error;
          case INPUT, TERMINAL -> terminal ? controlling.output() : null;
        };
    InputPump in = terminal ? controlling.input() : role == FilesState.Role.INPUT ? input : null;
    return new StandardStream.Ends(kind, role, in, out, terminal ? controlling.terminal() : null);
  }

  private StandardStream.Ends ends(FilesState.Role role) {
    return Objects.requireNonNull(ends.get(role));
  }

  private OpenFile open(FilesState.Role role, int flags) {
    return switch (ends(role).kind()) {
      case NULL -> tree.devices().openNull(flags);
      case TERMINAL -> open(terminal(), O_RDWR, role);
      case PIPE -> open("pipe:[", inode(role, FileMode.S_IFIFO | OWNER), flags, role);
      case FILE -> open("/stream:[", inode(role, FileMode.S_IFREG | OWNER_WRITES), flags, role);
    };
  }

  private Entry terminal() {
    return tree.devices().terminal((entry, flags) -> open(entry, flags, FilesState.Role.TERMINAL));
  }

  private OpenFile open(String name, SpecialFile inode, int flags, FilesState.Role role) {
    return open(Entry.detached(name + inode.number() + "]", inode), flags, role);
  }

  /// An open file that reads and writes one of the host's streams.
  OpenFile open(Entry entry, int flags, FilesState.Role role) {
    return new StandardStream(entry, flags, ends(role));
  }

  /// The file that such a stream looks like.
  ///
  /// @param mode type and permissions
  SpecialFile inode(FilesState.Role role, int mode) {
    return SpecialFile.stream(
        tree.pipes(), mode, role, (entry, again) -> open(entry, again, role), ends(role)::length);
  }

  /// Each output stream takes its limit of bytes anew.
  void renewOutputLimits() {
    output.renewLimit();
    error.renewLimit();
  }

  /// Threads of the host may have brought something: whoever waits for it looks again.
  void wakeWaiters() {
    input.waiters().wake(OpenFile.READABLE | OpenFile.POLLHUP);
  }

  /// Whether a call has asked for input that is not there yet.
  boolean inputIsWanted() {
    return input.isWanted();
  }

  /// Stops reading the host's input. A read that waits there is abandoned, not waited for.
  @Override
  public void close() {
    input.close();
  }
}
