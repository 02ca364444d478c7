package dev.mote;

import java.time.Duration;

/// What the calls of one sandbox may use of the host.
///
/// @param messageBytes of one message in either direction
/// @param valueDepth how deeply values may be nested
/// @param nestedCalls how deeply calls may be nested: a call of the guest in a host function in a
///   call of the guest is 2
/// @param hostCalls of host functions, in one call of the guest
/// @param hostCallBytes that one host function may be given and return, in one call of the guest
/// @param hostTime that host functions may take, in one call of the guest
record CallLimits(
    int messageBytes,
    int valueDepth,
    int nestedCalls,
    int hostCalls,
    long hostCallBytes,
    Duration hostTime) {
  static CallLimits defaults() {
    return new CallLimits(16 << 20, 64, 16, 10_000, 64L << 20, Duration.ofSeconds(10));
  }

  CallLimits messageBytes(int bytes) {
    return new CallLimits(bytes, valueDepth, nestedCalls, hostCalls, hostCallBytes, hostTime);
  }

  CallLimits valueDepth(int levels) {
    return new CallLimits(messageBytes, levels, nestedCalls, hostCalls, hostCallBytes, hostTime);
  }

  CallLimits nestedCalls(int levels) {
    return new CallLimits(messageBytes, valueDepth, levels, hostCalls, hostCallBytes, hostTime);
  }

  CallLimits hostCalls(int calls) {
    return new CallLimits(messageBytes, valueDepth, nestedCalls, calls, hostCallBytes, hostTime);
  }

  CallLimits hostCallBytes(long bytes) {
    return new CallLimits(messageBytes, valueDepth, nestedCalls, hostCalls, bytes, hostTime);
  }

  CallLimits hostTime(Duration time) {
    return new CallLimits(messageBytes, valueDepth, nestedCalls, hostCalls, hostCallBytes, time);
  }
}
