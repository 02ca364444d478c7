package dev.mote.linux;

import dev.mote.machine.GuestMemoryExhaustedException;
import dev.mote.machine.MachineException;
import dev.mote.machine.PageTables;
import dev.mote.machine.VirtualMachine;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A program in a virtual machine, as the host has it: what it does with the [LinuxProcess], and
/// what it puts that back to. [RunLoop] runs it.
///
/// It runs in stretches, each on one thread of the host: [#enter], then [#resume] until it has
/// ended or has said what the host wants to know, then [#leave]. [#run] is one stretch to the end.
/// [#stop] and [#close] may be called by any thread.
public final class Guest implements SpeakingGuest, AutoCloseable {
  private final VirtualMachine vm;
  private final @Nullable SharedMachine shared; // null: the machine is its own
  private final SharedMachine.Place place;
  private final GuestSetup setup;
  private final LinuxProcess process;
  private final RunLoop loop; // this and the rest are the process's
  private final Scheduler scheduler;
  private final UserMemory memory;
  private final Channel channel;
  private final StopRequest stopRequest;

  private final Message outgoing = new Message();
  private final ReentrantLock stretch = new ReentrantLock();
  private boolean closed; // this and the rest are guarded by stretch
  private @Nullable SystemCalls calls; // from start to the end
  private @Nullable StandardStreams streams; // from start on
  private @Nullable Home home; // what it can be put back to
  private boolean away; // it was put to a difference
  private @Nullable GuestImage unsettled; // what it is to be loaded from when it is started

  /// Makes a guest and loads its program. One that the file tree has, or that needs a dynamic
  /// loader, is loaded when the guest is started, for only then is there a file tree.
  ///
  /// @throws GuestFailure if this host cannot run guests, or the program does not fit
  public static Guest create(GuestSetup setup) {
    return create(setup, false);
  }

  /// The same for [#runUntilReady]: each run of the snapshot that is taken then may have an
  /// environment of its own ([#run(StandardStreams, List, long, long)]). Until then the program's
  /// environment has empty strings at its end.
  public static Guest createForRuns(GuestSetup setup) {
    return create(setup, true);
  }

  private static Guest create(GuestSetup setup, boolean forRuns) {
    VirtualMachine vm = createMachine(setup);
    try {
      var guest = new Guest(vm, null, setup);
      guest.process.loadHostProgram(forRuns);
      return guest;
    } catch (RuntimeException | Error e) {
      vm.close();
      throw e;
    }
  }

  /// Makes a guest out of a snapshot, in a virtual machine of its own. It is loaded when it is
  /// started.
  ///
  /// @throws GuestFailure if this host cannot run guests
  public static Guest of(GuestImage image) {
    VirtualMachine vm = createMachine(image.setup());
    try {
      var guest = new Guest(vm, null, image.setup());
      guest.unsettled = image;
      return guest;
    } catch (RuntimeException | Error e) {
      vm.close();
      throw e;
    }
  }

  /// The same in a machine that several guests share.
  public static Guest of(GuestImage image, SharedMachine machine) {
    var guest = new Guest(machine.vm(), machine, image.setup());
    guest.unsettled = image;
    return guest;
  }

  private static VirtualMachine createMachine(GuestSetup setup) {
    return SharedMachine.machine(setup.limits().memoryBytes(), 1, setup.cpuLevel());
  }

  private Guest(VirtualMachine vm, @Nullable SharedMachine shared, GuestSetup setup) {
    this.vm = vm;
    this.shared = shared;
    this.setup = setup;
    place =
        shared == null
            ? new SharedMachine.Place(vm.frames(), new PageTables(vm.memory(), vm.frames()))
            : shared.take(setup.limits().memoryBytes());
    process = new LinuxProcess(vm, place, setup);
    loop = process.loop();
    scheduler = process.scheduler();
    memory = process.memory();
    channel = process.channel();
    stopRequest = process.stopRequest();
  }

