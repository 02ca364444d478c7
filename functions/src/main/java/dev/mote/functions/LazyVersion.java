package dev.mote.functions;

import dev.mote.HostException;
import dev.mote.PoolException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A version of a function that is started when a request needs it, once however many do, and put
/// to sleep when nobody has called it for long. Asleep it is no more than what the store has of it:
/// no snapshot, no guest in any machine, no open file.
///
/// A version that does not start is tried again by a request, but not before a while has passed,
/// which is longer each time.
///
/// Whoever uses it [enters][#enter] before and [leaves][#leave] after. While anybody is in it, it
/// does not go to sleep; when it was [retired][#retire] it is closed once the last has left.
/// Thread-safe.
final class LazyVersion {
  private static final System.Logger LOGGER = System.getLogger(LazyVersion.class.getName());
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  private final FunctionStore.Entry entry;
  private final FunctionLog log;
  private final Means means;
  private final Object reading = new Object(); // of the settings
  private volatile @Nullable Admission admission;
  private volatile @Nullable FunctionVersion ready; // changed under this
  private volatile boolean takesStreams; // as it was when it was started last
  private int users; // this and the rest are guarded by this
  private boolean retired;
  private boolean starting; // by a request
  private int failures; // in a row
  private @Nullable Failure failure; // of the last start
  private long used = System.nanoTime(); // when the last user has left
  private FunctionStore.@Nullable About about;
  private @Nullable Duration startTime;
  private @Nullable ScheduledFuture<?> idleCheck;

  /// What all versions of a server share.
  ///
  /// @param store whose archive of the version is held as long as it may be needed
  /// @param threads start versions, and put them to sleep
  record Means(
      Starter starter,
      FunctionStore store,
      SnapshotMemory memory,
      FunctionSettings usual,
      ScheduledExecutorService threads) {}

  /// Who may come in, and how many.
  record Admission(FunctionSettings settings, Gate gate) {
    static Admission of(FunctionSettings settings) {
      return new Admission(settings, new Gate(settings.concurrency(), settings.queue()));
    }
  }

  /// Why it did not start.
  ///
  /// @param retryNanos from when on it may be tried again, as [System#nanoTime] has it
  record Failure(Fault.Kind kind, String why, long retryNanos, Instant retry) {}

  /// How it is at one moment.
  ///
  /// @param version null unless it is ready
  /// @param failure null unless it is broken
  /// @param about null if it has never started
  /// @param startTime of the last start; null if there was none
  record Status(
      Readiness readiness,
      @Nullable FunctionVersion version,
      @Nullable Failure failure,
      FunctionStore.@Nullable About about,
      @Nullable Duration startTime) {}

  /// @param log of the function
  LazyVersion(FunctionStore.Entry entry, FunctionLog log, Means means) {
    this.entry = entry;
    this.log = log;
    this.means = means;
    about = entry.about();
    means.store().hold(entry.digest());
  }

  FunctionStore.Entry entry() {
    return entry;
  }

  /// @return false if another version has taken its place
  synchronized boolean enter() {
    if (retired) {
      return false;
    }
    users++;
    return true;
  }

  void leave() {
    boolean last;
    synchronized (this) {
      users--;
      if (users == 0) {
        used = System.nanoTime();
      }
      last = users == 0 && retired;
    }
    if (last) {
      close();
    }
  }

  /// Lets nobody in any more. To be called once.
  void retire() {
    boolean unused;
    synchronized (this) {
      retired = true;
      notifyAll(); // who waits for its start need not any more
      unused = users == 0;
    }
    if (unused) {
      close();
    }
  }

  private void close() {
    FunctionVersion was = takeReady();
    if (was != null) {
      giveBack(was);
    }
    means.store().release(entry.digest());
  }

  private synchronized @Nullable FunctionVersion takeReady() {
    FunctionVersion was = ready;
    ready = null;
    if (idleCheck != null) {
      idleCheck.cancel(false);
      idleCheck = null;
    }
    return was;
  }

  private void giveBack(FunctionVersion version) {
    version.close();
    means.memory().giveBack(version);
  }

  /// Its settings, which are read from its archive if it has not been started yet. If they cannot
  /// be, those that are usual: it does not start either, and that is told then.
  Admission admission() {
    Admission known = admission;
    return known != null ? known : readAdmission();
  }

  private Admission readAdmission() {
    synchronized (reading) {
      Admission known = admission;
      if (known != null) {
        return known;
      }
      try {
        Admission read = Admission.of(means.starter().settings(entry));
        admission = read;
        return read;
      } catch (FunctionException _) {
        return Admission.of(means.usual());
      }
    }
  }

  /// Whether it takes bodies that come while it runs. False as long as it has not been started.
  boolean takesStreams() {
    return takesStreams;
  }

  /// The version, ready to serve, for one who has entered. If it sleeps, it is started.
  ///
  /// @param nanos that it may take
  /// @return null if another version has taken its place
  /// @throws NotStartedException if it does not start, or not in that time
  /// @throws InterruptedException if the thread is interrupted while it waits
  @Nullable FunctionVersion awake(long nanos) throws NotStartedException, InterruptedException {
    FunctionVersion now = ready;
    return now != null ? now : awaitStart(nanos);
  }

