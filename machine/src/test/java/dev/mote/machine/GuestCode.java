package dev.mote.machine;

import java.io.ByteArrayOutputStream;

/// Assembles guest code: one method for each instruction that the tests need, with its mnemonic and
/// its bytes. Instructions come in the order of the calls.
final class GuestCode {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  static GuestCode code() {
    return new GuestCode();
  }

  /// Any bytes.
  GuestCode raw(int... values) {
    for (int value : values) {
      bytes.write(value);
    }
    return this;
  }

  private GuestCode little(long value, int size) {
    for (int i = 0; i < size; i++) {
      bytes.write((int) (value >>> (8 * i)));
    }
    return this;
  }

  /// `syscall`
  GuestCode syscall() {
    return raw(0x0f, 0x05);
  }

  /// `out 0x7e, al`: the guest call.
  GuestCode guestCall() {
    return raw(0xe6, VirtualMachine.GUEST_CALL_PORT);
  }

  /// `ud2`
  GuestCode ud2() {
    return raw(0x0f, 0x0b);
  }

  /// `nop`
  GuestCode nop() {
    return raw(0x90);
  }

  /// `jmp $`: spins for ever.
  GuestCode spin() {
    return raw(0xeb, 0xfe);
  }

  /// `jmp rel8` to an offset of this code.
  GuestCode jumpTo(int offset) {
    return raw(0xeb, offset - (bytes.size() + 2));
  }

  /// `mov rax, imm64`
  GuestCode movRax(long value) {
    return raw(0x48, 0xb8).little(value, 8);
  }

  /// `mov rsp, imm64`
  GuestCode movRsp(long value) {
    return raw(0x48, 0xbc).little(value, 8);
  }

  /// `jmp rax`
  GuestCode jumpRax() {
    return raw(0xff, 0xe0);
  }

  /// `mov rax, [rbx]`
  GuestCode loadRax() {
    return raw(0x48, 0x8b, 0x03);
  }

  /// `mov [rbx], rax`
  GuestCode storeRax() {
    return raw(0x48, 0x89, 0x03);
  }

  /// `call rbx`
  GuestCode callRbx() {
    return raw(0xff, 0xd3);
  }

  /// `inc rbx`
  GuestCode incRbx() {
    return raw(0x48, 0xff, 0xc3);
  }

  /// `pushfq`
  GuestCode pushFlags() {
    return raw(0x9c);
  }

  /// `popfq`
  GuestCode popFlags() {
    return raw(0x9d);
  }

  /// `push rax`
  GuestCode pushRax() {
    return raw(0x50);
  }

  /// `pop rax`
  GuestCode popRax() {
    return raw(0x58);
  }

  /// `ret`
  GuestCode ret() {
    return raw(0xc3);
  }

  /// `cpuid`
  GuestCode cpuid() {
    return raw(0x0f, 0xa2);
  }

  /// `xgetbv`
  GuestCode xgetbv() {
    return raw(0x0f, 0x01, 0xd0);
  }

  /// How many bytes there are, which is the offset of the next instruction.
  int size() {
    return bytes.size();
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }
}
