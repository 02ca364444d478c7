package dev.mote.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Whatever a guest and its host did to an address space, it is put back to its image: as the host
/// sees it, and as the guest does, who may see what the hypervisor still remembers.
///
/// `-Dresidence.steps=100000` makes the run with random operations longer.
@Tag("every-kvm")
class ResidenceTest {
  private static final long PAGE = GuestMemory.PAGE_SIZE;
  private static final int READ_WRITE = PageTables.READ | PageTables.WRITE;
  private static final int STEPS = Integer.getInteger("residence.steps", 2000);

  /// A few pages each, in different tables.
  private static final long[] AREAS = {0x80_0000, 0x9f_e000, 0x1234_5678_0000L};

  private static final int AREA_PAGES = 8;

  /// What a guest stores, and the next one shall not find.
  private static final long SECRET = 0x5ec2_e700_5ec2_e701L;

  /// A page as the guest shall find it.
  private record Page(int rights, long first, long last) {}

  private final Guest guest = new Guest();
  private final Frames frames = guest.vm.frames();
  private final long load;
  private final long store;

  ResidenceTest() {
    var code = GuestCode.code().raw(0x48, 0x8b, 0x07).guestCall(); // mov rax, [rdi]
    load = Guest.CODE;
    store = Guest.CODE + 64;
    guest.load(code, load);
    guest.load(GuestCode.code().raw(0x48, 0x89, 0x37).guestCall(), store); // mov [rdi], rsi
  }

  private boolean guestStores(long gva, long value) {
    guest.registers.rdi(gva);
    guest.registers.rsi(value);
    return guest.runAt(store) == VmExit.GUEST_CALL;
  }

  private boolean guestReads(long gva) {
    guest.registers.rdi(gva);
    return guest.runAt(load) == VmExit.GUEST_CALL;
  }

  private Map<Long, Page> look() {
    var pages = new TreeMap<Long, Page>();
    for (long area : AREAS) {
      for (int i = 0; i < AREA_PAGES; i++) {
        long gva = area + i * PAGE;
        if (guest.tables.isBound(gva)) {
          long gpa = guest.tables.gpa(gva);
          pages.put(
              gva,
              new Page(
                  guest.tables.rights(gva),
                  guest.memory.getLong(gpa),
                  guest.memory.getLong(gpa + PAGE - 8)));
        }
      }
    }
    return pages;
  }

  /// What the guest finds is what the pages say: it may be another frame that the hypervisor still
  /// leads it to.
  private void assertGuestAgrees(Map<Long, Page> pages) {
    for (long area : AREAS) {
      for (int i = 0; i < AREA_PAGES; i++) {
        long gva = area + i * PAGE;
        Page page = pages.get(gva);
        boolean readable = page != null && page.rights != 0;
        assertThat(guestReads(gva)).as("reads 0x%x", gva).isEqualTo(readable);
        if (page != null && readable) {
          assertThat(guest.registers.rax()).as("first of 0x%x", gva).isEqualTo(page.first);
          assertThat(guestReads(gva + PAGE - 8)).isTrue();
          assertThat(guest.registers.rax()).as("last of 0x%x", gva).isEqualTo(page.last);
          if ((page.rights & PageTables.WRITE) == 0) {
            assertThat(guestStores(gva, 1)).as("0x%x is read-only", gva).isFalse();
          }
        }
      }
    }
  }

