package dev.mote.linux;

import dev.mote.machine.MachineException;
import dev.mote.machine.PageBlocks;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// What the in-memory files of a guest have for their bytes: pages outside the Java heap
/// ([PageBlocks]), charged to a quota, none of them before it is written to. All go back when the
/// guest's files are closed.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class FileMemory implements AutoCloseable {
  /// How many stretches of 64 pages ([PageStretch]) all files may have pages in: what knows of them
  /// is on the heap, some 100 to 400 bytes each. So many are 32 GiB where files are not sparse.
  static final int MOST_STRETCHES = 1 << 17;

  /// What long texts of symbolic links may take together, in bytes.
  private static final long MOST_TEXT = 16L << 20;

  final Quota bytes;
  final Quota texts = new Quota(MOST_TEXT);
  final Quota stretches = new Quota(MOST_STRETCHES);

  /// Files that have pages.
  private final Set<ChunkedBytes> files = Collections.newSetFromMap(new IdentityHashMap<>());

  private boolean closed;

  FileMemory(Quota bytes) {
    this.bytes = bytes;
  }

  /// Memory for a page, with whatever is in it; the page is charged already.
  ///
  /// @throws ErrnoException ENOSPC if the host has none
  static int take() {
    try {
      return PageBlocks.take();
    } catch (MachineException _) {
      throw Errno.ENOSPC.exception();
    }
  }

  /// A file has its first pages.
  void add(ChunkedBytes file) {
    files.add(file);
  }

  /// A file has no pages any more.
  void remove(ChunkedBytes file) {
    files.remove(file);
  }

  /// Whether everything was given back. What is still asked of a file then has no effect.
  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    List.copyOf(files).forEach(ChunkedBytes::clear);
  }
}
