package dev.mote;

import dev.mote.linux.Guest;
import dev.mote.linux.GuestEnding;
import dev.mote.linux.GuestFailure;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/// One program in a virtual machine of its own, without a guest kernel.
///
/// The program can reach nothing of the host but the streams of its run and the files that were
/// mounted. A sandbox runs its program once.
///
/// ```java
/// try (var sandbox = Sandbox.builder(Program.of(Path.of("/bin/busybox"), "echo", "hello")).build()) {
///   var streams = Streams.capture();
///   switch (sandbox.run(streams)) {
///     case Ending.Exited(int status) -> System.out.println(status + ": " + streams.outputText());
///     case Ending other -> System.out.println(other);
///   }
/// }
/// ```
///
/// [#close()] may be called by any thread at any time, and stops a program that runs. Everything
/// else belongs to one thread at a time. A run on a platform thread runs the guest on that thread;
/// on a virtual thread it is handed to a platform thread. Interrupting the thread that called
/// [#run] stops the program.
public final class Sandbox implements AutoCloseable {
  private final Guest guest;
  private final Limits limits;
  private final AtomicBoolean started = new AtomicBoolean();

  Sandbox(Guest guest, Limits limits) {
    this.guest = guest;
    this.limits = limits;
  }

  /// Begins to describe a sandbox.
  public static SandboxBuilder builder(Program program) {
    return new SandboxBuilder(program);
  }

  /// Runs the program until it ends or is ended.
  ///
  /// @return how it ended
  /// @throws IllegalStateException if it has run already, or the sandbox is closed
  /// @throws HostException if the host failed; the sandbox is then closed only by [#close()]
  public Ending run(Streams streams) {
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException("a sandbox runs its program once; build another one");
    }
    try {
      GuestEnding ending =
          VcpuThreads.run(
              () -> guest.run(streams.standard(), limits.wallNanos(), limits.cpuNanos()));
      return limits.ending(ending);
    } catch (GuestFailure e) {
      throw new HostException(e.text(), e.fix(), e);
    }
  }

  /// What the program has done so far.
  public Statistics statistics() {
    Map<String, Long> made = new LinkedHashMap<>();
    Map<String, Long> refused = new LinkedHashMap<>();
    guest.forEachSystemCall((name, times, refusals) -> {
      made.put(name, times);
      if (refusals > 0) {
        refused.put(name, refusals);
      }
    });
    return new Statistics(
        guest.exits(), made, refused, MemorySize.ofBytes(guest.peakMemoryBytes()));
  }

  /// Stops the program if it runs, waits until it has stopped, and frees the virtual machine. Twice
  /// is harmless.
  @Override
  public void close() {
    guest.close();
  }
}