  private void change(Random random) {
    long area = AREAS[random.nextInt(AREAS.length)];
    int first = random.nextInt(AREA_PAGES);
    int count = 1 + random.nextInt(AREA_PAGES - first);
    long start = area + first * PAGE;
    long end = start + count * PAGE;
    int rights = random.nextInt(8);
    switch (random.nextInt(10)) {
      case 0 -> guest.tables.release(start, end);
      case 1 -> guest.tables.protect(start, end, rights == 0 ? 0 : rights | PageTables.READ);
      case 2 -> {
        long target = AREAS[random.nextInt(AREAS.length)] + first * PAGE;
        if (target != start) {
          guest.tables.release(target, target + count * PAGE);
          guest.tables.move(start, end, target);
        }
      }
      case 3 -> bind(start, end, random);
      case 4 -> {
        if (guest.tables.isBound(start)) {
          guest.memory.setLong(guest.tables.gpaToWrite(start) + PAGE - 8, random.nextLong());
        }
      }
      default -> guestStores(start + (random.nextBoolean() ? 0 : PAGE - 8), random.nextLong());
    }
  }

  private void bind(long start, long end, Random random) {
    for (long gva = start; gva < end; gva += PAGE) {
      if (!guest.tables.isBound(gva)) {
        guest.tables.bind(gva, frames.take(1), READ_WRITE, random.nextBoolean());
      }
    }
  }

  @Test
  void randomChangesAreUndone() {
    var random = new Random(5);
    for (int i = 0; i < 60; i++) {
      change(random);
    }
    var residence = Residence.capture(guest.memory, frames, guest.tables, null);
    Map<Long, Page> expected = look();
    assertThat(expected).isNotEmpty();
    int bound = frames.bound();
    for (int step = 0; step < STEPS; ) {
      int changes = random.nextInt(30);
      guestStores(AREAS[random.nextInt(AREAS.length)] + random.nextInt(AREA_PAGES) * PAGE, SECRET);
      for (int i = 0; i < changes; i++, step++) {
        change(random);
      }
      residence.restore((_, rights) -> rights == READ_WRITE && random.nextBoolean());
      Map<Long, Page> found = look();
      found.entrySet().removeIf(kept -> isKept(kept, expected));
      assertThat(found).isEqualTo(expected);
      assertThat(frames.bound()).isEqualTo(bound);
      assertGuestAgrees(look());
      if (random.nextInt(10) == 0) {
        assertNothingIsLeft(SECRET);
      }
      if (random.nextInt(20) == 0) {
        residence = shiftHome(residence, random, expected);
        bound = frames.bound();
      }
    }
  }

  /// Looks at all that the virtual machine has, bound or not.
  private void assertNothingIsLeft(long value) {
    for (long gpa = 0; gpa < guest.memory.size(); gpa += Long.BYTES) {
      if (guest.memory.getLong(gpa) == value) {
        throw new AssertionError("left at 0x" + Long.toHexString(gpa));
      }
    }
  }

  private static boolean isKept(Map.Entry<Long, Page> page, Map<Long, Page> expected) {
    return !expected.containsKey(page.getKey())
        && page.getValue().equals(new Page(READ_WRITE, 0, 0));
  }

  /// A snapshot of what was restored and changed: the difference to the first one.
  private Residence shiftHome(Residence residence, Random random, Map<Long, Page> expected) {
    for (int i = 0; i < 5; i++) {
      change(random);
    }
    var next = Residence.capture(guest.memory, frames, guest.tables, residence);
    expected.clear();
    expected.putAll(look());
    // What stayed bound with zeros is no part of the image.
    var pages = PageImage.Pages.of(next.image());
    expected
        .entrySet()
        .removeIf(page ->
            pages.indexOf(page.getKey()) < 0 && page.getValue().equals(new Page(READ_WRITE, 0, 0)));
    assertThat(expected).hasSize(pagesOfAreas(pages));
    return next;
  }

  private static int pagesOfAreas(PageImage.Pages pages) {
    int count = 0;
    for (long area : AREAS) {
      for (int i = 0; i < AREA_PAGES; i++) {
        count += pages.indexOf(area + i * PAGE) >= 0 ? 1 : 0;
      }
    }
    return count;
  }

