package dev.mote.linux;

import java.util.function.LongSupplier;

/// What `/proc` and `/sys` tell of the machine: one processor and the sandbox's own memory. Nothing
/// of the host is in it.
///
/// @param hostName as `uname` has it
/// @param release of the kernel, as `uname` has it
/// @param version of the kernel, as `uname` has it
/// @param memoryBytes the memory limit
/// @param memoryUsed bytes that are bound now
/// @param cpuModel a name for the processor
record GuestFacts(
    String hostName,
    String release,
    String version,
    long memoryBytes,
    LongSupplier memoryUsed,
    String cpuModel) {}
