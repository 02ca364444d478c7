package dev.mote;

import dev.mote.linux.ThreadWait;
import java.time.Duration;
import java.util.Optional;

/// A thread of a program that waits.
///
/// @param id its number in the program, as `gettid` tells
/// @param name as the program has called it, at most 15 characters
/// @param call the system call in which it waits, such as `futex`
/// @param remaining until it goes on by itself; empty if it does not
public record WaitingThread(int id, String name, String call, Optional<Duration> remaining) {
  static WaitingThread of(ThreadWait wait) {
    Optional<Duration> remaining =
        wait.nanos() == Long.MAX_VALUE
            ? Optional.empty()
            : Optional.of(Duration.ofNanos(wait.nanos()));
    return new WaitingThread(wait.tid(), wait.name(), wait.call(), remaining);
  }
}
