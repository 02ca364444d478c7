package dev.mote.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A few instructions at CPL 3 by which a restored guest takes its vector registers back itself: as
/// system calls of the hypervisor, KVM_SET_XSAVE would cost a fifth of a whole call.
///
/// Two pages of the guest's address space, read and executed there but not written:
///
/// ```
/// 0x0000  fnclex
///         emms
///         fild dword [0x58]
///         xrstor64 [0x1000]      with all bits of edx:eax
///         mov rdx, [0x48]
///         mov rax, [0x40]
///         jmp [0x50]
/// 0x0040  rax, rdx, rip          written by the host before each entry
/// 0x0058  0
/// 0x1000  the XSAVE image
/// ```
///
/// AMD's processors restore where the last x87 instruction and its operand were only if an
/// exception is pending; so an instruction of the stub is made the last one, as Linux does
/// (FXSAVE_LEAK).
///
/// A guest that takes them away or changes them only harms itself, until it is restored.
public final class RestoreStub {
  /// Bytes of address space.
  public static final int SIZE = 2 * GuestMemory.PAGE_SIZE;

  static final int AREA = GuestMemory.PAGE_SIZE;
  static final int AREA_SIZE = GuestMemory.PAGE_SIZE;
  static final int RAX = 0x40;
  static final int RDX = 0x48;
  static final int RIP = 0x50;
  static final int ZERO = 0x58;
  static final int CODE_SIZE = 38;

  /// Where it lies.
  ///
  /// @param gva guest virtual address of the first page
  /// @param gpa guest physical address of the first page
  public record Place(long gva, long gpa) {}

  private RestoreStub() {}

  /// What the two pages hold, for a processor in some state.
  public static byte[] bytes(CpuState state) {
    ByteBuffer code = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    code.put(new byte[] {(byte) 0xdb, (byte) 0xe2, 0x0f, 0x77}); // fnclex, emms
    code.put(new byte[] {(byte) 0xdb, 0x05}).putInt(ZERO - 10); // fild dword [rip + x]
    code.put(new byte[] {0x48, 0x0f, (byte) 0xae, 0x2d}).putInt(AREA - 18); // xrstor64 [rip + x]
    code.put(new byte[] {0x48, (byte) 0x8b, 0x15}).putInt(RDX - 25); // mov rdx, [rip + x]
    code.put(new byte[] {0x48, (byte) 0x8b, 0x05}).putInt(RAX - 32); // mov rax, [rip + x]
    code.put(new byte[] {(byte) 0xff, 0x25}).putInt(RIP - CODE_SIZE); // jmp [rip + x]
    code.position(AREA).put(state.extended());
    return code.array();
  }

  /// Whether it lies there for a processor in some state.
  public static boolean isAt(Place place, GuestMemory memory, CpuState state) {
    byte[] there = new byte[SIZE];
    memory.read(place.gpa(), there, 0, SIZE);
    Arrays.fill(there, RAX, ZERO, (byte) 0);
    return Arrays.equals(there, bytes(state));
  }
}