  /// One call that writes to very many pages makes no later one pay for them for ever.
  @Test
  void pagesThatNobodyWritesToAnyMoreAreForgotten() {
    long area = 0x4000_0000;
    int many = 600;
    for (int i = 0; i < many; i++) {
      guest.tables.bind(area + i * PAGE, frames.take(1), READ_WRITE, false);
    }
    var residence = Residence.capture(guest.memory, frames, guest.tables, null);
    for (int i = 0; i < many; i++) {
      assertThat(guestStores(area + i * PAGE, 7)).isTrue();
    }
    assertThat(residence.restore((_, _) -> false)).isGreaterThanOrEqualTo(many);
    int copied = many;
    for (int i = 0; i < 100; i++) {
      guestStores(area + 5 * PAGE, i + 1);
      copied = residence.restore((_, _) -> false);
      assertThat(guest.memory.getLong(guest.tables.gpa(area + 5 * PAGE))).isZero();
    }
    assertThat(copied).isLessThan(20);
    for (int i = 0; i < many; i++) {
      guestStores(area + i * PAGE, 9);
    }
    residence.restore((_, _) -> false);
    for (int i = 0; i < many; i++) {
      assertThat(guest.memory.getLong(guest.tables.gpa(area + i * PAGE))).isZero();
    }
  }

