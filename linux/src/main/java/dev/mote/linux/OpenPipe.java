package dev.mote.linux;

/// One end of a pipe, or a FIFO opened for reading, writing or both.
final class OpenPipe extends OpenFile {
  private final Pipe pipe;
  private final boolean reads;
  private final boolean writes;

  /// How many writers there had been when a reader opened: it sees no hang-up before the first.
  private final long writersBefore;

  /// The same for readers, where a writer's `open` waits for one.
  private final long readersBefore;

  OpenPipe(Entry entry, int flags, Pipe pipe) {
    super(entry, flags);
    this.pipe = pipe;
    this.reads = OpenFlags.reads(flags);
    this.writes = OpenFlags.writes(flags);
    this.writersBefore = pipe.hasWriters() ? -1 : pipe.writersEver();
    this.readersBefore = pipe.hasReaders() ? -1 : pipe.readersEver();
    pipe.open(reads, writes);
  }

  /// One that was saved.
  OpenPipe(Entry entry, int flags, Pipe pipe, long writersBefore, long readersBefore) {
    super(entry, flags);
    this.pipe = pipe;
    this.reads = OpenFlags.reads(flags);
    this.writes = OpenFlags.writes(flags);
    this.writersBefore = writersBefore;
    this.readersBefore = readersBefore;
    pipe.reopen(reads, writes);
  }

  @Override
  FilesState.Open save(int place) {
    return new FilesState.OpenEnd(place, flags(), writersBefore, readersBefore);
  }

  /// Whether the other side is open or has been since this end opened.
  boolean hasMetOther() {
    boolean metWriter = !reads || writersBefore != pipe.writersEver();
    boolean metReader = !writes || readersBefore != pipe.readersEver();
    return metWriter && metReader;
  }

  Pipe pipe() {
    return pipe;
  }

  @Override
  void close() {
    pipe.close(reads, writes);
  }

  @Override
  int read(byte[] target, int offset, int length) {
    return pipe.read(target, offset, length);
  }

  @Override
  int write(byte[] source, int offset, int length) {
    return pipe.write(source, offset, length);
  }

  @Override
  boolean writesEverything() {
    return true;
  }

  @Override
  WaitQueue waiters() {
    return pipe.waiters(reads, writes);
  }

  @Override
  int poll() {
    int ready = 0;
    if (reads) {
      ready |= pipe.used() > 0 ? READABLE : 0;
      ready |= !pipe.hasWriters() && pipe.writersEver() != writersBefore ? POLLHUP : 0;
    }
    if (writes) {
      ready |= pipe.room() >= Pipe.ATOMIC ? WRITABLE : 0;
      ready |= pipe.hasReaders() ? 0 : POLLERR;
    }
    return ready;
  }

  @Override
  long available() {
    return pipe.used();
  }
}
