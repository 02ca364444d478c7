package dev.mote.linux;

import dev.mote.machine.GuestMemory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Gives `mmap` the pages of open files. A mapping keeps its file open after its descriptor is
/// closed and its name is gone.
///
/// Mappings come and go without telling; what none of them has any more is found, and let go, when
/// the next file is mapped.
final class FileMappings implements MemoryCalls.MappableFiles, AutoCloseable {
  private static final int FEW = 16;

  private final Descriptors descriptors;
  private final AddressSpace space;
  private List<Pages> mapped = new ArrayList<>();
  private int sweepAt = FEW;

  FileMappings(Descriptors descriptors, AddressSpace space) {
    this.descriptors = descriptors;
    this.space = space;
  }

  @Override
  public MemoryCalls.MappedFile open(int fd, boolean writable) {
    OpenFile file = descriptors.opened(fd);
    file.content(); // fails first if there is none
    if (!OpenFlags.reads(file.flags()) || (writable && !OpenFlags.writes(file.flags()))) {
      throw Errno.EACCES.exception();
    }
    sweepIfMany();
    return new MemoryCalls.MappedFile(pages(file), name(file));
  }

  /// The pages of an open file. They must be mapped before [#sweepIfMany] is called again.
  PageSource pages(OpenFile file) {
    Pages pages = new Pages(file.retain(), file.content());
    mapped.add(pages);
    return pages;
  }

  /// Lets go what is mapped no more, every now and then.
  void sweepIfMany() {
    if (mapped.size() >= sweepAt) {
      sweep();
    }
  }

  /// The open file that a mapping's pages come from.
  static OpenFile fileOf(PageSource source) {
    return ((Pages) source).file;
  }

  /// The bytes of the open file that a mapping's pages come from; null if they come from none.
  static @Nullable FileContent contentOf(PageSource source) {
    return source instanceof Pages pages ? pages.content : null;
  }

  /// What /proc/self/maps calls a file.
  static String name(OpenFile file) {
    try {
      return file.entry().path();
    } catch (ErrnoException e) {
      return file.entry().name; // the whole path is longer than any path may be
    }
  }

  private void sweep() {
    Set<PageSource> inUse = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Mapping mapping : space.mappings()) {
      if (mapping.source() != null) {
        inUse.add(mapping.source());
      }
    }
    List<Pages> kept = new ArrayList<>();
    for (Pages pages : mapped) {
      if (inUse.contains(pages)) {
        kept.add(pages);
      } else {
        pages.file.release();
      }
    }
    mapped = kept;
    sweepAt = Math.max(FEW, kept.size() * 2);
  }

  @Override
  public void close() {
    mapped.forEach(pages -> pages.file.release());
    mapped.clear();
  }

  private static final class Pages implements PageSource {
    private final OpenFile file;
    private final FileContent content;

    Pages(OpenFile file, FileContent content) {
      this.file = file;
      this.content = content;
    }

    @Override
    public long size() {
      return content.size();
    }

    @Override
    public void copy(long position, GuestMemory memory, long gpa, int length) {
      content.read(position, memory.buffer(gpa, length));
    }
  }
}
