package dev.mote.machine;

import static dev.mote.machine.Guest.CODE;
import static dev.mote.machine.Guest.DATA;
import static dev.mote.machine.GuestCode.code;
import static dev.mote.machine.PageTables.EXECUTE;
import static dev.mote.machine.PageTables.READ;
import static dev.mote.machine.PageTables.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Every change of the page tables that the host makes between two runs is seen by the guest, also
/// on a hypervisor that does not notice writes to them (shadow paging), many times over.
@Tag("every-kvm")
class PagingTest {
  private static final int ROUNDS = 200;
  private static final int RW = READ | WRITE;
  private static final long PAGE = 4096;
  private static final long AREA = 0x1234_5600_0000L; // needs tables of its own
  private static final long OTHER = 0x2345_6700_0000L;

  private static final long LOAD = CODE;
  private static final long STORE = CODE + 16;
  private static final long CALL = CODE + 32;

  private final Guest guest = guest();

  private static Guest guest() {
    var guest = new Guest();
    guest.load(code().loadRax().guestCall(), LOAD); // rax = [rbx]
    guest.load(code().storeRax().guestCall(), STORE); // [rbx] = rax
    guest.load(code().callRbx().guestCall(), CALL); // rbx()
    return guest;
  }

  @AfterEach
  void close() {
    guest.close();
  }

  private Frames.Run bind(long gva, int rights, long content) {
    var run = guest.vm.frames().take(1);
    guest.memory.setLong(run.gpa(), content);
    guest.tables.bind(gva, run, rights, false);
    return run;
  }

  private String use(long how, long gva) {
    guest.start(how);
    guest.registers.rbx(gva);
    return guest.faultOfRun();
  }

  private void assertLoads(long gva, long expected) {
    assertThat(use(LOAD, gva)).isEqualTo("GUEST_CALL");
    assertThat(guest.registers.rax()).isEqualTo(expected);
  }

  private void assertStores(long gva, long value) {
    guest.registers.rax(value);
    assertThat(use(STORE, gva)).isEqualTo("GUEST_CALL");
    assertThat(guest.memory.getLong(guest.tables.gpa(gva))).isEqualTo(value);
  }

  private void assertAbsent(long gva) {
    assertThat(use(LOAD, gva)).isEqualTo("14/4");
    assertThat(guest.vm.fault().address()).isEqualTo(gva);
    assertThat(use(STORE, gva)).isEqualTo("14/6");
  }

  @Test
  void aPageAppearsAlsoAfterAFaultOnIt() {
    for (int i = 0; i < ROUNDS; i++) {
      long gva = AREA + i * PAGE;
      if (i % 2 == 0) {
        assertAbsent(gva);
      }
      bind(gva, RW, i);
      assertLoads(gva, i);
      assertStores(gva, -i);
    }
  }

  @Test
  void aReleasedPageIsGone() {
    for (int i = 0; i < ROUNDS; i++) {
      bind(AREA, RW, i);
      assertStores(AREA, i + 1);
      guest.tables.release(AREA, AREA + PAGE);
      assertAbsent(AREA);
    }
  }

  @Test
  void anotherFrameUnderTheSameAddressIsSeen() {
    for (int i = 0; i < ROUNDS; i++) {
      bind(AREA, RW, i);
      bind(AREA + PAGE, RW, -i); // untouched neighbours are prefetched by KVM
      assertLoads(AREA, i);
      assertStores(AREA, 7);
      guest.tables.release(AREA, AREA + 2 * PAGE);
      var held = guest.vm.frames().take(1 + i % 3); // so that the next frames are others
      bind(AREA, RW, 1000 + i);
      bind(AREA + PAGE, RW, 2000 + i);
      assertLoads(AREA, 1000 + i);
      assertLoads(AREA + PAGE, 2000 + i);
      guest.tables.release(AREA, AREA + 2 * PAGE);
      guest.vm.frames().free(held.first(), held.count());
    }
  }

  @Test
  void aFrameThatIsBoundAgainReadsAsZeros() {
    for (int i = 0; i < ROUNDS; i++) {
      var run = guest.vm.frames().take(1);
      guest.tables.bind(AREA, run, RW, i % 2 == 0);
      assertLoads(AREA, 0);
      assertStores(AREA, i + 1);
      guest.tables.release(AREA, AREA + PAGE);
    }
  }

  @Test
  void writingIsTakenAwayAndGivenBack() {
    bind(AREA, RW, 0);
    for (int i = 0; i < ROUNDS; i++) {
      assertStores(AREA, i);
      guest.tables.protect(AREA, AREA + PAGE, READ);
      assertThat(use(STORE, AREA)).isEqualTo("14/7");
      assertLoads(AREA, i);
      guest.tables.protect(AREA, AREA + PAGE, RW);
    }
  }