  private void settle(GuestImage image, SystemCalls itsCalls) {
    try {
      List<OpenFile> open = itsCalls.loadFiles(image.state().files());
      home = Home.load(process, itsCalls, image, open);
      itsCalls.doneWith(open);
      unsettled = null;
    } catch (GuestMemoryExhaustedException | IllegalArgumentException e) {
      throw GuestFailure.ofProgram(e);
    } catch (MachineException e) {
      throw GuestFailure.ofHost("", e);
    }
  }

  LinuxProcess process() {
    return process;
  }

  @Override
  public @Nullable Executor elsewhere() {
    return vm.elsewhere();
  }

  /// Runs the guest from its first instruction until it ends.
  ///
  /// @param wallNanos time that may pass; [Long#MAX_VALUE] for any
  /// @param cpuNanos CPU time that it may use; [Long#MAX_VALUE] for any
  /// @throws GuestFailure if the host fails, or the setup names what is not there
  public GuestEnding run(StandardStreams streams, long wallNanos, long cpuNanos) {
    return run(streams, List.of(), wallNanos, cpuNanos);
  }

  /// The same with variables for this run, besides those that the program was loaded with or in
  /// place of them.
  ///
  /// @param environment of the form `NAME=value`, of different names
  /// @throws GuestFailure ENVIRONMENT if there is not so much room: the program has not run
  /// @throws IllegalStateException if there are some, and the guest is not of a snapshot that was
  ///   taken of one of [#createForRuns]
  public GuestEnding run(
      StandardStreams streams, List<String> environment, long wallNanos, long cpuNanos) {
    enter(wallNanos, cpuNanos);
    try {
      start(streams);
      process.setEnvironment(environment);
      resume();
      return Objects.requireNonNull(ending()); // nothing but its end makes such a guest pause
    } finally {
      leave();
    }
  }

  @Override
  public void enter(long wallNanos, long cpuNanos) {
    stretch.lock();
    if (closed) {
      stretch.unlock();
      throw new IllegalStateException("the sandbox is closed");
    }
    process.beginStretch(wallNanos, cpuNanos);
  }

  @Override
  public void start(StandardStreams itsStreams) {
    streams = itsStreams;
    GuestImage image = unsettled;
    if (calls == null) { // after a restore there are
      calls = new SystemCalls(process, itsStreams, setup, process.running().breakStart());
    }
    if (image != null) {
      settle(image, calls);
    } else if (!process.isLoaded()) {
      calls.loadProgram(setup);
    }
  }

  /// Runs the guest as [#run] does, but no further than to where it waits for its standard input or
  /// says that it is ready ([SystemCalls#READY]).
  ///
  /// @param atEntry whether it is to go only to the program's entry, if that comes before
  /// @return null if it is there, to be saved by [#snapshot]
  public @Nullable GuestEnding runUntilReady(
      StandardStreams itsStreams, boolean atEntry, long wallNanos, long cpuNanos) {
    enter(wallNanos, cpuNanos);
    try {
      loop.pauseWhenReady(true);
      start(itsStreams);
      if (atEntry) {
        process.entryStop().want();
      }
      if (resume()) {
        process.settleEnvironment(home == null);
      }
      return ending();
    } finally {
      process.entryStop().lift();
      loop.pauseWhenReady(false);
      process.reservesNoEnvironment();
      leave();
    }
  }

  /// Stops the guest, wherever it is, if it runs. Thread-safe; the first reason counts.
  ///
  /// @param reason CLOSED also stops a guest that does not run now
  public void stop(GuestEnding.StopReason reason) {
    process.stop(reason);
  }

  /// Takes a snapshot of the guest, which waits for a message or in a system call. From now on it
  /// can be put back to it.
  ///
  /// @throws IllegalStateException if it is closed, has ended, has not begun or does not rest, or
  ///   has something open that cannot be found again
  public GuestImage snapshot() {
    stretch.lock();
    try {
      Home taken = Home.capture(process, resting(), home);
      home = taken;
      loop.touched(false);
      return taken.image();
    } finally {
      stretch.unlock();
    }
  }

