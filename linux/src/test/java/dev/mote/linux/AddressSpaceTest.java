package dev.mote.linux;

import static dev.mote.linux.Mapping.PROT_NONE;
import static dev.mote.linux.Mapping.PROT_READ;
import static dev.mote.linux.Mapping.PROT_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.machine.CpuBaseline;
import dev.mote.machine.GuestMemory;
import dev.mote.machine.GuestMemoryExhaustedException;
import dev.mote.machine.Hypervisor;
import dev.mote.machine.PageTables;
import dev.mote.machine.VirtualMachine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AddressSpaceTest {
  private static final long PAGE = 4096;
  private static final long BASE = 0x10_0000_0000L;
  private static final long LIMIT = 16L << 20;
  private static final int RW = PROT_READ | PROT_WRITE;

  private final VirtualMachine vm = Hypervisor.ofThisHost().create(LIMIT, CpuBaseline.HOST);
  private final AddressSpace space = new AddressSpace(vm.memory(), vm.frames());
  private final UserMemory memory = new UserMemory(space, vm.memory());

  @AfterEach
  void close() {
    vm.close();
  }

  private void map(long page, long pages, int protection) {
    long start = BASE + page * PAGE;
    space.map(Mapping.zeros(start, start + pages * PAGE, protection, ""));
  }

  @Test
  void unmappingTheMiddleLeavesBothEnds() {
    map(0, 10, RW);
    memory.setLong(BASE, 1);
    memory.setLong(BASE + 9 * PAGE, 2);
    space.unmap(BASE + 3 * PAGE, BASE + 6 * PAGE);
    assertThat(space.mappings()).hasSize(2);
    assertThat(space.find(BASE + 3 * PAGE)).isNull();
    assertThat(memory.getLong(BASE)).isEqualTo(1);
    assertThat(memory.getLong(BASE + 9 * PAGE)).isEqualTo(2);
    assertThat(vm.frames().bound()).isEqualTo(7);
  }

  @Test
  void neighboursThatAreAlikeBecomeOneMapping() {
    map(0, 1, RW);
    map(2, 1, RW);
    map(1, 1, RW);
    assertThat(space.mappings()).hasSize(1);
    space.protect(BASE + PAGE, BASE + 2 * PAGE, PROT_READ);
    assertThat(space.mappings()).hasSize(3);
    space.protect(BASE + PAGE, BASE + 2 * PAGE, RW);
    assertThat(space.mappings()).hasSize(1);
  }

  @Test
  void protectingOverAHoleChangesWhatLiesBeforeIt() {
    map(0, 2, RW);
    map(3, 1, RW);
    assertThatThrownBy(() -> space.protect(BASE, BASE + 4 * PAGE, PROT_READ))
        .isEqualTo(Errno.ENOMEM.exception());
    assertThat(space.touch(BASE, PageTables.WRITE)).isEqualTo(AddressSpace.Touch.FORBIDDEN);
    assertThat(space.touch(BASE + 3 * PAGE, PageTables.WRITE)).isEqualTo(AddressSpace.Touch.BOUND);
  }

  @Test
  void discardedPagesReadAsZeros() {
    map(0, 4, RW);
    memory.setLong(BASE + PAGE, 77);
    space.protect(BASE, BASE + 4 * PAGE, PROT_NONE);
    space.discard(BASE, BASE + 4 * PAGE);
    space.protect(BASE, BASE + 4 * PAGE, RW);
    assertThat(memory.getLong(BASE + PAGE)).isZero();
  }

  @Test
  void aReservationOfManyTebibytesCostsNothing() {
    long size = 64L << 40;
    space.map(Mapping.zeros(BASE, BASE + size, PROT_NONE, ""));
    assertThat(vm.frames().bound()).isZero();
    space.protect(BASE + size / 2, BASE + size / 2 + PAGE, RW);
    memory.setLong(BASE + size / 2, 5);
    assertThat(memory.getLong(BASE + size / 2)).isEqualTo(5);
    space.unmap(BASE, BASE + size);
    assertThat(space.mappings()).isEmpty();
    assertThat(vm.frames().bound()).isZero();
  }

  @Test
  void moreMayBeAccessibleThanTheMemoryLimit() {
    map(0, 1 << 20, RW); // 4 GiB
    assertThat(vm.frames().bound()).isZero();
    memory.setByte(BASE + 123 * PAGE, (byte) 1);
    assertThat(vm.frames().bound()).isBetween(1, 64);
    assertThatThrownBy(
            () -> {
              for (long page = 0; page < 1 << 20; page++) {
                memory.setByte(BASE + page * PAGE, (byte) 1);
              }
            })
        .isInstanceOf(GuestMemoryExhaustedException.class);
    assertThat(vm.frames().bound()).isEqualTo(vm.frames().limit());
  }

  @Test
  void aTouchBindsThePagesAround() {
    map(0, 1 << 20, RW);
    memory.setByte(BASE + 100 * PAGE, (byte) 1);
    assertThat(space.tables().isBound(BASE + 99 * PAGE)).isTrue();
    assertThat(space.tables().isBound(BASE + 101 * PAGE)).isTrue();
    int bound = vm.frames().bound();
    memory.setByte(BASE + 99 * PAGE, (byte) 1);
    assertThat(vm.frames().bound()).isEqualTo(bound);
    assertThat(memory.getByte(BASE + 100 * PAGE)).isEqualTo((byte) 1);
  }

  @Test
  void movingTakesTheContentAlongAndFreesThePlace() {
    map(0, 4, RW);
    memory.setLong(BASE + PAGE, 11);
    memory.setLong(BASE + 3 * PAGE, 13);
    long target = BASE + 100 * PAGE;
    space.move(BASE, BASE + 4 * PAGE, target, 8 * PAGE);
    assertThat(memory.getLong(target + PAGE)).isEqualTo(11);
    assertThat(memory.getLong(target + 3 * PAGE)).isEqualTo(13);
    assertThat(memory.getLong(target + 7 * PAGE)).isZero();
    assertThat(space.find(BASE)).isNull();
  }

  @Test
  void tooManyMappingsAreRefused() {
    for (int i = 0; i < AddressSpace.MAX_MAPPINGS; i++) {
      map(2L * i, 1, PROT_NONE);
    }
    assertThatThrownBy(() -> map(2L * AddressSpace.MAX_MAPPINGS, 1, PROT_NONE))
        .isEqualTo(Errno.ENOMEM.exception());
    map(0, 3, PROT_NONE); // over two of them: there is room again
  }

  /// Random operations against a plain model: which pages are mapped, with what rights and what
  /// content.
  @Test
  void agreesWithAModelOfPages() {
    int pages = 200;
    var random = new Random(1);
    int[] rights = new int[pages]; // -1 is unmapped
    long[] content = new long[pages];
    Arrays.fill(rights, -1);
    for (int step = 0; step < 20_000; step++) {
      int first = random.nextInt(pages);
      int last = Math.min(pages, first + 1 + random.nextInt(20));
      long start = BASE + first * PAGE;
      long end = BASE + last * PAGE;
      switch (random.nextInt(5)) {
        case 0 -> {
          map(first, last - first, RW);
          for (int i = first; i < last; i++) {
            rights[i] = RW;
            content[i] = 0;
          }
        }
        case 1 -> {
          space.unmap(start, end);
          Arrays.fill(rights, first, last, -1);
        }
        case 2 -> {
          int protection = new int[] {PROT_NONE, PROT_READ, RW}[random.nextInt(3)];
          int until = first;
          while (until < last && rights[until] >= 0) {
            rights[until++] = protection;
          }
          try {
            space.protect(start, end, protection);
            assertThat(until).isEqualTo(last);
          } catch (ErrnoException e) {
            assertThat(until).isLessThan(last);
          }
        }
        case 3 -> {
          try {
            space.discard(start, end);
          } catch (ErrnoException e) {
            assertThat(e.errno).isEqualTo(Errno.ENOMEM);
          }
          Arrays.fill(content, first, last, 0);
        }
        default -> {
          boolean writable = rights[first] > 0 && (rights[first] & PROT_WRITE) != 0;
          if (writable) {
            memory.setLong(start, step);
            content[first] = step;
          } else {
            assertThatThrownBy(() -> memory.setLong(start, 1)).isEqualTo(Errno.EFAULT.exception());
          }
        }
      }
      int probe = random.nextInt(pages);
      long address = BASE + probe * PAGE;
      if (rights[probe] > 0) {
        assertThat(memory.getLong(address))
            .as("step %d page %d", step, probe)
            .isEqualTo(content[probe]);
      } else {
        assertThatThrownBy(() -> memory.getLong(address)).isEqualTo(Errno.EFAULT.exception());
      }
    }
  }

  /// Against the plain way, which looks at everything each time.
  @Test
  void aFreeRangeIsTheHighestThereIsWhateverWasSearchedBefore() {
    var random = new Random(7);
    var starts = new ArrayList<Long>();
    for (int step = 0; step < 4000; step++) {
      long length = (1 + random.nextInt(6)) * PAGE;
      if (starts.isEmpty() || random.nextInt(5) < 3) {
        long start = space.findFree(length);
        assertThat(start).isEqualTo(highestFree(length));
        int protection = random.nextBoolean() ? PROT_NONE : PROT_READ | Mapping.PROT_EXEC;
        space.map(new Mapping(start, start + length, protection, true, null, 0, "m" + step));
        starts.add(start);
      } else {
        long start = starts.remove(random.nextInt(starts.size()));
        long end = start + (1 + random.nextInt(8)) * PAGE; // neighbours too, or less than all
        if (end <= AddressSpace.MMAP_TOP) {
          space.unmap(start, end);
        }
      }
    }
  }

  private long highestFree(long length) {
    long end = AddressSpace.MMAP_TOP;
    for (Mapping mapping : space.mappings().stream().toList().reversed()) {
      if (mapping.end() <= end && end - mapping.end() >= length) {
        return end - length;
      }
      end = Math.min(end, mapping.start());
    }
    return end - length;
  }

  @Test
  void aFileThatShrinksWhileItIsTouchedIsBehindItsEnd() {
    var source =
        new PageSource() {
          private int asked;

          @Override
          public long size() {
            return asked++ == 0 ? 2 * PAGE : 0;
          }

          @Override
          public void copy(long position, GuestMemory to, long gpa, int length) {
            throw new AssertionError("nothing is there to be copied");
          }
        };
    long pages = 2000; // too large to be bound at once
    space.map(new Mapping(BASE, BASE + pages * PAGE, PROT_READ, false, source, 0, "file"));
    assertThat(space.touch(BASE, PageTables.READ)).isEqualTo(AddressSpace.Touch.BEHIND_END);
  }

  @Test
  void aMappingOfAFileCannotGrowBehindTheEndOfAllFiles() {
    var source =
        new PageSource() {
          @Override
          public long size() {
            return PAGE;
          }

          @Override
          public void copy(long position, GuestMemory to, long gpa, int length) {}
        };
    var calls =
        new MemoryCalls(
            space, BASE, LIMIT, (_, _, _) -> new MemoryCalls.MappedFile(source, "/file"));
    long last = Long.MAX_VALUE - 4 * PAGE + 1;
    long start = calls.mmap(0, 2 * PAGE, PROT_READ, 2, 3, last);
    assertThatThrownBy(() -> calls.mremap(start, 2 * PAGE, 8 * PAGE, 1, 0))
        .isEqualTo(Errno.EINVAL.exception());
    assertThat(calls.mremap(start, 2 * PAGE, 3 * PAGE, 1, 0)).isPositive();
  }

  @Test
  void movingAtTheLimitOfMappingsIsRefusedBeforeAnythingMoves() {
    for (int i = 0; i < AddressSpace.MAX_MAPPINGS - 1; i++) {
      long start = BASE + i * PAGE;
      space.map(Mapping.zeros(start, start + PAGE, PROT_NONE, i % 2 == 0 ? "even" : "odd"));
    }
    long middle = BASE + AddressSpace.MAX_MAPPINGS * PAGE;
    space.map(Mapping.zeros(middle, middle + 3 * PAGE, RW, ""));
    memory.setLong(middle + PAGE, 42);
    long target = middle + 100 * PAGE;
    assertThatThrownBy(() -> space.move(middle + PAGE, middle + 2 * PAGE, target, PAGE))
        .isEqualTo(Errno.ENOMEM.exception());
    assertThat(memory.getLong(middle + PAGE)).isEqualTo(42);
    assertThat(space.find(target)).isNull();
    assertThatThrownBy(() -> space.protect(middle + PAGE, middle + 2 * PAGE, PROT_READ))
        .isEqualTo(Errno.ENOMEM.exception());
    assertThat(space.mappings().size()).isLessThanOrEqualTo(AddressSpace.MAX_MAPPINGS);
  }
}
