package dev.mote.linux;

/// What a guest may use.
///
/// @param memoryBytes of its own memory
/// @param streamBytes that it may write to each of standard output and standard error
/// @param fileBytes that it may keep in files of its own
/// @param files how many files and directories it may make
/// @param openFiles how many descriptors it may have
public record GuestLimits(
    long memoryBytes, long streamBytes, long fileBytes, int files, int openFiles) {}
