package dev.mote.machine;

/// Numbers of the KVM interface, named as in `linux/kvm.h`; a test compares them with the system's
/// header.
final class KvmAbi {
  private static final int KVMIO = 0xAE;

  static final long KVM_GET_API_VERSION = io(0x00);
  static final long KVM_CREATE_VM = io(0x01);
  static final long KVM_CHECK_EXTENSION = io(0x03);
  static final long KVM_GET_VCPU_MMAP_SIZE = io(0x04);
  static final long KVM_GET_SUPPORTED_CPUID = iowr(0x05, 8);
  static final long KVM_CREATE_VCPU = io(0x41);
  static final long KVM_SET_NR_MMU_PAGES = io(0x44);
  static final long KVM_SET_USER_MEMORY_REGION = iow(0x46, 32);
  static final long KVM_RUN = io(0x80);
  static final long KVM_GET_SREGS = ior(0x83, 312);
  static final long KVM_SET_SREGS = iow(0x84, 312);
  static final long KVM_GET_MSRS = iowr(0x88, 8);
  static final long KVM_SET_MSRS = iow(0x89, 8);
  static final long KVM_SET_CPUID2 = iow(0x90, 8);
  static final long KVM_GET_CPUID2 = iowr(0x91, 8);
  static final long KVM_GET_TSC_KHZ = io(0xa3);
  static final long KVM_SET_VCPU_EVENTS = iow(0xa0, 64);
  static final long KVM_GET_XSAVE = ior(0xa4, 4096);
  static final long KVM_SET_XSAVE = iow(0xa5, 4096);
  static final long KVM_SET_XCRS = iow(0xa7, 392);

  static final int KVM_API_VERSION = 12;

  static final int KVM_CAP_USER_MEMORY = 3;
  static final int KVM_CAP_EXT_CPUID = 7;
  static final int KVM_CAP_XSAVE = 55;
  static final int KVM_CAP_XCRS = 56;
  static final int KVM_CAP_GET_TSC_KHZ = 61;
  static final int KVM_CAP_SYNC_REGS = 74;
  static final int KVM_CAP_IMMEDIATE_EXIT = 136;

  static final int KVM_EXIT_IO = 2;
  static final int KVM_EXIT_HLT = 5;
  static final int KVM_EXIT_MMIO = 6;
  static final int KVM_EXIT_SHUTDOWN = 8;
  static final int KVM_EXIT_FAIL_ENTRY = 9;
  static final int KVM_EXIT_INTR = 10;
  static final int KVM_EXIT_INTERNAL_ERROR = 17;

  static final int KVM_EXIT_IO_OUT = 1;

  /// Bits of `kvm_valid_regs` and `kvm_dirty_regs`.
  static final long KVM_SYNC_X86_REGS = 1;

  static final long KVM_SYNC_X86_SREGS = 2;

  private KvmAbi() {}

  private static long io(int number) {
    return encode(0, number, 0);
  }

  private static long iow(int number, int size) {
    return encode(1, number, size);
  }

  private static long ior(int number, int size) {
    return encode(2, number, size);
  }

  private static long iowr(int number, int size) {
    return encode(3, number, size);
  }

  /// `_IOC` of asm-generic/ioctl.h: direction in bits 30 and 31, size from bit 16, type from bit 8,
  /// number from bit 0.
  private static long encode(int direction, int number, int size) {
    return ((long) direction << 30) | ((long) size << 16) | (KVMIO << 8) | number;
  }
}
