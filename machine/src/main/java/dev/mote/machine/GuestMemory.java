package dev.mote.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/// The guest's physical memory: one anonymous mapping of the host, handed to the hypervisor as one
/// memory slot.
///
/// Every access is checked against its bounds. Frames that were never touched cost nothing
/// (MAP_NORESERVE).
///
/// Two operations make a hypervisor forget what it derived from page-table entries. Under shadow
/// paging the host's writes to page tables go unnoticed: after a right was taken away or an entry
/// was pointed elsewhere, the **data frames** that the entry led to must be invalidated, which the
/// MMU notifier does for [#forget] and [#discard] (measured on PVM and kvm_amd without nested
/// paging; under nested paging the same notifier flushes the TLB).
///
/// Not thread-safe.
public final class GuestMemory {
  /// Bytes in a page and in a frame.
  public static final int PAGE_SIZE = 4096;

  public static final int PAGE_SHIFT = 12;

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  /// So many bytes are copied here: the JDK's copy of an array looks at the array's class, which is
  /// in no cache after the guest has run (0.4 us).
  private static final int SHORT_COPY = 256;

  private final MemorySegment segment;
  private final long hva;
  private final long size;
  private boolean entered; // before the first run there is nothing to forget

  /// @param size in bytes, a multiple of [#PAGE_SIZE]
  /// @param arena the memory is unmapped when it closes
  @SuppressWarnings("restricted") // the length is what mmap was asked for
  GuestMemory(long size, Arena arena) {
    this.size = size;
    hva =
        MachineException.check(
            Libc.mmap(
                size,
                Libc.PROT_READ | Libc.PROT_WRITE,
                Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE,
                -1),
            "mmap of " + size + " bytes of guest memory");
    long address = hva;
    segment =
        MemorySegment.ofAddress(address).reinterpret(size, arena, _ -> Libc.munmap(address, size));
  }

  /// Size in bytes.
  public long size() {
    return size;
  }

  /// Host virtual address of guest physical address 0.
  long hva() {
    return hva;
  }

  public byte getByte(long gpa) {
    return segment.get(BYTE, gpa);
  }

  public short getShort(long gpa) {
    return segment.get(SHORT, gpa);
  }

  public int getInt(long gpa) {
    return segment.get(INT, gpa);
  }

  public long getLong(long gpa) {
    return segment.get(LONG, gpa);
  }

  public void setByte(long gpa, byte value) {
    segment.set(BYTE, gpa, value);
  }

  public void setShort(long gpa, short value) {
    segment.set(SHORT, gpa, value);
  }

  public void setInt(long gpa, int value) {
    segment.set(INT, gpa, value);
  }

  public void setLong(long gpa, long value) {
    segment.set(LONG, gpa, value);
  }

  /// Copies bytes out of the guest.
  public void read(long gpa, byte[] target, int offset, int length) {
    if (isLong(length)) {
      MemorySegment.copy(segment, BYTE, gpa, target, offset, length);
      return;
    }
    int done = 0;
    for (; length - done >= Long.BYTES; done += Long.BYTES) {
      LONGS.set(target, offset + done, segment.get(LONG, gpa + done));
    }
    for (; done < length; done++) {
      target[offset + done] = segment.get(BYTE, gpa + done);
    }
  }

  /// Copies bytes into the guest.
  public void write(long gpa, byte[] source, int offset, int length) {
    if (isLong(length)) {
      MemorySegment.copy(source, offset, segment, BYTE, gpa, length);
      return;
    }
    int done = 0;
    for (; length - done >= Long.BYTES; done += Long.BYTES) {
      segment.set(LONG, gpa + done, (long) LONGS.get(source, offset + done));
    }
    for (; done < length; done++) {
      segment.set(BYTE, gpa + done, source[offset + done]);
    }
  }

  /// Or negative, which the JDK refuses.
  private static boolean isLong(int length) {
    return Integer.compareUnsigned(length, SHORT_COPY) > 0;
  }

  /// Copies bytes from memory of the host into the guest.
  public void write(long gpa, MemorySegment source, long offset, long length) {
    MemorySegment.copy(source, offset, segment, gpa, length);
  }

  /// Bytes of the guest, for a file to be read into them without another copy.
  public ByteBuffer buffer(long gpa, int length) {
    return segment.asSlice(gpa, length).asByteBuffer();
  }

  /// Copies bytes out of the guest into memory of the host.
  public void read(long gpa, MemorySegment target, long offset, long length) {
    MemorySegment.copy(segment, gpa, target, offset, length);
  }

  /// Whether bytes of the guest are the same as some of the host's.
  boolean isSame(long gpa, MemorySegment other, long offset, long length) {
    return MemorySegment.mismatch(segment, gpa, gpa + length, other, offset, offset + length) < 0;
  }

  /// Copies bytes from one place of the guest to another.
  public void copy(long from, long to, long length) {
    MemorySegment.copy(segment, from, segment, to, length);
  }

  public void fill(long gpa, long length, byte value) {
    segment.asSlice(gpa, length).fill(value);
  }

  /// Makes the host allocate the pages of a range in one go, instead of one page fault each.
  ///
  /// A hint: on a kernel without MADV_POPULATE_WRITE (before 5.14) the pages come one by one.
  public void populate(long gpa, long length) {
    Objects.checkFromIndexSize(gpa, length, size);
    Libc.madvise(hva + gpa, length, Libc.MADV_POPULATE_WRITE);
  }

  /// The guest is about to run: from now on the hypervisor may know translations.
  void entered() {
    entered = true;
  }

  /// Makes the hypervisor forget every translation to these frames; their content stays.
  void forget(long gpa, long length) {
    Objects.checkFromIndexSize(gpa, length, size);
    if (!entered) {
      return;
    }
    long at = hva + gpa;
    MachineException.check(Libc.mprotect(at, length, Libc.PROT_READ), "mprotect of guest memory");
    MachineException.check(
        Libc.mprotect(at, length, Libc.PROT_READ | Libc.PROT_WRITE), "mprotect of guest memory");
  }

  /// Makes the hypervisor forget every translation to these frames and gives their memory back to
  /// the host; they read as zeros from then on.
  void discard(long gpa, long length) {
    Objects.checkFromIndexSize(gpa, length, size);
    MachineException.check(
        Libc.madvise(hva + gpa, length, Libc.MADV_DONTNEED), "madvise of guest memory");
  }
}
