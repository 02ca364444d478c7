package dev.mote.linux;

import static dev.mote.linux.Mapping.PROT_EXEC;
import static dev.mote.linux.Mapping.PROT_READ;
import static dev.mote.linux.Mapping.PROT_WRITE;

import dev.mote.machine.Frames;
import dev.mote.machine.GuestMemory;
import dev.mote.machine.HostRandom;
import dev.mote.machine.Registers;
import dev.mote.machine.VirtualMachine;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/// Puts a program into an address space and the registers to where it starts: what execve does.
final class Loader {
  /// Where a program without fixed addresses goes, as on Linux without randomization.
  private static final long LOAD_BASE = 0x5555_5555_0000L;

  private static final long STACK_TOP = ElfImage.ADDRESS_END;

  /// The stack's size, and what RLIMIT_STACK says: Linux's default. It costs nothing until it is
  /// touched.
  static final long STACK_SIZE = 8L << 20;

  private static final long PAGE = AddressSpace.PAGE;

  private final VirtualMachine vm;
  private final Frames frames;
  private final AddressSpace space;
  private final UserMemory memory;

  Loader(VirtualMachine vm, Frames frames, AddressSpace space, UserMemory memory) {
    this.vm = vm;
    this.frames = frames;
    this.space = space;
    this.memory = memory;
  }

  /// What was loaded, for whoever must know it later.
  ///
  /// @param bias what was added to the program's own addresses
  /// @param breakStart where the heap begins
  /// @param stackPointer at entry: the arguments begin there
  record Loaded(long bias, long breakStart, long stackPointer) {}

  /// Loads a program.
  ///
  /// @param file the bytes that the image was parsed from
  /// @throws ElfException TOO_LARGE if the memory limit is reached
  Loaded load(ElfImage image, MemorySegment file, ProcessArguments arguments) {
    long needed = image.segments().stream().mapToLong(LoadSegment::memorySize).sum();
    long limit = frames.limit() * PAGE;
    if (needed > limit) {
      throw new ElfException(
          ElfException.Reason.TOO_LARGE,
          "needs " + needed + " bytes of memory to start, and its limit is " + limit);
    }
    try {
      if (arguments.size() > ProcessArguments.MAX_BYTES) {
        throw new ElfException(
            ElfException.Reason.TOO_LARGE,
            "its arguments and environment are larger than "
                + ProcessArguments.MAX_BYTES
                + " bytes");
      }
      long bias = bias(image);
      for (LoadSegment segment : image.segments()) {
        map(segment, bias, file, arguments.executablePath());
      }
      int stackRights = PROT_READ | PROT_WRITE | (image.executableStack() ? PROT_EXEC : 0);
      space.map(Mapping.zeros(STACK_TOP - STACK_SIZE, STACK_TOP, stackRights, "[stack]"));
      mapVdso();
      byte[] random = new byte[16];
      HostRandom.fill(random);
      var stack = new InitialStack(image, bias, arguments, random, vm);
      long stackPointer = stack.write(memory, STACK_TOP);
      start(bias + image.entry(), stackPointer);
      return new Loaded(bias, (bias + image.end() + PAGE - 1) & -PAGE, stackPointer);
    } catch (ErrnoException e) {
      throw new ElfException(
          ElfException.Reason.TOO_LARGE, "needs more memory to start than the memory limit");
    }
  }

  private static long bias(ElfImage image) {
    if (image.type() == ElfImage.Type.FIXED) {
      return 0;
    }
    long alignment = image.alignment();
    return ((LOAD_BASE + alignment - 1) & -alignment) - (image.lowestPage() & -alignment);
  }

  private void map(LoadSegment segment, long bias, MemorySegment file, byte[] path) {
    long start = (bias + segment.address()) & -PAGE;
    long fileEnd = bias + segment.address() + segment.fileSize();
    long end = bias + segment.end();
    int rights =
        (segment.readable() ? PROT_READ : 0)
            | (segment.writable() ? PROT_WRITE : 0)
            | (segment.executable() ? PROT_EXEC : 0);
    String name = new String(path, StandardCharsets.ISO_8859_1);
    long zerosFrom = start;
    if (segment.fileSize() > 0) {
      // Behind a file part that is followed by zeros the rest of its page is cleared; otherwise it
      // shows the file.
      boolean zerosFollow = segment.memorySize() > segment.fileSize();
      long limit = zerosFollow ? segment.fileOffset() + segment.fileSize() : file.byteSize();
      zerosFrom = (fileEnd + PAGE - 1) & -PAGE;
      long offset = segment.fileOffset() & -PAGE;
      var source = new FilePages(file, limit);
      space.map(new Mapping(start, zerosFrom, rights, false, source, offset, name));
    }
    long zerosTo = (end + PAGE - 1) & -PAGE;
    if (zerosTo > zerosFrom) {
      space.map(Mapping.zeros(zerosFrom, zerosTo, rights, ""));
    }
  }

  private void mapVdso() {
    long data = Vdso.DATA_ADDRESS;
    long code = Vdso.ADDRESS;
    int execute = PROT_READ | PROT_EXEC;
    space.map(new Mapping(data, code, PROT_READ, false, Vdso.DATA_PAGE, 0, "[vvar]"));
    space.map(new Mapping(code, code + PAGE, execute, false, Vdso.CODE_PAGE, 0, "[vdso]"));
  }

  /// The registers at entry: all zero but the stack (RDX above all, which glibc takes for a
  /// function to call at exit).
  private void start(long entry, long stackPointer) {
    Registers r = vm.registers();
    r.rax(0);
    r.rbx(0);
    r.rcx(0);
    r.rdx(0);
    r.rsi(0);
    r.rdi(0);
    r.rbp(0);
    r.r8(0);
    r.r9(0);
    r.r10(0);
    r.r11(0);
    r.r12(0);
    r.r13(0);
    r.r14(0);
    r.r15(0);
    r.rflags(0x202);
    r.rip(entry);
    r.rsp(stackPointer);
  }

  /// The pages of the program's own file.
  ///
  /// @param size bytes of the file that show
  record FilePages(MemorySegment file, long size) implements PageSource {
    @Override
    public void copy(long position, GuestMemory memory, long gpa, int length) {
      long count = Math.min(length, size - position);
      if (count > 0) {
        memory.write(gpa, file, position, count);
      }
    }
  }
}
