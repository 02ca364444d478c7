package dev.mote.functions;

import dev.mote.CallTimes;

/// What is told of one invocation beside its answer: which version served it, and where its time
/// went: it waits for its turn and for a machine, the guest is put to its snapshot, the function
/// runs. May be read while it runs.
///
/// It belongs to the thread of the request.
public final class InvocationReport {
  private final long begun = System.nanoTime();
  private final CallTimes call = new CallTimes();
  private long entered;
  private long version;
  private long ended;

  /// Of a request that has just come.
  public InvocationReport() {}

  /// It has its turn, and takes a machine next.
  void enter(long servedBy) {
    version = servedBy;
    entered = System.nanoTime();
  }

  void end() {
    ended = System.nanoTime();
  }

  /// To be filled in by the call that it comes to.
  CallTimes call() {
    return call;
  }

  /// The number of the version that serves it; 0 if none has begun to.
  public long version() {
    return version;
  }

  /// Whether it had its turn, and was not refused.
  public boolean hasRun() {
    return entered != 0;
  }

  /// Nanoseconds, until now if it has not ended.
  public long totalNanos() {
    return (ended != 0 ? ended : System.nanoTime()) - begun;
  }

  /// Nanoseconds of waiting for its turn and for a machine; all, if it was refused.
  public long queueNanos() {
    return hasRun() ? entered - begun + call.waitedNanos() : totalNanos();
  }

  /// Nanoseconds that the restore took; 0 for a program that is started for each request.
  public long restoreNanos() {
    return call.restoredNanos();
  }

  /// Nanoseconds of the function itself, until now if it has not ended.
  public long runNanos() {
    return totalNanos() - queueNanos() - restoreNanos();
  }
}
