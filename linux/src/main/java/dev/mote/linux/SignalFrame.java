package dev.mote.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.mote.machine.Fault;
import dev.mote.machine.Registers;
import dev.mote.machine.VirtualMachine;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// What Linux puts on a thread's stack before it calls a signal handler, and takes back at
/// rt_sigreturn.
///
/// ```
/// struct rt_sigframe (arch/x86/include/asm/sigframe.h), at a multiple of 16, less 8:
///    0  pretcode       the handler returns there: SA_RESTORER
///    8  uc_flags
///   16  uc_link
///   24  uc_stack       ss_sp, ss_flags, ss_size
///   48  uc_mcontext    struct sigcontext:
///         0 r8 … r15, 64 rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, 136 eflags, 144 cs, gs, fs, ss,
///       152 err, 160 trapno, 168 oldmask, 176 cr2, 184 fpstate
///  304  uc_sigmask
///  312  siginfo        128 bytes
/// ```
///
/// Above it, at a multiple of 64, lies the XSAVE image in its standard form, marked in the bytes
/// that XSAVE leaves to software (from 464: magic1, size with magic2, components, size) and by
/// magic2 at its end.
final class SignalFrame {
  private static final int UC_FLAGS = 8;
  private static final int UC_STACK = 24;
  private static final int MCONTEXT = 48;
  private static final int SIGMASK = 304;
  private static final int SIGINFO = 312;
  private static final int SIZE = 440;

  private static final int MC_EFLAGS = MCONTEXT + 136;
  private static final int MC_CS = MCONTEXT + 144;
  private static final int MC_SS = MCONTEXT + 150;
  private static final int MC_ERR = MCONTEXT + 152;
  private static final int MC_TRAPNO = MCONTEXT + 160;
  private static final int MC_OLDMASK = MCONTEXT + 168;
  private static final int MC_CR2 = MCONTEXT + 176;
  private static final int MC_FPSTATE = MCONTEXT + 184;

  private static final long UC_FP_XSTATE = 1;
  private static final long UC_SIGCONTEXT_SS = 2;
  private static final long UC_STRICT_RESTORE_SS = 4;

  private static final int USER_CS = 0x33;
  private static final int USER_SS = 0x2b;

