package dev.mote.linux;

import static dev.mote.linux.Mapping.PROT_EXEC;
import static dev.mote.linux.Mapping.PROT_READ;
import static dev.mote.linux.Mapping.PROT_WRITE;

import dev.mote.machine.Frames;
import dev.mote.machine.GuestMemory;
import dev.mote.machine.HostRandom;
import dev.mote.machine.PageTables;
import dev.mote.machine.Registers;
import dev.mote.machine.VirtualMachine;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Puts a program, and the dynamic loader that it asks for, into an address space, and the
/// registers to where they start.
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
  /// @param entry address of the program's own first instruction
  /// @param breakStart where the heap begins
  /// @param stack where the strings are
  record Loaded(long entry, long breakStart, InitialStack.Places stack) {
    RunningProgram running(String executable, @Nullable Entry file) {
      return new RunningProgram(
          executable,
          file,
          breakStart,
          stack.arguments(),
          stack.environment(),
          stack.environment(),
          stack.environmentEnd(),
          stack.room());
    }
  }

  /// Fails if two files and the strings on the stack cannot be loaded together.
  ///
  /// @throws ElfException TOO_LARGE if the memory limit or the stack is too small for them,
  ///   BAD_INTERPRETER if they want the same addresses
  void check(Loadable program, @Nullable Loadable interpreter) {
    long needed = program.memorySize() + (interpreter == null ? 0 : interpreter.memorySize());
    long limit = frames.limit() * PAGE;
    if (needed > limit) {
      throw new ElfException(
          ElfException.Reason.TOO_LARGE,
          "needs " + needed + " bytes of memory to start, and its limit is " + limit);
    }
    if (interpreter != null && interpreter.image().type() == ElfImage.Type.FIXED) {
      long bias = bias(program.image());
      ElfImage loader = interpreter.image();
      if (loader.lowestPage() < pageEnd(bias + program.image().end())
          && bias + program.image().lowestPage() < loader.end()) {
        throw new ElfException(
            ElfException.Reason.BAD_INTERPRETER, "lies where its dynamic loader must lie");
      }
    }
  }

  /// Loads a program that [#check] has let pass into an address space that is empty.
  ///
  /// @param interpreter its dynamic loader, which then starts it; null for a static program
  /// @param reserves whether the stack has room for another environment
  /// @throws ErrnoException ENOMEM if the memory limit is reached
  Loaded load(
      Loadable program,
      @Nullable Loadable interpreter,
      ProcessArguments arguments,
      Credentials credentials,
      boolean reserves) {
    ElfImage image = program.image();
    long bias = bias(image);
    map(program, bias);
    int stackRights = PROT_READ | PROT_WRITE | (image.executableStack() ? PROT_EXEC : 0);
    space.map(Mapping.zeros(STACK_TOP - STACK_SIZE, STACK_TOP, stackRights, "[stack]"));
    mapVdso();
    long base = 0;
    long start = bias + image.entry();
    if (interpreter != null) {
      base = freeBias(interpreter.image());
      map(interpreter, base);
      start = base + interpreter.image().entry();
    }
    byte[] random = new byte[EnvironmentRoom.RANDOM_BYTES];
    HostRandom.fill(random);
    var stack = new InitialStack(image, bias, base, arguments, random, credentials, vm, reserves);
    InitialStack.Places places = stack.write(memory, STACK_TOP);
    start(start, places.stackPointer());
    return new Loaded(bias + image.entry(), pageEnd(bias + image.end()), places);
  }

  private static long bias(ElfImage image) {
    return image.type() == ElfImage.Type.FIXED ? 0 : bias(image, LOAD_BASE);
  }

  /// What puts the image at an address, or above it as far as its alignment wants.
  private static long bias(ElfImage image, long from) {
    long alignment = image.alignment();
    return ((from + alignment - 1) & -alignment) - (image.lowestPage() & -alignment);
  }

  /// The same for a place that is free.
  private long freeBias(ElfImage image) {
    if (image.type() == ElfImage.Type.FIXED) {
      return 0;
    }
    long alignment = image.alignment();
    long length = pageEnd(image.end()) - (image.lowestPage() & -alignment);
    return bias(image, space.findFree(length + alignment - PAGE));
  }

  private static long pageEnd(long address) {
    return (address + PAGE - 1) & -PAGE;
  }

  private void map(Loadable file, long bias) {
    for (LoadSegment segment : file.image().segments()) {
      map(file, segment, bias);
    }
  }

  private void map(Loadable file, LoadSegment segment, long bias) {
    long start = (bias + segment.address()) & -PAGE;
    int rights =
        (segment.readable() ? PROT_READ : 0)
            | (segment.writable() ? PROT_WRITE : 0)
            | (segment.executable() ? PROT_EXEC : 0);
    long zerosFrom = start;
    if (segment.fileSize() > 0) {
      long fileEnd = bias + segment.address() + segment.fileSize();
      zerosFrom = pageEnd(fileEnd);
      long offset = segment.fileOffset() & -PAGE;
      space.map(new Mapping(start, zerosFrom, rights, false, file.pages(), offset, file.name()));
      // Behind a file part that is followed by zeros the rest of its page is cleared; otherwise it
      // shows the file.
      if (segment.memorySize() > segment.fileSize() && fileEnd < zerosFrom) {
        clear(fileEnd, zerosFrom);
      }
    }
    long zerosTo = pageEnd(bias + segment.end());
    if (zerosTo > zerosFrom) {
      space.map(Mapping.zeros(zerosFrom, zerosTo, rights, ""));
    }
  }

  /// Clears a part of one page, whatever rights the program has there.
  private void clear(long from, long to) {
    if (space.touch(from, PageTables.READ) == AddressSpace.Touch.BOUND) {
      byte[] zeros = new byte[(int) (to - from)];
      vm.memory().write(space.tables().gpaToWrite(from), zeros, 0, zeros.length);
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

  /// The pages of a program of the host's.
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
