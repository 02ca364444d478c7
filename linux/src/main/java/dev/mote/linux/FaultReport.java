package dev.mote.linux;

import dev.mote.machine.Registers;
import dev.mote.machine.VirtualMachine;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Says where a program was when a signal killed it.
final class FaultReport {
  private static final int MAX_FRAMES = 64;

  private final VirtualMachine vm;
  private final UserMemory memory;
  private final MemorySegment file;
  private final long bias;

  /// @param bias what was added to the addresses of the file
  FaultReport(VirtualMachine vm, UserMemory memory, MemorySegment file, long bias) {
    this.vm = vm;
    this.memory = memory;
    this.file = file;
    this.bias = bias;
  }

  Ending.Killed killed(SignalInfo info) {
    long address = info.isFault() ? info.address() : 0;
    return new Ending.Killed(info.signal(), info.code(), address, registers(), frames());
  }

  private Ending.RegisterFile registers() {
    Registers r = vm.registers();
    return new Ending.RegisterFile(
        r.rax(),
        r.rbx(),
        r.rcx(),
        r.rdx(),
        r.rsi(),
        r.rdi(),
        r.rbp(),
        r.rsp(),
        r.r8(),
        r.r9(),
        r.r10(),
        r.r11(),
        r.r12(),
        r.r13(),
        r.r14(),
        r.r15(),
        r.rip(),
        r.rflags());
  }

  /// Follows the chain of frame pointers, as far as there is one: a program compiled without them
  /// shows its innermost function only.
  private List<Ending.Frame> frames() {
    var symbols = new Symbols(file);
    var frames = new ArrayList<Ending.Frame>();
    Registers r = vm.registers();
    frames.add(frame(symbols, r.rip()));
    long pointer = r.rbp();
    try {
      while (frames.size() < MAX_FRAMES && pointer >= r.rsp() && (pointer & 7) == 0) {
        long returnAddress = memory.getLong(pointer + 8);
        long next = memory.getLong(pointer);
        var found = symbols.find(returnAddress - 1 - bias);
        if (found.isEmpty()) {
          break; // not a chain of frames, or none that would tell anything
        }
        frames.add(frame(symbols, returnAddress));
        if (next <= pointer) {
          break;
        }
        pointer = next;
      }
    } catch (ErrnoException _) {
      return frames; // the chain leaves the program's memory
    }
    return frames;
  }

  private Ending.Frame frame(Symbols symbols, long address) {
    return symbols
        .find(address - bias)
        .map(place -> new Ending.Frame(address, place.name(), place.offset()))
        .orElseGet(() -> new Ending.Frame(address, "", 0));
  }
}