  private synchronized @Nullable FunctionVersion awaitStart(long nanos)
      throws NotStartedException, InterruptedException {
    long end = System.nanoTime() + nanos;
    while (ready == null && !retired) {
      if (!starting) {
        requireRetry();
        beginStart();
      }
      long left = end - System.nanoTime();
      if (left <= 0) {
        throw new NotStartedException(
            new Fault(
                Fault.Kind.TIMEOUT,
                "it was not started within %d ms, and still is being"
                    .formatted(Duration.ofNanos(nanos).toMillis())));
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return ready;
  }

  /// It is not started again at each request, if it does not start.
  private void requireRetry() throws NotStartedException {
    Failure last = failure;
    if (last != null) {
      long left = last.retryNanos() - System.nanoTime();
      if (left > 0) {
        var after = Duration.ofSeconds(TimeUnit.NANOSECONDS.toSeconds(left) + 1);
        String detail =
            "it does not start; the first request after %d s tries again"
                .formatted(after.toSeconds());
        throw new NotStartedException(new Fault(last.kind(), detail, last.why(), after));
      }
    }
  }

  private void beginStart() throws NotStartedException {
    try {
      means.threads().execute(this::startForRequest);
      starting = true;
    } catch (RejectedExecutionException _) {
      throw new NotStartedException(new Fault(Fault.Kind.NO_CAPACITY, "the server is stopping"));
    }
  }

  private void startForRequest() {
    Failure failed = null;
    try {
      start();
    } catch (FunctionException e) {
      failed = failed(Fault.Kind.START, String.valueOf(e.getMessage()));
    } catch (PoolException | HostException e) {
      failed = failed(Fault.Kind.NO_CAPACITY, String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      LOGGER.log(System.Logger.Level.ERROR, "a start failed by a fault of the server's", e);
      failed = failed(Fault.Kind.START, "the server failed: " + e);
    }
    boolean untold = failed != null && !isRetired();
    synchronized (this) {
      starting = false;
      failure = failed;
      notifyAll();
    }
    if (untold) {
      Failure told = Objects.requireNonNull(failed);
      say("version %d does not start:".formatted(entry.version()));
      told.why().lines().forEach(this::say);
    }
  }

  private synchronized boolean isRetired() {
    return retired;
  }

  private synchronized Failure failed(Fault.Kind kind, String why) {
    int doublings = Math.min(failures, 20);
    Duration pause = FIRST_PAUSE.multipliedBy(1L << doublings);
    if (pause.compareTo(LONGEST_PAUSE) > 0) {
      pause = LONGEST_PAUSE;
    }
    failures++;
    return new Failure(kind, why, System.nanoTime() + pause.toNanos(), Instant.now().plus(pause));
  }

  /// Starts it, in this thread.
  ///
  /// @throws FunctionException if it does not start
  void start() {
    FunctionVersion made = means.starter().start(entry);
    try {
      means.memory().take(made, this);
    } catch (RuntimeException | Error e) {
      made.close();
      throw e;
    }
    if (!use(made)) {
      giveBack(made);
    }
  }

  private synchronized boolean use(FunctionVersion made) {
    if (retired) {
      return false;
    }
    admission = keptAdmission(made.settings());
    about = new FunctionStore.About(made.files(), made.convention());
    startTime = made.startTime();
    takesStreams = made.takesStreams();
    failures = 0;
    failure = null;
    used = System.nanoTime();
    ready = made;
    if (starting) {
      say("version %d started in %d ms".formatted(entry.version(), made.startTime().toMillis()));
    }
    notifyAll();
    checkLater(made, made.settings().sleepAfter());
    return true;
  }

  /// Those who are in the gate stay in it.
  private Admission keptAdmission(FunctionSettings settings) {
    Admission known = admission;
    return known != null ? known : Admission.of(settings);
  }

  private void checkLater(FunctionVersion version, Duration delay) {
    try {
      idleCheck =
          means
              .threads()
              .schedule(() -> sleepIfIdle(version), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException _) {
      // the server is stopping
    }
  }

  private void sleepIfIdle(FunctionVersion version) {
    FunctionSettings settings = version.settings();
    Duration sleepAfter = settings.sleepAfter();
    if (!isUsedWithin(sleepAfter)
        && sleep("nobody has called it for " + sleepAfter.toMillis() + " ms")) {
      return;
    }
    synchronized (this) {
      if (version.equals(
          ready)) { // else it was put to sleep meanwhile, and may have been started again
        Duration left = sleepAfter.minusNanos(users > 0 ? 0 : System.nanoTime() - used);
        // What is not positive is not kept awake by requests, but by instances.
        checkLater(version, left.isPositive() ? left : settings.idle());
      }
    }
  }

  private synchronized boolean isUsedWithin(Duration time) {
    return users > 0 || System.nanoTime() - used < time.toNanos();
  }

  /// Gives everything back, unless somebody is in it, or instances keep what is theirs.
  ///
  /// @param why for the log
  /// @return whether it was ready, and sleeps now
  boolean sleep(String why) {
    FunctionVersion was;
    synchronized (this) {
      FunctionVersion now = ready;
      if (now == null || users > 0 || now.hasInstances()) {
        return false;
      }
      was = Objects.requireNonNull(takeReady());
    }
    giveBack(was);
    say("version %d sleeps: %s".formatted(entry.version(), why));
    return true;
  }

  /// When it was used last, as [System#nanoTime] has it.
  synchronized long usedNanos() {
    return users > 0 ? System.nanoTime() : used;
  }

  synchronized Status status() {
    FunctionVersion now = ready;
    Readiness readiness =
        now != null
            ? Readiness.READY
            : starting ? Readiness.STARTING : failure != null ? Readiness.BROKEN : Readiness.COLD;
    return new Status(
        readiness, now, readiness == Readiness.BROKEN ? failure : null, about, startTime);
  }

  /// What is known of who is in the gate; null if nobody has come since the server began.
  @Nullable Admission knownAdmission() {
    return admission;
  }

  private void say(String line) {
    log.add("", FunctionLog.Source.MOTE, line);
  }
}