  private static final int RED_ZONE = 128;
  private static final int SW_RESERVED = 464;
  private static final int FP_XSTATE_MAGIC1 = 0x46505853;
  private static final int FP_XSTATE_MAGIC2 = 0x46505845;
  private static final int XSAVE_LEGACY = 512;
  private static final int XSAVE_HEADER = 512;
  private static final int XSAVE_ALIGNMENT = 64;
  private static final int FXSAVE_ALIGNMENT = 16;
  private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[56]);
  private static final int MXCSR = 24;
  private static final int MXCSR_MASK = 28;

  private final VirtualMachine vm;
  private final UserMemory memory;
  private final byte[] xsave;
  private int lastTrap;
  private long lastError;
  private long lastCr2;

  SignalFrame(VirtualMachine vm, UserMemory memory) {
    this.vm = vm;
    this.memory = memory;
    xsave = new byte[vm.vcpu().xsaveSize()];
  }

  /// The least size of a signal stack (AT_MINSIGSTKSZ): a frame with all alignment.
  static long minimumStack(VirtualMachine vm) {
    return SIZE + 4L + 64 + 16 + vm.vcpu().xsaveSize();
  }

  /// Remembers what the processor said of a fault, for the next frame.
  void fault(int trap, long error, long cr2) {
    lastTrap = trap;
    lastError = error;
    if (trap == Fault.PAGE_FAULT) {
      lastCr2 = cr2; // other faults leave what the last page fault said
    }
  }

  /// Pushes a frame and points the registers at the handler.
  ///
  /// @throws ErrnoException EFAULT if the stack cannot be written
  void push(Task task, SignalInfo info, SignalActions.Action action) {
    Registers registers = vm.registers();
    long rsp = registers.rsp();
    long sp = rsp - RED_ZONE;
    boolean switches =
        action.has(SignalActions.SA_ONSTACK)
            && (task.alternateStackFlags & Task.SS_DISABLE) == 0
            && !task.isOnAlternateStack(rsp);
    if (switches) {
      sp = task.alternateStack + task.alternateStackSize;
    }
    boolean onAlternate = switches || task.isOnAlternateStack(rsp);
    long fpstate = sp - (xsave.length + 4) & -64;
    long frame = (fpstate - SIZE & -16) - 8;
    if (onAlternate && frame < task.alternateStack) {
      throw Errno.EFAULT.exception(); // it overflows
    }
    writeXsave(fpstate);
    writeFrame(task, info, action, frame, fpstate);
    if (switches && (task.alternateStackFlags & Task.SS_AUTODISARM) != 0) {
      task.alternateStackFlags = Task.SS_DISABLE;
    }
    registers.rdi(info.signal());
    registers.rsi(frame + SIGINFO);
    registers.rdx(frame + UC_FLAGS);
    registers.rax(0);
    registers.rsp(frame);
    registers.rip(action.handler());
    registers.rflags(registers.rflags() & ~0x1_0500L); // DF, TF and RF are clear in a handler
  }

  private void writeXsave(long fpstate) {
    var image = MemorySegment.ofArray(xsave);
    vm.vcpu().readXsave(image);
    // The legacy components are always in a frame.
    image.set(JAVA_LONG_UNALIGNED, XSAVE_HEADER, image.get(JAVA_LONG_UNALIGNED, XSAVE_HEADER) | 3);
    image.asSlice(SW_RESERVED, 48).fill((byte) 0);
    image.set(JAVA_INT_UNALIGNED, SW_RESERVED, FP_XSTATE_MAGIC1);
    image.set(JAVA_INT_UNALIGNED, SW_RESERVED + 4, xsave.length + 4);
    image.set(JAVA_LONG_UNALIGNED, SW_RESERVED + 8, vm.vcpu().xcr0());
    image.set(JAVA_INT_UNALIGNED, SW_RESERVED + 16, xsave.length);
    memory.write(fpstate, xsave, 0, xsave.length);
    memory.setInt(fpstate + xsave.length, FP_XSTATE_MAGIC2);
  }

  private void writeFrame(
      Task task, SignalInfo info, SignalActions.Action action, long frame, long fpstate) {
    Registers r = vm.registers();
    var bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(0, action.restorer());
    bytes.putLong(UC_FLAGS, UC_FP_XSTATE | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS);
    bytes.putLong(UC_STACK, task.alternateStack);
    bytes.putInt(UC_STACK + 8, stackFlags(task, r.rsp()));
    bytes.putLong(UC_STACK + 16, task.alternateStackSize);
    bytes.position(MCONTEXT);
    bytes.putLong(r.r8()).putLong(r.r9()).putLong(r.r10()).putLong(r.r11());
    bytes.putLong(r.r12()).putLong(r.r13()).putLong(r.r14()).putLong(r.r15());
    bytes.putLong(r.rdi()).putLong(r.rsi()).putLong(r.rbp()).putLong(r.rbx());
    bytes.putLong(r.rdx()).putLong(r.rax()).putLong(r.rcx()).putLong(r.rsp());
    bytes.putLong(r.rip());
    bytes.putLong(MC_EFLAGS, r.rflags());
    bytes.putShort(MC_CS, (short) USER_CS);
    bytes.putShort(MC_SS, (short) USER_SS);
    bytes.putLong(MC_ERR, lastError);
    bytes.putLong(MC_TRAPNO, lastTrap);
    bytes.putLong(MC_OLDMASK, task.maskToSave());
    bytes.putLong(MC_CR2, lastCr2);
    bytes.putLong(MC_FPSTATE, fpstate);
    bytes.putLong(SIGMASK, task.maskToSave());
    bytes.put(SIGINFO, info.toBytes());
    memory.write(frame, bytes.array(), 0, SIZE);
  }

  static int stackFlags(Task task, long rsp) {
    if ((task.alternateStackFlags & Task.SS_DISABLE) != 0) {
      return Task.SS_DISABLE;
    }
    int flags = task.alternateStackFlags & Task.SS_AUTODISARM;
    return task.isOnAlternateStack(rsp) ? flags | Task.SS_ONSTACK : flags;
  }

  /// Takes a frame back: everything is as it was, or as the handler has changed it.
  ///
  /// @throws ErrnoException EFAULT if the frame cannot be read or holds a state that the processor
  ///   refuses
  void pop(Task task) {
    Registers r = vm.registers();
    long frame = r.rsp() - 8; // the handler's return took pretcode off
    byte[] raw = new byte[SIGINFO];
    memory.read(frame, raw, 0, SIGINFO);
    var bytes = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.getShort(MC_CS) != USER_CS) {
      throw Errno.EFAULT.exception(); // there is no other code segment
    }
    restoreXsave(bytes.getLong(MC_FPSTATE));
    task.blockedSignals = bytes.getLong(SIGMASK) & ~Signals.UNBLOCKABLE;
    bytes.position(MCONTEXT);
    r.r8(bytes.getLong());
    r.r9(bytes.getLong());
    r.r10(bytes.getLong());
    r.r11(bytes.getLong());
    r.r12(bytes.getLong());
    r.r13(bytes.getLong());
    r.r14(bytes.getLong());
    r.r15(bytes.getLong());
    r.rdi(bytes.getLong());
    r.rsi(bytes.getLong());
    r.rbp(bytes.getLong());
    r.rbx(bytes.getLong());
    r.rdx(bytes.getLong());
    r.rax(bytes.getLong());
    r.rcx(bytes.getLong());
    r.rsp(bytes.getLong());
    r.rip(bytes.getLong());
    r.rflags(bytes.getLong());
    restoreAlternateStack(task, bytes);
  }

  private static void restoreAlternateStack(Task task, ByteBuffer bytes) {
    int flags = bytes.getInt(UC_STACK + 8);
    task.alternateStack = bytes.getLong(UC_STACK);
    task.alternateStackSize = bytes.getLong(UC_STACK + 16);
    task.alternateStackFlags =
        (flags & Task.SS_DISABLE) != 0 ? Task.SS_DISABLE : flags & Task.SS_AUTODISARM;
  }

  private void restoreXsave(long fpstate) {
    byte[] image = new byte[xsave.length];
    var segment = MemorySegment.ofArray(image);
    if (fpstate == 0) {
      segment.set(JAVA_INT_UNALIGNED, 0, 0x37f); // the x87 control word after FNINIT
      segment.set(JAVA_INT_UNALIGNED, MXCSR, 0x1f80);
    } else {
      memory.read(fpstate, image, 0, XSAVE_LEGACY);
      if (isMarked(segment, fpstate)) {
        memory.read(fpstate, image, 0, image.length);
        requireRestorable(segment, fpstate);
      } else {
        requireAligned(fpstate, FXSAVE_ALIGNMENT);
        segment.set(JAVA_LONG_UNALIGNED, XSAVE_HEADER, 3);
      }
      segment.asSlice(SW_RESERVED, 48).fill((byte) 0);
    }
    segment.set(JAVA_INT_UNALIGNED, MXCSR_MASK, 0);
    if (!vm.vcpu().writeXsave(segment)) {
      throw Errno.EFAULT.exception();
    }
  }

  /// What makes XRSTOR raise a general protection fault.
  private void requireRestorable(MemorySegment image, long fpstate) {
    requireAligned(fpstate, XSAVE_ALIGNMENT);
    long components = image.get(JAVA_LONG_UNALIGNED, XSAVE_HEADER);
    var reserved = image.asSlice(XSAVE_HEADER + 8, 56);
    if ((components & ~vm.vcpu().xcr0()) != 0 || reserved.mismatch(NOTHING) >= 0) {
      throw Errno.EFAULT.exception();
    }
  }

  private static void requireAligned(long fpstate, int alignment) {
    if ((fpstate & (alignment - 1)) != 0) {
      throw Errno.EFAULT.exception();
    }
  }

  private boolean isMarked(MemorySegment image, long fpstate) {
    return image.get(JAVA_INT_UNALIGNED, SW_RESERVED) == FP_XSTATE_MAGIC1
        && image.get(JAVA_INT_UNALIGNED, SW_RESERVED + 16) == xsave.length
        && memory.getInt(fpstate + xsave.length) == FP_XSTATE_MAGIC2;
  }

  /// The exceptions that the floating point units report and do not mask (fpu__exception_code).
  int floatingPointExceptions(boolean sse) {
    var image = MemorySegment.ofArray(xsave);
    vm.vcpu().readXsave(image);
    if (sse) {
      int mxcsr = image.get(JAVA_INT_UNALIGNED, MXCSR);
      return mxcsr & ~(mxcsr >>> 7) & 0x3f;
    }
    int control = image.get(JAVA_BYTE, 0);
    int status = image.get(JAVA_BYTE, 2);
    return status & ~control & 0x3f;
  }
}
