package dev.mote.linux;

import dev.mote.machine.GuestMemory;
import dev.mote.machine.PageTables;
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
  private final GuestMemory memory;
  private List<PageSource> mapped = new ArrayList<>();
  private int sweepAt = FEW;

  private boolean filesChanged;

  /// What the shared mappings of all files copy pages with.
  private final byte[] page = new byte[(int) AddressSpace.PAGE];

  FileMappings(Descriptors descriptors, AddressSpace space, GuestMemory memory) {
    this.descriptors = descriptors;
    this.space = space;
    this.memory = memory;
  }

  @Override
  public MemoryCalls.MappedFile open(int fd, boolean shared, boolean writable) {
    OpenFile file = descriptors.opened(fd);
    file.content(); // fails first if there is none
    boolean changes = shared && writable;
    if (!OpenFlags.reads(file.flags()) || (changes && !OpenFlags.writes(file.flags()))) {
      throw Errno.EACCES.exception();
    }
    if (changes && file.inode() instanceof MemoryFile memoryFile) {
      memoryFile.requireMappable();
    }
    sweepIfMany();
    return new MemoryCalls.MappedFile(pages(file, shared), name(file));
  }

  /// The pages of an open file for a private mapping. They must be mapped before [#sweepIfMany] is
  /// called again.
  PageSource pages(OpenFile file) {
    return pages(file, false);
  }

  /// @param shared whether what the program writes to them is the file's
  PageSource pages(OpenFile file, boolean shared) {
    PageSource pages =
        shared && file.inode() instanceof MemoryFile memoryFile
            ? new SharedFilePages(
                file.retain(),
                memoryFile,
                memoryFile.mapped(space, memory, page),
                () -> filesChanged = true)
            : new Pages(file.retain(), file.content(), !shared);
    mapped.add(pages);
    return pages;
  }

  /// Whether files may have changed without a file call, by what was mapped of them.
  boolean haveFilesChanged() {
    return filesChanged;
  }

  /// They are as a snapshot has them.
  void filesAreSaved() {
    filesChanged = false;
  }

  /// The files were made anew, and the pages of a snapshot are bound: those of shared mappings are
  /// known again.
  void findBound() {
    for (Mapping mapping : space.mappings()) {
      PageSource source = mapping.source();
      if (source != null && source.isShared()) {
        PageTables tables = space.tables();
        for (long at = tables.nextBound(mapping.start(), mapping.end());
            at < mapping.end();
            at = tables.nextBound(at + AddressSpace.PAGE, mapping.end())) {
          source.bound(mapping.offset(at), at, 1);
        }
      }
    }
  }

  /// Lets go what is mapped no more, every now and then.
  void sweepIfMany() {
    if (mapped.size() >= sweepAt) {
      sweep();
    }
  }

  /// The open file that a mapping's pages come from.
  static OpenFile fileOf(PageSource source) {
    return source instanceof SharedFilePages shared ? shared.open() : ((Pages) source).file;
  }

  /// The bytes of the open file that a mapping's pages come from; null if they come from none.
  static @Nullable FileContent contentOf(PageSource source) {
    return switch (source) {
      case Pages pages -> pages.content;
      case SharedFilePages pages -> pages.open().content();
      default -> null;
    };
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
    List<PageSource> kept = new ArrayList<>();
    for (PageSource pages : mapped) {
      if (inUse.contains(pages)) {
        kept.add(pages);
      } else {
        fileOf(pages).release();
      }
    }
    mapped = kept;
    sweepAt = Math.max(FEW, kept.size() * 2);
  }

  @Override
  public void close() {
    mapped.forEach(pages -> fileOf(pages).release());
    mapped.clear();
  }

  private static final class Pages implements PageSource {
    private final OpenFile file;
    private final FileContent content;
    private final boolean mayWrite;

    Pages(OpenFile file, FileContent content, boolean mayWrite) {
      this.file = file;
      this.content = content;
      this.mayWrite = mayWrite;
    }

    @Override
    public long size() {
      return content.size();
    }

    @Override
    public boolean mayWrite() {
      return mayWrite;
    }

    @Override
    public void copy(long position, GuestMemory memory, long gpa, int length) {
      content.read(position, memory.buffer(gpa, length));
    }
  }
}
