package dev.mote;

import dev.mote.linux.Guest;
import dev.mote.linux.GuestEnding;
import dev.mote.linux.GuestFailure;
import dev.mote.linux.GuestImage;
import dev.mote.linux.StandardStreams;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One program in a virtual machine of its own, without a guest kernel.
///
/// The program can reach nothing of the host but its streams, the files that were mounted and the
/// host functions that it was given. A sandbox either runs its program once
/// ([SandboxBuilder#build], [#run]), or starts a program that offers functions, to be called as
/// often as one likes ([SandboxBuilder#start], [#call]).
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
/// [#close()] and [#cancel()] may be called by any thread at any time, and stop a program that
/// runs. Calls by several threads wait for each other. A call or run on a platform thread runs the
/// guest on that thread; on a virtual thread it is handed to a platform thread. Interrupting the
/// thread stops the program.
public final class Sandbox implements AutoCloseable {
  private volatile Guest guest;
  private final Limits limits;
  private final @Nullable Conversation conversation; // null: the program is to be run as a whole
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile @Nullable Snapshot toRestore; // before the program is run again
  private volatile boolean closed;

  /// Of the last restore, used again: a restore makes no object. The first one of a process costs
  /// the JVM a tenth of a second, so it is made when it is needed.
  private @Nullable RestoreEvent restored;

  Sandbox(Guest guest, Limits limits, @Nullable Conversation conversation) {
    this.guest = guest;
    this.limits = limits;
    this.conversation = conversation;
  }

  /// Begins to describe a sandbox.
  public static SandboxBuilder builder(Program program) {
    return new SandboxBuilder(program);
  }

  /// Begins to describe a sandbox that goes on where a snapshot was taken. What the snapshot has
  /// cannot be set again: memory, files, environment, mounts, processor.
  public static SandboxBuilder builder(Snapshot snapshot) {
    return new SandboxBuilder(snapshot);
  }

  /// Runs the program until it ends or is ended.
  ///
  /// @return how it ended
  /// @throws IllegalStateException if it has run already, or the sandbox is closed
  /// @throws HostException if the host failed; the sandbox is then closed only by [#close()]
  public Ending run(Streams streams) {
    return run(streams, Map.of());
  }

