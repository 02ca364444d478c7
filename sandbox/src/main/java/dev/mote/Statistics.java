package dev.mote;

import java.util.Map;

/// What a program has done, in numbers.
///
/// @param exits how often it left its virtual processor
/// @param switches how often another of its threads got the processor
/// @param systemCalls how often each system call was made, by name
/// @param refusedCalls how often each system call that is not implemented was made, by name; each
///   gave ENOSYS
/// @param peakMemory the most memory that was bound to it at one time
public record Statistics(
    long exits,
    long switches,
    Map<String, Long> systemCalls,
    Map<String, Long> refusedCalls,
    MemorySize peakMemory) {
  public Statistics {
    systemCalls = Map.copyOf(systemCalls);
    refusedCalls = Map.copyOf(refusedCalls);
  }

  /// A table for people.
  @Override
  public String toString() {
    var text = new StringBuilder();
    text.append("exits ").append(exits);
    text.append(", thread switches ").append(switches);
    text.append(", peak memory ").append(peakMemory).append('\n');
    systemCalls.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .forEach(call -> {
          text.append(String.format("%10d  %s", call.getValue(), call.getKey()));
          Long refused = refusedCalls.get(call.getKey());
          text.append(refused == null ? "" : "  (not implemented: ENOSYS)").append('\n');
        });
    return text.toString().stripTrailing();
  }
}
