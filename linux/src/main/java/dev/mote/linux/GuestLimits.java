package dev.mote.linux;

/// What a guest may use.
///
/// @param memoryBytes of its own memory
/// @param files what its files may use of the host
public record GuestLimits(long memoryBytes, FileLimits files) {}