  @Test
  void allRightsAreTakenAwayAndGivenBackWithTheContentKept() {
    bind(AREA, RW, 0);
    for (int i = 0; i < ROUNDS; i++) {
      assertStores(AREA, i);
      guest.tables.protect(AREA, AREA + PAGE, 0);
      assertAbsent(AREA);
      guest.tables.protect(AREA, AREA + PAGE, RW);
      assertLoads(AREA, i);
    }
  }

  @Test
  void executingIsTakenAwayAndGivenBack() {
    var run = bind(AREA, RW, 0);
    guest.memory.setByte(run.gpa(), (byte) 0xc3); // ret
    for (int i = 0; i < ROUNDS; i++) {
      assertThat(use(CALL, AREA)).isEqualTo("14/15"); // fetch, present
      guest.tables.protect(AREA, AREA + PAGE, READ | EXECUTE);
      assertThat(use(CALL, AREA)).isEqualTo("GUEST_CALL");
      assertThat(use(STORE, AREA)).isEqualTo("14/7");
      guest.tables.protect(AREA, AREA + PAGE, RW);
    }
  }

  @Test
  void codeThatTheHostRewritesIsWhatRuns() {
    for (int i = 0; i < ROUNDS; i++) {
      var run = bind(AREA, READ | EXECUTE, 0);
      // mov eax, i; ret
      byte[] function = {(byte) 0xb8, (byte) i, 0, 0, 0, (byte) 0xc3};
      guest.memory.write(run.gpa(), function, 0, function.length);
      assertThat(use(CALL, AREA)).isEqualTo("GUEST_CALL");
      assertThat(guest.registers.rax()).isEqualTo(i & 0xff);
      guest.tables.release(AREA, AREA + PAGE);
    }
  }

  @Test
  void rightsOfAnUntouchedNeighbourAreTakenAwayToo() {
    for (int i = 0; i < ROUNDS; i++) {
      for (int page = 0; page < 8; page++) {
        bind(AREA + page * PAGE, RW, page);
      }
      assertLoads(AREA + 3 * PAGE, 3);
      guest.tables.protect(AREA, AREA + 8 * PAGE, i % 2 == 0 ? READ : 0);
      String expected = i % 2 == 0 ? "14/7" : "14/6";
      for (int page = 0; page < 8; page++) {
        assertThat(use(STORE, AREA + page * PAGE)).isEqualTo(expected);
      }
      guest.tables.release(AREA, AREA + 8 * PAGE);
    }
  }

  @Test
  void movedPagesAreAtTheirNewPlaceAndNoLongerAtTheOld() {
    for (int i = 0; i < ROUNDS; i++) {
      bind(AREA, RW, i);
      bind(AREA + 2 * PAGE, READ, -i);
      assertStores(AREA, i + 1);
      assertLoads(AREA + 2 * PAGE, -i);
      guest.tables.move(AREA, AREA + 3 * PAGE, OTHER);
      assertAbsent(AREA);
      assertAbsent(AREA + PAGE);
      assertAbsent(AREA + 2 * PAGE);
      assertLoads(OTHER, i + 1);
      assertAbsent(OTHER + PAGE);
      assertLoads(OTHER + 2 * PAGE, -i);
      assertThat(use(STORE, OTHER + 2 * PAGE)).isEqualTo("14/7");
      assertThat(guest.tables.isBound(AREA)).isFalse();
      assertThat(guest.tables.rights(OTHER)).isEqualTo(RW);
      guest.tables.release(OTHER, OTHER + 3 * PAGE);
    }
  }

  @Test
  void aTableThatWasEmptiedServesAgain() {
    int pages = 16;
    for (int i = 0; i < ROUNDS; i++) {
      for (int page = i % 2; page < pages; page += 2) { // others each time
        bind(AREA + page * PAGE, RW, i * 100L + page);
      }
      for (int page = 0; page < pages; page++) {
        if (page % 2 == i % 2) {
          assertLoads(AREA + page * PAGE, i * 100L + page);
        } else {
          assertAbsent(AREA + page * PAGE);
        }
      }
      guest.tables.release(AREA, AREA + pages * PAGE);
    }
  }

  @Test
  void twoAddressSpacesOfOneMachineAreApart() {
    var second = new PageTables(guest.memory, guest.vm.frames());
    var codeFrame = guest.vm.frames().take(1);
    second.bind(CODE, codeFrame, READ | EXECUTE, false);
    guest.memory.copy(guest.tables.gpa(CODE), codeFrame.gpa(), PAGE);
    bind(AREA, RW, 1);
    var run = guest.vm.frames().take(1);
    guest.memory.setLong(run.gpa(), 2);
    second.bind(AREA, run, RW, false);
    for (int i = 0; i < ROUNDS; i++) {
      guest.vm.vcpu().pageTableRoot(second.root());
      assertLoads(AREA, 2);
      assertThat(use(LOAD, DATA)).isEqualTo("14/4");
      guest.vm.vcpu().pageTableRoot(guest.tables.root());
      assertLoads(AREA, 1);
      assertThat(use(LOAD, DATA)).isEqualTo("GUEST_CALL");
    }
  }
}