  /// What is different from the snapshot that the guest is at home in. The guest is to be restored
  /// next.
  ///
  /// @throws IllegalStateException as [#snapshot]
  public GuestImage difference() {
    stretch.lock();
    try {
      return Objects.requireNonNull(home).difference(resting(), loop.hasTouched());
    } finally {
      stretch.unlock();
    }
  }

  private SystemCalls resting() {
    SystemCalls known = calls;
    if (closed || process.hasEnded() || known == null) {
      throw new IllegalStateException("a guest that does not run cannot be saved");
    }
    scheduler.settle();
    boolean waits =
        loop.isAtEntry() || isReceiving() || channel.isWaiting() || scheduler.current().isBlocked();
    boolean keeps =
        scheduler.tasks().stream().anyMatch(task -> task.kept != null || known.waitsForLost(task));
    if (!waits || !channel.isAtRest() || keeps) {
      throw new IllegalStateException("the guest is in the middle of something");
    }
    return known;
  }

  /// Puts the guest back to a snapshot, however it has ended.
  ///
  /// @return false if that is not the one that it is at home in, nor a difference to it, or the
  ///   guest is worn out ([#isWornOut]): nothing is changed then
  /// @throws GuestFailure if the host fails
  /// @throws IllegalStateException if it is closed
  public boolean restore(GuestImage image, StandardStreams itsStreams) {
    stretch.lock();
    try {
      Home known = home;
      if (closed) {
        throw new IllegalStateException("the sandbox is closed");
      }
      if (known == null
          || vm.isLost()
          || known.isWornOut()
          || !Home.isDifferenceTo(image.pages(), known.image().pages())) {
        return false;
      }
      if (calls != null && !itsStreams.equals(streams) && !calls.replace(itsStreams)) {
        scheduler.drop();
        calls.close();
        calls = null;
      }
      streams = itsStreams;
      restoreOrDrop(image, known);
      return true;
    } catch (GuestMemoryExhaustedException | IllegalArgumentException e) {
      throw GuestFailure.ofProgram(e);
    } catch (MachineException e) {
      throw GuestFailure.ofHost("", e);
    } finally {
      stretch.unlock();
    }
  }

  /// A guest that was restored by half does not run, and is wholly restored the next time.
  private void restoreOrDrop(GuestImage image, Home known) {
    try {
      restore(image, known);
    } catch (RuntimeException | Error e) {
      loop.touched(true);
      release();
      throw e;
    }
  }

  private void restore(GuestImage image, Home known) {
    boolean difference = image.pages() != known.image().pages() || away;
    SystemCalls present = calls;
    List<OpenFile> open = null;
    if (present == null || present.filesMayHaveChanged() || difference) {
      scheduler.drop();
      if (present != null) {
        calls = null;
        present.close();
      }
      present =
          new SystemCalls(
              process, Objects.requireNonNull(streams), setup, process.running().breakStart());
      calls = present;
      open = present.loadFiles(image.state().files());
    }
    known.restore(present, open, image, loop.hasTouched() || process.hasEnded());
    if (open != null) {
      present.doneWith(open);
    }
    away = image.pages() != known.image().pages();
    process.revive();
    loop.touched(false);
  }

  @Override
  public boolean resume() {
    try {
      return loop.run(Objects.requireNonNull(calls));
    } catch (GuestMemoryExhaustedException _) {
      process.end(new GuestEnding.OutOfMemory());
    } catch (StreamLimitException e) {
      process.end(new GuestEnding.OutputLimit(e.stream(), e.limit()));
    } catch (MachineException e) {
      throw GuestFailure.ofHost("", e);
    }
    return false;
  }

  @Override
  public boolean resumeToReceive() {
    loop.pauseWhenReceiving(true);
    try {
      return resume();
    } finally {
      loop.pauseWhenReceiving(false);
    }
  }

  @Override
  public boolean hasSent() {
    return channel.hasSent();
  }

