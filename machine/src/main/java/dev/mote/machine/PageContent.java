package dev.mote.machine;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/// The bytes of the pages of a [PageImage], by the page's place in it. Immutable and thread-safe.
public sealed interface PageContent {
  /// As an offset: the page is all zeros and has no bytes.
  long ZEROS = -1;

  /// What a page lies in.
  MemorySegment memory(int page);

  /// Where in that it begins, or [#ZEROS].
  long offset(int page);

  /// Gives back what it holds, before the garbage collector would. Nobody may use it after that.
  void free();

  /// The same, and the host gets the memory back, which otherwise stays with the process for
  /// others.
  default void discard() {
    free();
  }

  /// Pages in memory of this process; -1 stands for zeros.
  final class InBlocks implements PageContent {
    private static final Cleaner CLEANER = Cleaner.create();

    private final int[] blocks;
    private final Taken taken;
    private final Cleaner.Cleanable cleanable;

    /// @param blocks one for each page, or -1
    /// @param taken those of them that are to be freed in the end
    InBlocks(int[] blocks, int[] taken) {
      this.blocks = blocks;
      this.taken = new Taken(taken);
      cleanable = CLEANER.register(this, this.taken);
    }

    /// What is freed, once.
    private static final class Taken implements Runnable {
      private final int[] blocks;
      private volatile boolean discards;

      Taken(int[] blocks) {
        this.blocks = blocks;
      }

      @Override
      public void run() {
        if (discards) {
          PageBlocks.discard(blocks);
        }
        PageBlocks.free(blocks);
      }
    }

    @Override
    public MemorySegment memory(int page) {
      return PageBlocks.piece(blocks[page]);
    }

    @Override
    public long offset(int page) {
      return blocks[page] < 0 ? ZEROS : PageBlocks.offset(blocks[page]);
    }

    @Override
    public void free() {
      cleanable.clean();
    }

    @Override
    public void discard() {
      taken.discards = true;
      cleanable.clean();
    }
  }

  /// Pages of a [ParkingFile], which are given back in the end.
  final class InParking implements PageContent {
    private static final Cleaner CLEANER = Cleaner.create();

    private final MemorySegment file;
    private final int[] places;
    private final Cleaner.Cleanable cleanable;

    /// @param file stays mapped while this is reachable
    /// @param places which page of the file each is, or -1 for zeros
    /// @param giveBack does not refer to this
    InParking(MemorySegment file, int[] places, Runnable giveBack) {
      this.file = file;
      this.places = places;
      cleanable = CLEANER.register(this, giveBack);
    }

    @Override
    public MemorySegment memory(int page) {
      return file;
    }

    @Override
    public long offset(int page) {
      return places[page] < 0 ? ZEROS : (long) places[page] << GuestMemory.PAGE_SHIFT;
    }

    @Override
    public void free() {
      cleanable.clean();
    }
  }

  /// Pages of a file that is mapped.
  ///
  /// @param file stays mapped while this is reachable
  /// @param places which page of the file each is, or -1 for zeros
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  record InFile(MemorySegment file, int[] places) implements PageContent {
    @Override
    public MemorySegment memory(int page) {
      return file;
    }

    @Override
    public long offset(int page) {
      return places[page] < 0 ? ZEROS : (long) places[page] << GuestMemory.PAGE_SHIFT;
    }

    @Override
    public void free() {}
  }
}
