package dev.mote.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.BitSet;

/// Keeps a thread, and the processes that it starts meanwhile, on one processor: what is compared
/// is to have the same neighbours. The JVM's own threads stay where they are.
final class OneProcessor implements AutoCloseable {
  private static final int MASK_SIZE = 128; // cpu_set_t

  private final byte[] before;

  private OneProcessor(byte[] before) {
    this.before = before;
  }

  /// The calling thread stays on the last processor that it may use (interrupts mostly go to the
  /// first) until it closes this.
  static OneProcessor use() {
    try (var arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(MASK_SIZE, Long.BYTES);
      call("sched_getaffinity", mask);
      var pinned = new OneProcessor(mask.toArray(ValueLayout.JAVA_BYTE));
      var last = new BitSet();
      last.set(BitSet.valueOf(pinned.before).length() - 1);
      set(last.toByteArray());
      return pinned;
    }
  }

  @Override
  public void close() {
    set(before);
  }

  private static void set(byte[] processors) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(MASK_SIZE, Long.BYTES);
      MemorySegment.copy(processors, 0, mask, ValueLayout.JAVA_BYTE, 0, processors.length);
      call("sched_setaffinity", mask);
    }
  }

  @SuppressWarnings("restricted")
  private static void call(String name, MemorySegment mask) {
    Linker linker = Linker.nativeLinker();
    MethodHandle function =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow(name),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS));
    int result;
    try {
      result = (int) function.invokeExact(0, (long) MASK_SIZE, mask);
    } catch (Throwable e) {
      throw new AssertionError(e); // the linker throws only when the call was declared wrongly
    }
    if (result < 0) {
      throw new IllegalStateException(name + " failed");
    }
  }
}