  @Override
  public boolean isReceiving() {
    return channel.isReceiving() || channel.isWanted();
  }

  @Override
  public void leave() {
    process.endStretch();
    if (process.hasEnded()) {
      release();
    }
    stretch.unlock();
  }

  private void release() {
    scheduler.drop();
    if (calls != null) {
      calls.close();
      calls = null;
    }
  }

  @Override
  public boolean renewOutputLimits() {
    if (!loop.takeSystemCalls()) {
      return false;
    }
    if (calls != null) {
      calls.renewOutputLimits();
    }
    return true;
  }

  @Override
  public byte[] message() {
    return channel.sent();
  }

  @Override
  public int messageLength() {
    return channel.sentLength();
  }

  @Override
  public int messageLoaded() {
    return channel.sentLoaded();
  }

  @Override
  public void copyMessage(int position, byte[] target, int offset, int count) {
    channel.copySent(memory, position, target, offset, count);
  }

  @Override
  public void give(byte[] message, int length, int at, byte[] part, int offset, int count) {
    try {
      channel.give(memory, outgoing.set(message, length, at, part, offset, count));
    } catch (GuestMemoryExhaustedException _) {
      process.end(new GuestEnding.OutOfMemory()); // its buffer is accessible, but has no frames
    } finally {
      outgoing.clear();
    }
  }

  @Override
  public void acknowledge() {
    channel.acknowledge();
  }

  @Override
  public void beginHostFunction() {
    stopRequest.beginHostFunction();
  }

  @Override
  public void endHostFunction() {
    stopRequest.endHostFunction();
  }

  @Override
  public long remainingNanos() {
    return process.deadlines().remaining();
  }

  @Override
  public @Nullable GuestEnding ending() {
    return process.ending();
  }

  /// What each thread waits for, if all wait and nothing happens before one is woken or its time
  /// has come. Thread-safe.
  ///
  /// @return empty if one of them does not wait
  public List<ThreadWait> quiescence() {
    return process.events().whileWaiting(loop::waits).orElse(List.of());
  }

  /// How often another thread of the guest got its processor.
  public long threadSwitches() {
    return scheduler.switches();
  }

  /// Receives one system call's numbers.
  @FunctionalInterface
  public interface CallCount {
    void accept(String name, long times, long refusals);
  }

  /// Tells how often each system call was made, of those that were.
  public void forEachSystemCall(CallCount receiver) {
    Statistics statistics = process.statistics();
    for (int number = 0; number < Statistics.numbers(); number++) {
      if (statistics.made(number) > 0) {
        receiver.accept(
            SystemCallTable.name(number), statistics.made(number), statistics.refused(number));
      }
    }
  }

  /// Whether it should be made anew for the next call: earlier ones have scattered their memory
  /// over so many places that page tables are scarce. By the thread that runs it.
  public boolean isWornOut() {
    Home known = home;
    return known != null && known.isWornOut();
  }

  /// Who is told of its system calls.
  public @Nullable Consumer<String> trace() {
    return setup.trace();
  }

  /// How many pages all restores have copied.
  public long pagesCopied() {
    Home known = home;
    return known == null ? 0 : known.pagesCopied();
  }

  /// How often the guest left its virtual processor.
  public long exits() {
    return process.statistics().exits();
  }

  /// The most memory that was bound to the guest at one time.
  public long peakMemoryBytes() {
    return place.frames().peak() * AddressSpace.PAGE;
  }

  /// Stops the guest if it runs, waits until it has stopped, and frees everything. Twice is
  /// harmless. Thread-safe.
  @Override
  public void close() {
    if (stretch.isHeldByCurrentThread()) {
      throw new IllegalStateException("a guest cannot be closed from within its own run");
    }
    stop(GuestEnding.StopReason.CLOSED);
    stretch.lock();
    try {
      if (!closed) {
        closed = true;
        release();
        process.close();
        if (shared == null) {
          vm.close();
        } else {
          shared.giveBack(place);
        }
      }
    } finally {
      stretch.unlock();
    }
  }
}