  @Test
  void anImageIsLoadedElsewhereAndDifferencesOnTopOfIt() {
    var random = new Random(6);
    for (int i = 0; i < 60; i++) {
      change(random);
    }
    var home = Residence.capture(guest.memory, frames, guest.tables, null);
    Map<Long, Page> base = look();
    List<PageImage> differences = new ArrayList<>();
    List<Map<Long, Page>> expected = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      for (int j = 0; j < 5; j++) {
        change(random);
      }
      differences.add(home.capture());
      expected.add(look());
      home.restore((_, _) -> false);
    }
    assertThat(look()).isEqualTo(base);
    assertThat(differences).allMatch(image -> image.size() < home.image().size());
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < differences.size(); i++) {
        home.restore((_, _) -> false);
        home.apply(differences.get(i));
        assertThat(look()).isEqualTo(expected.get(i));
        assertGuestAgrees(expected.get(i));
      }
    }
    try (var other = new Guest()) {
      PageImage image = differences.getFirst();
      var tables = new PageTables(other.memory, other.vm.frames(8 << 20));
      Residence.load(other.memory, other.vm.frames(8 << 20), tables, image);
      for (var page : expected.getFirst().entrySet()) {
        long gva = page.getKey();
        assertThat(tables.rights(gva)).isEqualTo(page.getValue().rights);
        assertThat(other.memory.getLong(tables.gpa(gva))).isEqualTo(page.getValue().first);
      }
    }
  }

  @Test
  void theProcessorIsPutBackByTheStubAndWithoutIt() {
    // Fills xmm0, x87 and FS with what is in r15, then leaves.
    var fill =
        GuestCode.code()
            .raw(0x66, 0x49, 0x0f, 0x6e, 0xc7) // movq xmm0, r15
            .raw(0xd9, 0xe8) // fld1
            .guestCall()
            .raw(0x66, 0x48, 0x0f, 0x7e, 0xc0) // movq rax, xmm0
            .guestCall();
    long at = Guest.CODE + 256;
    guest.load(fill, at);
    guest.registers.r15(0x1122);
    assertThat(guest.runAt(at)).isEqualTo(VmExit.GUEST_CALL);
    guest.vm.vcpu().fsBase(0x7000);
    CpuState state = guest.vm.vcpu().save();
    long stub = 0x7000_0000;
    var run = frames.take(2);
    guest.memory.write(run.gpa(), RestoreStub.bytes(state), 0, RestoreStub.SIZE);
    guest.tables.bind(stub, run, PageTables.READ | PageTables.EXECUTE, false);
    var place = new RestoreStub.Place(stub, run.gpa());
    for (int i = 0; i < 20; i++) {
      guest.registers.r15(0x9999);
      guest.runAt(at);
      guest.vm.vcpu().fsBase(0x9000);
      boolean interrupted = i % 3 == 0;
      if (interrupted) {
        guest.load(GuestCode.code().spin(), Guest.CODE + 512);
        guest.vm.kick();
        assertThat(guest.runAt(Guest.CODE + 512)).isEqualTo(VmExit.INTERRUPTED);
      }
      guest.vm.vcpu().load(state, guest.tables.root(), i % 2 == 0 ? place : null);
      assertThat(guest.registers.rip()).isEqualTo(state.general()[CpuState.RIP]);
      if (interrupted) {
        guest.vm.kick(); // on the way in
        assertThat(guest.run()).isEqualTo(VmExit.INTERRUPTED);
        assertThat(guest.registers.rip()).isEqualTo(state.general()[CpuState.RIP]);
      }
      assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
      assertThat(guest.registers.rax()).isEqualTo(0x1122);
      CpuState again = guest.vm.vcpu().save();
      assertThat(again.fsBase()).isEqualTo(0x7000);
      assertThat(again.extended()).isEqualTo(state.extended());
    }
  }

  @Test
  void nothingOfAnEarlierCallIsInTheVectorRegistersBeforeTheStubHasRun() {
    var fill =
        GuestCode.code()
            .raw(0x66, 0x49, 0x0f, 0x6e, 0xc7) // movq xmm0, r15
            .guestCall()
            .raw(0x66, 0x48, 0x0f, 0x7e, 0xc0) // movq rax, xmm0
            .guestCall();
    long at = Guest.CODE + 256;
    guest.load(fill, at);
    guest.registers.r15(0x1122);
    assertThat(guest.runAt(at)).isEqualTo(VmExit.GUEST_CALL);
    CpuState state = guest.vm.vcpu().save();
    long stub = 0x7000_0000;
    var run = frames.take(2);
    guest.memory.write(run.gpa(), RestoreStub.bytes(state), 0, RestoreStub.SIZE);
    guest.tables.bind(stub, run, PageTables.READ | PageTables.EXECUTE, false);
    var place = new RestoreStub.Place(stub, run.gpa());
    Runnable anotherCall =
        () -> {
          guest.registers.r15(SECRET);
          assertThat(guest.runAt(at)).isEqualTo(VmExit.GUEST_CALL);
          guest.vm.vcpu().load(state, guest.tables.root(), place);
        };

    anotherCall.run();
    assertThat(guest.vm.vcpu().save().extended()).isEqualTo(state.extended());

    // A single step ends behind the first instruction of the program, not of the stub.
    anotherCall.run();
    guest.registers.rflags(guest.registers.rflags() | 0x100);
    assertThat(guest.run()).isEqualTo(VmExit.FAULT);
    assertThat(guest.vm.fault().vector()).isEqualTo(1);
    assertThat(guest.registers.rax()).isEqualTo(0x1122);
    assertThat(guest.vm.vcpu().save().extended()).isEqualTo(state.extended());
    guest.registers.rflags(guest.registers.rflags() & ~0x100);

    // The stub cannot run.
    guest.tables.protect(stub, stub + RestoreStub.SIZE, PageTables.READ);
    anotherCall.run();
    assertThat(guest.run()).isEqualTo(VmExit.FAULT);
    assertThat(guest.registers.rip()).isEqualTo(state.general()[CpuState.RIP]);
    assertThat(guest.vm.vcpu().save().extended()).isEqualTo(state.extended());
    assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
    assertThat(guest.registers.rax()).isEqualTo(0x1122);

    // What is loaded meanwhile counts.
    anotherCall.run();
    byte[] other = state.extended().clone();
    other[160] = 0x33; // xmm0
    assertThat(guest.vm.vcpu().writeXsave(MemorySegment.ofArray(other))).isTrue();
    assertThat(guest.run()).isEqualTo(VmExit.GUEST_CALL);
    assertThat(guest.registers.rax()).isEqualTo(0x1133);
  }
}
