package dev.mote.linux;

/// A thread of a guest that waits.
///
/// @param tid its number
/// @param name as the program has called it
/// @param call the name of the system call in which it waits
/// @param nanos until it goes on by itself; [Long#MAX_VALUE] for never
public record ThreadWait(int tid, String name, String call, long nanos) {}
