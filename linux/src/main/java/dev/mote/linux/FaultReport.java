package dev.mote.linux;

import dev.mote.machine.GuestMemoryExhaustedException;
import dev.mote.machine.Registers;
import dev.mote.machine.VirtualMachine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Says where a program was when a signal killed it.
final class FaultReport {
  private static final int MAX_FRAMES = 64;

  private final VirtualMachine vm;
  private final UserMemory memory;
  private final AddressSpace space;

  FaultReport(VirtualMachine vm, UserMemory memory, AddressSpace space) {
    this.vm = vm;
    this.memory = memory;
    this.space = space;
  }

  GuestEnding.Killed killed(SignalInfo info) {
    long address = info.isFault() ? info.address() : 0;
    return new GuestEnding.Killed(
        info.signal(), SignalNames.of(info.signal()), info.cause(), address, registers(), frames());
  }

  private Map<String, Long> registers() {
    Registers r = vm.registers();
    var named = new LinkedHashMap<String, Long>();
    named.put("rax", r.rax());
    named.put("rbx", r.rbx());
    named.put("rcx", r.rcx());
    named.put("rdx", r.rdx());
    named.put("rsi", r.rsi());
    named.put("rdi", r.rdi());
    named.put("rbp", r.rbp());
    named.put("rsp", r.rsp());
    named.put("r8", r.r8());
    named.put("r9", r.r9());
    named.put("r10", r.r10());
    named.put("r11", r.r11());
    named.put("r12", r.r12());
    named.put("r13", r.r13());
    named.put("r14", r.r14());
    named.put("r15", r.r15());
    named.put("rip", r.rip());
    named.put("rflags", r.rflags());
    return named;
  }

  /// Follows the chain of frame pointers, as far as there is one: a program compiled without them
  /// shows its innermost function only.
  private List<GuestEnding.Frame> frames() {
    var symbols = new MappedSymbols(space);
    var frames = new ArrayList<GuestEnding.Frame>();
    Registers r = vm.registers();
    frames.add(frame(symbols, r.rip()));
    long pointer = r.rbp();
    try {
      while (frames.size() < MAX_FRAMES && pointer >= r.rsp() && (pointer & 7) == 0) {
        long returnAddress = memory.getLong(pointer + 8);
        long next = memory.getLong(pointer);
        var found = symbols.find(returnAddress - 1);
        if (found.isEmpty()) {
          break; // not a chain of frames, or none that would tell anything
        }
        frames.add(frame(symbols, returnAddress));
        if (next <= pointer) {
          break;
        }
        pointer = next;
      }
    } catch (ErrnoException | GuestMemoryExhaustedException _) {
      return frames; // the chain leaves the program's memory, or comes to where none is left
    }
    return frames;
  }

  private GuestEnding.Frame frame(MappedSymbols symbols, long address) {
    return symbols
        .find(address)
        .map(place -> new GuestEnding.Frame(address, place.name(), place.offset()))
        .orElseGet(() -> new GuestEnding.Frame(address, "", 0));
  }
}
