package dev.mote;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What killed a program, and where it was.
///
/// @param signal the signal's number on Linux, from 1 to 64
/// @param signalName such as `SIGSEGV`
/// @param cause what happened, for people
/// @param address the address that could not be accessed or executed; 0 if the signal is not about
///   one
/// @param registers the general registers at that moment, by their names in lower case
/// @param frames the functions that were running, innermost first; the callers are known only of
///   programs that keep frame pointers
public record FaultReport(
    int signal,
    String signalName,
    String cause,
    long address,
    Map<String, Long> registers,
    List<Frame> frames) {
  /// A function that was running.
  ///
  /// @param address of the instruction
  /// @param symbol the function's name as the linker knows it; empty if the program has no symbols
  /// @param offset of the instruction from the function's beginning, in bytes
  public record Frame(long address, String symbol, long offset) {
    @Override
    public String toString() {
      String place = "0x" + Long.toHexString(address);
      return symbol.isEmpty() ? place : place + " " + symbol + "+0x" + Long.toHexString(offset);
    }
  }

  public FaultReport {
    registers = Map.copyOf(registers);
    frames = List.copyOf(frames);
  }

  /// One line for people.
  @Override
  public String toString() {
    String where =
        frames.isEmpty()
            ? ""
            : " at " + frames.stream().map(Frame::toString).collect(Collectors.joining(" < "));
    return signalName + " (" + cause + ")" + where;
  }
}
