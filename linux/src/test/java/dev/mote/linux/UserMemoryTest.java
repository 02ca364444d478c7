package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.machine.CpuBaseline;
import dev.mote.machine.Hypervisor;
import dev.mote.machine.VirtualMachine;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserMemoryTest {
  private static final long PAGE = 4096;
  private static final long BASE = 0x20_0000L;
  private static final int RW = Mapping.PROT_READ | Mapping.PROT_WRITE;

  private final VirtualMachine vm = Hypervisor.ofThisHost().create(4L << 20, CpuBaseline.HOST);
  private final AddressSpace space = new AddressSpace(vm.memory(), vm.frames());
  private final UserMemory memory = new UserMemory(space, vm.memory());

  UserMemoryTest() {
    space.map(Mapping.zeros(BASE, BASE + 2 * PAGE, RW, ""));
    space.map(Mapping.zeros(BASE + 2 * PAGE, BASE + 3 * PAGE, Mapping.PROT_READ, ""));
  }

  @AfterEach
  void close() {
    vm.close();
  }

  @Test
  void numbersMayCrossPages() {
    for (int offset = 1; offset < 8; offset++) {
      long at = BASE + PAGE - offset;
      memory.setLong(at, 0x0123_4567_89ab_cdefL);
      assertThat(memory.getLong(at)).isEqualTo(0x0123_4567_89ab_cdefL);
      assertThat(memory.getInt(at)).isEqualTo(0x89ab_cdef);
      assertThat(memory.getShort(at)).isEqualTo((short) 0xcdef);
    }
  }

  @Test
  void aWriteThatCrossesIntoAReadOnlyPageFails() {
    assertThatThrownBy(() -> memory.setLong(BASE + 2 * PAGE - 4, 1))
        .isEqualTo(Errno.EFAULT.exception());
    assertThat(memory.writableBytes(BASE + PAGE + 100, 10_000)).isEqualTo(PAGE - 100);
    assertThat(memory.readableBytes(BASE + PAGE + 100, 10_000)).isEqualTo(2 * PAGE - 100);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        1,
        4095,
        BASE - 1,
        BASE + 3 * PAGE,
        0x7fff_ffff_ffffL,
        0x8000_0000_0000L,
        -1,
        -4096,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        0xffff_8000_0000_1000L
      })
  void wildAddressesAreBadAddresses(long address) {
    byte[] bytes = new byte[16];
    var fault = Errno.EFAULT.exception();
    assertThatThrownBy(() -> memory.getByte(address)).isEqualTo(fault);
    assertThatThrownBy(() -> memory.getLong(address)).isEqualTo(fault);
    assertThatThrownBy(() -> memory.setLong(address, 0)).isEqualTo(fault);
    assertThatThrownBy(() -> memory.read(address, bytes, 0, 16)).isEqualTo(fault);
    assertThatThrownBy(() -> memory.write(address, bytes, 0, 16)).isEqualTo(fault);
    assertThatThrownBy(() -> memory.readString(address, 16)).isEqualTo(fault);
    assertThat(memory.readableBytes(address, Long.MAX_VALUE)).isZero();
    assertThat(memory.readableBytes(address, -1)).isZero();
  }

  @Test
  void stringsEndAtTheirNulAndNotAtAPage() {
    byte[] text = "a string over two pages".getBytes(StandardCharsets.US_ASCII);
    long at = BASE + PAGE - 10;
    memory.write(at, text, 0, text.length);
    assertThat(memory.readString(at, 4096)).isEqualTo(text);
    assertThatThrownBy(() -> memory.readString(at, text.length))
        .isEqualTo(Errno.ENAMETOOLONG.exception());
  }
}
