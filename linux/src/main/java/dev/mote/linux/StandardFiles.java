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
  private final Events events;
  private final Map<FilesState.Role, StandardStream.Ends> ends =
      new EnumMap<>(FilesState.Role.class);
  private InputPump input;
  private OutputSink output;
  private OutputSink error;

  /// Opens the streams on the lowest free descriptors of `files`.
  ///
  /// @param events is signalled when bytes arrive that a blocked call may wait for
  StandardFiles(
      ProcessFiles files, StandardStreams streams, Events events, Terminal.Host terminalHost) {
    this.tree = files.tree;
    this.events = events;
    Terminal terminal = new Terminal(terminalHost);
    add(StreamKind.TERMINAL, FilesState.Role.TERMINAL, terminal);
    add(streams.input().kind(), FilesState.Role.INPUT, terminal);
    add(streams.output().kind(), FilesState.Role.OUTPUT, terminal);
    add(streams.error().kind(), FilesState.Role.ERROR, terminal);
    connect(streams);
    Descriptors descriptors = files.descriptors;
    descriptors.add(open(FilesState.Role.INPUT, O_RDONLY), false);
    descriptors.add(open(FilesState.Role.OUTPUT, O_WRONLY), false);
    descriptors.add(open(FilesState.Role.ERROR, O_WRONLY), false);
  }

  private void add(StreamKind kind, FilesState.Role role, Terminal terminal) {
    Terminal its = kind == StreamKind.TERMINAL ? terminal : null;
    ends.put(role, new StandardStream.Ends(kind, role, its));
  }

  /// A terminal is open for both directions on each of its descriptors, but what is written to one
  /// goes to the host's stream of that one.
  private void connect(StandardStreams streams) {
    long limit = tree.limits().streamBytes();
    input = new InputPump(streams.input(), events);
    output = new OutputSink(streams.output(), "standard output", limit);
    error = new OutputSink(streams.error(), "standard error", limit);
    boolean typed = streams.input().kind() == StreamKind.TERMINAL;
    boolean shown = streams.output().kind() == StreamKind.TERMINAL;
    InputPump keys = typed ? input : null;
    OutputSink screen = shown || typed ? output : error;
    ends(FilesState.Role.TERMINAL).connect(keys, screen);
    ends(FilesState.Role.INPUT).connect(input, typed ? screen : null);
    ends(FilesState.Role.OUTPUT).connect(shown ? keys : null, output);
    boolean both = streams.error().kind() == StreamKind.TERMINAL;
    ends(FilesState.Role.ERROR).connect(both ? keys : null, error);
  }

  /// Other streams of the host take the place of these, if they are such that the guest could not
  /// tell: none is a terminal, whose settings it may have changed, or a file, each is what its
  /// predecessor was, and nobody waits for the input.
  ///
  /// @return false if they could not
  boolean replace(StandardStreams streams) {
    if (isPlain(FilesState.Role.INPUT, streams.input().kind())
        && isPlain(FilesState.Role.OUTPUT, streams.output().kind())
        && isPlain(FilesState.Role.ERROR, streams.error().kind())
        && input.waiters().isEmpty()) {
      input.close();
      connect(streams);
      return true;
    }
    return false;
  }

  private boolean isPlain(FilesState.Role role, StreamKind next) {
    return next == ends(role).kind && (next == StreamKind.PIPE || next == StreamKind.NULL);
  }

  private StandardStream.Ends ends(FilesState.Role role) {
    return Objects.requireNonNull(ends.get(role));
  }

  private OpenFile open(FilesState.Role role, int flags) {
    return switch (ends(role).kind) {
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
