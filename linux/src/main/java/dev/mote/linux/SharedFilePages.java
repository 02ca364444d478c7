package dev.mote.linux;

import dev.mote.machine.GuestMemory;

/// The pages of a file in memory for a shared mapping: what the program writes there is the file's.
final class SharedFilePages implements PageSource {
  private static final long PAGE = AddressSpace.PAGE;

  private final OpenFile open;
  private final MemoryFile file;
  private final MappedPages pages;
  private final Runnable changed;
  private final boolean writable;

  /// @param changed is told when the file may be another though no file call was made
  SharedFilePages(OpenFile open, MemoryFile file, MappedPages pages, Runnable changed) {
    this.open = open;
    this.file = file;
    this.pages = pages;
    this.changed = changed;
    writable = OpenFlags.writes(open.flags());
  }

  OpenFile open() {
    return open;
  }

  @SuppressWarnings("ReferenceEquality") // a file is an object, not a value
  boolean isOf(MemoryFile other) {
    return file == other;
  }

  @Override
  public long size() {
    return file.size();
  }

  @Override
  public void copy(long position, GuestMemory memory, long gpa, int length) {
    byte[] page = new byte[(int) PAGE];
    for (int done = 0; done < length; done += (int) PAGE) {
      int count = file.readOwn(position + done, page);
      memory.write(gpa + done, page, 0, count);
    }
  }

  @Override
  public boolean mayWrite() {
    return writable;
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public int claim(long position, int count) {
    for (int i = 0; i < count; i++) {
      long at = position + i * PAGE;
      if (pages.unbind(at / PAGE)) {
        changed.run();
      }
      if (writable && !file.reserve(at)) {
        return i;
      }
    }
    return count;
  }

  @Override
  public void bound(long position, long gva, int count) {
    for (int i = 0; i < count; i++) {
      pages.bound((position + i * PAGE) / PAGE, gva + i * PAGE, writable);
    }
  }

  @Override
  public void released(long position, long gva) {
    if (pages.release(position / PAGE, gva)) {
      changed.run();
    }
  }
}
