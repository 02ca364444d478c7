package dev.mote.linux;

import dev.mote.machine.PageBlocks;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.AbstractList;
import java.util.List;

/// The pages of a file as a snapshot has them, outside the Java heap, where the files of guests
/// share them until they write to them. As a list it copies a page each time it is asked for one.
///
/// Immutable and thread-safe, but for [#free].
final class FilePages extends AbstractList<FilesState.Chunk> {
  private static final Cleaner CLEANER = Cleaner.create();

  private static final byte[] ZEROS = new byte[ChunkedBytes.CHUNK];

  private final long[] indices;
  private final int[] blocks;
  private final Cleaner.Cleanable cleanable;

  /// @param indices of the pages in the file, ascending
  /// @param blocks one for each, or [PageStretch#RESERVED]
  /// @param owned those of them that are to be given up in the end
  FilePages(long[] indices, int[] blocks, int[] owned) {
    this.indices = indices;
    this.blocks = blocks;
    cleanable = CLEANER.register(this, () -> PageBlocks.free(owned));
  }

  /// Moves pages out of the heap.
  ///
  /// @throws IllegalArgumentException if one is not whole
  static FilePages of(List<FilesState.Chunk> pages) {
    long[] indices = new long[pages.size()];
    int[] blocks = new int[pages.size()];
    for (var page : pages) {
      if (page.bytes().length != ChunkedBytes.CHUNK) {
        throw new IllegalArgumentException("a page of a file");
      }
    }
    for (int i = 0; i < blocks.length; i++) {
      FilesState.Chunk page = pages.get(i);
      indices[i] = page.index();
      blocks[i] = FileMemory.take();
      PageBlocks.write(blocks[i], 0, page.bytes(), 0, ChunkedBytes.CHUNK);
    }
    return new FilePages(indices, blocks, blocks);
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public FilesState.Chunk get(int i) {
    if (blocks[i] == PageStretch.RESERVED) {
      return new FilesState.Chunk(indices[i], ZEROS);
    }
    byte[] bytes = new byte[ChunkedBytes.CHUNK];
    PageBlocks.read(blocks[i], 0, ByteBuffer.wrap(bytes), bytes.length);
    return new FilesState.Chunk(indices[i], bytes);
  }

  long index(int i) {
    return indices[i];
  }

  int block(int i) {
    return blocks[i];
  }

  /// Gives its memory back before the garbage collector would. Nobody may use it after that.
  void free() {
    cleanable.clean();
  }
}
