package dev.mote.linux;

/// What a guest may use.
///
/// @param memoryBytes of its own memory
/// @param files what its files may use of the host
/// @param messageBytes of one message to or from the host; 0 for a guest that is not spoken with
public record GuestLimits(long memoryBytes, FileLimits files, int messageBytes) {}