  /// The same with variables for this run, of a sandbox that was made from a snapshot or is put
  /// back to one. Which programs see them is said in [SnapshotPoint].
  ///
  /// @param environment names are not empty and without `=`, and nothing has a NUL in it
  /// @throws EnvironmentTooLargeException if there is not so much room: the program has not run
  /// @throws IllegalArgumentException if there can be no such variable
  /// @throws IllegalStateException if there are variables and no snapshot, or one that was taken
  ///   after the program had gone on from another one; and as [#run(Streams)]
  public Ending run(Streams streams, Map<String, String> environment) {
    environment.forEach(Variables::require);
    if (conversation != null) {
      throw new IllegalStateException(
          "this sandbox was made by start(): call its functions, or make one by build() to run it");
    }
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "a sandbox runs its program once; build another one, or restore it to a snapshot");
    }
    try {
      GuestEnding ending =
          VcpuThreads.run(
              guest, limits, () -> runGuest(streams.standard(), Variables.entries(environment)));
      return limits.ending(ending);
    } catch (GuestFailure e) {
      throw SandboxException.of(e, "");
    }
  }

  private GuestEnding runGuest(StandardStreams streams, List<String> environment) {
    Snapshot snapshot = toRestore;
    if (snapshot != null && !guest.restore(snapshot.image(), streams)) {
      replaceGuest(snapshot);
    }
    toRestore = null;
    return guest.run(streams, environment, limits.wallNanos(), limits.cpuNanos());
  }

  /// Runs the program until it waits for input or says that it is ready, and takes a snapshot.
  ///
  /// @param atEntry whether to take it at the program's entry, if that comes before
  Snapshot snapshotWhenReady(Streams streams, boolean atEntry) {
    try {
      GuestEnding ending =
          VcpuThreads.<Optional<GuestEnding>>run(
                  guest,
                  limits,
                  () ->
                      Optional.ofNullable(
                          guest.runUntilReady(
                              streams.standard(), atEntry, limits.wallNanos(), limits.cpuNanos())))
              .orElse(null);
      if (ending != null) {
        throw new ProgramException(
            ProgramException.Kind.NOT_READY,
            "the program ended before it %s (%s)%s"
                .formatted(
                    atEntry ? "came to its own code" : "waited for input",
                    limits.ending(ending),
                    SandboxBuilder.errorOutput(streams)));
      }
      return new Snapshot(guest.snapshot(), null, new byte[0]);
    } catch (GuestFailure e) {
      throw SandboxException.of(e, "");
    }
  }

  /// Takes a snapshot of a guest of functions, between two calls. The sandbox goes on as it is; its
  /// next [#restore] to this snapshot is a quick one.
  ///
  /// @throws IllegalStateException if a call is being made, the guest has ended, the sandbox is
  ///   closed or was not made by [SandboxBuilder#start], or the guest has something open that
  ///   cannot be part of a snapshot; the message says what
  /// @throws HostException if the host failed
  public Snapshot snapshot() {
    Conversation talk = conversation();
    talk.pauseCalls();
    try {
      Ending ended = talk.ending();
      if (ended != null) {
        throw new IllegalStateException("the guest has ended: " + ended);
      }
      return new Snapshot(guest.snapshot(), talk.functions(), talk.announcement());
    } finally {
      talk.resumeCalls();
    }
  }

  /// Puts the sandbox back to a snapshot: as a new one that was started from it, with the host
  /// functions and limits that this one has. It takes calls, or runs, again, however the guest had
  /// ended.
  ///
  /// It is quick for the snapshot that this sandbox was started from or that was taken of it last;
  /// then only what has changed is put back. For any other one a new virtual machine is made.
  ///
  /// @throws IllegalStateException if a call is being made, or the sandbox is closed
  /// @throws IllegalArgumentException if the snapshot is of a program with other functions
  /// @throws ProgramException if a mount or a file that it has open is not there any more
  /// @throws HostException if the host failed; as after a [ProgramException] the sandbox takes no
  ///   calls then, but can be restored again
  public void restore(Snapshot snapshot) {
    if (conversation == null) {
      if (snapshot.offersFunctions()) {
        throw new IllegalArgumentException(
            "the snapshot is of a program whose functions are called");
      }
      requireOpen();
      toRestore = snapshot;
      started.set(false);
      return;
    }
    Conversation talk = conversation;
    if (!Arrays.equals(snapshot.announcement(), talk.announcement())) {
      throw new IllegalArgumentException("the snapshot is of a program with other functions");
    }
    talk.pauseCalls();
    try {
      requireOpen();
      if (!restore(talk, snapshot.image())) {
        startAnother(talk, snapshot);
      }
    } catch (GuestFailure e) {
      throw SandboxException.of(e, "");
    } finally {
      talk.resumeCalls();
    }
  }

  /// Puts the guest to a difference to the snapshot that it was started from. Only for a guest of a
  /// pool, whose machine the caller has to itself.
  ///
  /// @return false if that must be done in another guest
  boolean restoreTo(GuestImage image) {
    Conversation talk = conversation();
    talk.pauseCalls();
    try {
      return restore(talk, image);
    } catch (GuestFailure e) {
      throw SandboxException.of(e, "");
    } finally {
      talk.resumeCalls();
    }
  }

  private void startAnother(Conversation talk, Snapshot snapshot) {
    try {
      replaceGuest(snapshot);
      guest.start(talk.streams().standard());
      talk.revive(guest);
    } catch (RuntimeException | Error e) {
      talk.restoreFailed(e);
      throw e;
    }
  }

  private boolean restoreInPlace(Conversation talk, GuestImage image) {
    try {
      return guest.restore(image, talk.streams().standard());
    } catch (RuntimeException | Error e) {
      talk.restoreFailed(e);
      throw e;
    }
  }

  /// @return false if it could not be done in this guest
  private boolean restore(Conversation talk, GuestImage image) {
    RestoreEvent known = restored;
    RestoreEvent restoring = known != null ? known : new RestoreEvent();
    restored = restoring;
    restoring.begin();
    long before = guest.pagesCopied();
    boolean done = restoreInPlace(talk, image);
    restoring.end();
    if (done) {
      if (restoring.shouldCommit()) {
        restoring.tenant = talk.tenant();
        restoring.pages = guest.pagesCopied() - before;
        restoring.commit();
      }
      talk.revive(guest);
    }
    return done;
  }

  /// What the guest has become since it was put to a snapshot.
  GuestImage difference() {
    return guest.difference();
  }

  /// Whether it should be made anew for the next call.
  boolean isWornOut() {
    return guest.isWornOut();
  }

  Conversation talk() {
    return conversation();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the sandbox is closed");
    }
  }

  private void replaceGuest(Snapshot snapshot) {
    guest.close();
    guest = Guest.of(snapshot.image().traced(guest.trace()));
    if (closed) { // meanwhile: whoever closed has closed the old one
      guest.close();
    }
  }

  /// What the guest offers, in its own order.
  ///
  /// @throws IllegalStateException if the sandbox was not made by [SandboxBuilder#start]
  public List<GuestFunction> functions() {
    return conversation().functions().list();
  }

  private Conversation conversation() {
    if (conversation == null) {
      throw new IllegalStateException(
          "this sandbox was made by build(): run it, or make one by start() to call functions");
    }
    return conversation;
  }

  /// Calls a guest function and waits for its result.
  ///
  /// @param result what the value is read as
  /// @param arguments in the order of the parameters; which Java values fit which types is in
  ///   `docs/values.md`
  /// @throws GuestErrorException if the function returns an error
  /// @throws CallRefusedException if the call does not fit the function; the guest was not entered
  /// @throws GuestEndedException if the guest ends, or is ended, before the function returns
  /// @throws PoisonedException if it ended in an earlier call
  /// @throws IllegalStateException if the sandbox is closed, or was not made by
  ///   [SandboxBuilder#start]
  /// @throws HostException if the host failed
  public <T extends @Nullable Object> T call(
      String function, Class<T> result, @Nullable Object... arguments) {
    return this.<T>tryCall(function, result, arguments).get();
  }

  /// As [#call(String, Class, Object...)], for a generic type.
  public <T extends @Nullable Object> T call(
      String function, ResultType<T> result, @Nullable Object... arguments) {
    return this.<T>tryCall(function, result, arguments).get();
  }

  /// Calls a guest function and tells how that went.
  ///
  /// @throws PoisonedException if the guest ended in an earlier call
  /// @throws IllegalStateException if the sandbox is closed, or was not made by
  ///   [SandboxBuilder#start]
  /// @throws HostException if the host failed
  public <T extends @Nullable Object> Outcome<T> tryCall(
      String function, Class<T> result, @Nullable Object... arguments) {
    return GuestCall.make(conversation(), function, result, arguments);
  }

  /// As [#tryCall(String, Class, Object...)], for a generic type.
  public <T extends @Nullable Object> Outcome<T> tryCall(
      String function, ResultType<T> result, @Nullable Object... arguments) {
    return GuestCall.make(conversation(), function, result.type(), arguments);
  }

  /// An interface whose methods are calls of guest functions of the same names, or those of their
  /// [dev.mote.values.Name]. Its abstract methods are compared with what the guest offers at once.
  ///
  /// A method throws what [#call] throws. It is as thread-safe as the sandbox.
  ///
  /// @throws IllegalArgumentException if it is not an interface, its package is not open to this
  ///   module, or it does not fit the guest; the message names each method that does not
  public <T> T as(Class<T> api) {
    return TypedView.of(conversation(), api);
  }

  /// What the last call wrote to its standard streams, if the builder was given no others.
  public Streams output() {
    return conversation().streams();
  }

  /// How the guest ended, after which the sandbox takes no calls any more; empty while it does.
  public Optional<Ending> poisonedBy() {
    return Optional.ofNullable(conversation().ending());
  }

  /// Stops the call that runs now, if one does; never the next one. Any thread may call it.
  public void cancel() {
    guest.stop(GuestEnding.StopReason.CANCELLED);
  }

  /// What each thread of the program waits for, if it is **quiescent**: every thread waits in a
  /// system call, and nothing happens before one of them is woken from outside or its time has
  /// come. May be called by any thread while another one runs the program.
  ///
  /// @return empty if the program does not run, or one of its threads does not wait
  public List<WaitingThread> waitingThreads() {
    return guest.quiescence().stream().map(WaitingThread::of).toList();
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
        guest.exits(),
        guest.threadSwitches(),
        made,
        refused,
        MemorySize.ofBytes(guest.peakMemoryBytes()));
  }

  /// Stops the program if it runs, waits until it has stopped, and frees the virtual machine. Twice
  /// is harmless.
  @Override
  public void close() {
    closed = true;
    guest.close();
  }
}
