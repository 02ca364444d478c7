package dev.mote.machine;

/// Which frames of a virtual machine's memory are in use.
///
/// A frame is named by its number, its guest physical address divided by the page size. Not
/// thread-safe.
final class FrameMap {
  private final GuestMemory memory;
  private final long[] used; // a bit per frame
  private final int total;
  private int hint; // no frame before it is free

  /// @param reserved the first frames, which belong to the supervisor
  FrameMap(GuestMemory memory, int reserved) {
    this.memory = memory;
    total = (int) (memory.size() >>> GuestMemory.PAGE_SHIFT);
    used = new long[(total + 63) >>> 6];
    for (int frame = 0; frame < reserved; frame++) {
      used[frame >>> 6] |= 1L << frame;
    }
    hint = reserved;
  }

  /// Takes consecutive frames, as many as are to be had in one place.
  ///
  /// @param wanted at least 1
  /// @return at least one
  /// @throws GuestMemoryExhaustedException if all are in use
  Frames.Run take(int wanted) {
    int first = nextFree(hint);
    int count = 0;
    while (count < wanted && first + count < total && !isUsed(first + count)) {
      used[(first + count) >>> 6] |= 1L << (first + count);
      count++;
    }
    hint = first + count;
    return new Frames.Run(first, count);
  }

  /// Gives frames back: the hypervisor forgets them, and they read as zeros from now on.
  void free(int first, int count) {
    memory.discard((long) first << GuestMemory.PAGE_SHIFT, (long) count << GuestMemory.PAGE_SHIFT);
    for (int frame = first; frame < first + count; frame++) {
      used[frame >>> 6] &= ~(1L << frame);
    }
    hint = Math.min(hint, first);
  }

  private boolean isUsed(int frame) {
    return (used[frame >>> 6] & 1L << frame) != 0;
  }

  private int nextFree(int from) {
    for (int word = from >>> 6; word < used.length; word++) {
      long free = ~used[word] & (word == from >>> 6 ? -1L << from : -1L);
      if (free != 0) {
        int frame = (word << 6) + Long.numberOfTrailingZeros(free);
        if (frame < total) {
          return frame;
        }
      }
    }
    throw new GuestMemoryExhaustedException("every frame of the virtual machine is in use");
  }
}
