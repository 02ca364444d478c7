package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.MemorySize;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// When functions start, sleep and are closed, by versions that have no program: they answer which
/// start they came from.
@Timeout(60)
class LazyVersionTest {
  private static final MemorySize SNAPSHOT = MemorySize.ofMebibytes(10);

  @TempDir private Path folder;
  private final FunctionLog log = new FunctionLog();
  private final AtomicInteger starts = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong usedAfterClose = new AtomicLong();
  private volatile CountDownLatch goOn = new CountDownLatch(0);
  private volatile @Nullable RuntimeException problem;
  private volatile boolean keepsInstances;
  private volatile Duration sleepAfter = Duration.ofHours(1);
  private FunctionStore store;
  private LazyVersion.Means means;
  private String digest = "";
  private Path archive;

  @BeforeEach
  void open() throws IOException {
    store = new FunctionStore(folder);
    var tar = new ByteArrayOutputStream();
    try (var writer = new TarWriter(tar)) {
      writer.file("main.py", false, 1, new ByteArrayInputStream("\n".getBytes(UTF_8)));
    }
    archive = Files.write(folder.resolve("archive"), tar.toByteArray());
    digest = store.keep(new ByteArrayInputStream(tar.toByteArray()), 1 << 20);
    means = means(MemorySize.ofMebibytes(1000));
  }

  private LazyVersion.Means means(MemorySize limit) {
    var starter =
        new Starter() {
          @Override
          public FunctionVersion start(FunctionStore.Entry entry) {
            return started();
          }

          @Override
          public FunctionSettings settings(FunctionStore.Entry entry) {
            return settingsNow();
          }
        };
    return new LazyVersion.Means(
        starter,
        store,
        new SnapshotMemory(limit),
        FunctionSettings.DEFAULT,
        new ScheduledThreadPoolExecutor(2));
  }

  @AfterEach
  void close() {
    means.threads().shutdownNow();
    assertThat(usedAfterClose).hasValue(0);
  }

  private FunctionSettings settingsNow() {
    String file =
        "concurrency = 10000\nidle = \"50ms\"\nsleep-after = \"%dms\"\n"
            .formatted(sleepAfter.toMillis());
    return SettingsFile.read(file.getBytes(UTF_8), FunctionSettings.DEFAULT);
  }

  private FunctionVersion started() {
    CountDownLatch itsGoOn = goOn; // before the count says that it has begun
    int number = starts.incrementAndGet();
    try {
      itsGoOn.await();
    } catch (InterruptedException e) {
      throw new FunctionException("interrupted", e);
    }
    RuntimeException thrown = problem;
    if (thrown != null) {
      throw thrown;
    }
    open.incrementAndGet();
    return new Version(number);
  }

  /// One that says which start it came from.
  private final class Version extends FunctionVersion {
    private volatile boolean closed;

    Version(int number) {
      super(
          "sha256:",
          Duration.ZERO,
          Bundle.open(archive, settingsNow()),
          new FunctionFiles(Language.PYTHON, "main.py"),
          new Convention() {
            @Override
            public boolean takesStreams() {
              return false;
            }

            @Override
            public FunctionResponse serve(
                Callee callee,
                FunctionRequest request,
                StreamedAnswer pieces,
                InvocationLog itsLog) {
              throw new AssertionError("it is not called");
            }

            @Override
            public String describe() {
              return "start " + number;
            }
          },
          null);
    }

    @Override
    FunctionResponse serve(FunctionRequest request, StreamedAnswer pieces, InvocationLog itsLog) {
      usedAfterClose.addAndGet(closed ? 1 : 0);
      var response = FunctionResponse.of(200, "text/plain", convention().getBytes(UTF_8));
      Thread.onSpinWait();
      usedAfterClose.addAndGet(closed ? 1 : 0);
      return response;
    }

    @Override
    MemorySize snapshotMemory() {
      return SNAPSHOT;
    }

    @Override
    boolean hasInstances() {
      return keepsInstances;
    }

    @Override
    public void close() {
      usedAfterClose.addAndGet(closed ? 1 : 0); // twice
      closed = true;
      open.decrementAndGet(); // not the rest: it has no guests
    }
  }

  private LazyVersion version(String name) {
    return new LazyVersion(new FunctionStore.Entry(name, 1, digest, null), log, means);
  }

  private LazyVersion version() {
    return version("hello");
  }

  /// What a request does.
  private static @Nullable FunctionVersion use(LazyVersion version) throws Exception {
    if (!version.enter()) {
      return null;
    }
    try {
      return version.awake(TimeUnit.SECONDS.toNanos(30));
    } finally {
      version.leave();
    }
  }

  private static Fault refused(LazyVersion version) throws Exception {
    try {
      use(version);
      throw new AssertionError("it has started");
    } catch (NotStartedException e) {
      return e.fault();
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Thread.sleep(1);
    }
  }

  private static FunctionRequest request() {
    return new FunctionRequest(
        "1",
        "GET",
        "http://localhost/fn/hello",
        "/fn/hello",
        "/",
        "",
        List.of(),
        RequestBody.of(new byte[0]),
        "");
  }

  @Test
  void itIsStartedOnceHoweverManyWait() throws Exception {
    goOn = new CountDownLatch(1);
    LazyVersion version = version();
    assertThat(version.status().readiness()).isEqualTo(Readiness.COLD);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var requests = new ArrayList<Future<@Nullable FunctionVersion>>();
      for (int i = 0; i < 1000; i++) {
        requests.add(threads.submit(() -> use(version)));
      }
      await(() -> version.status().readiness() == Readiness.STARTING);
      assertThat(version.sleep("")).isFalse();
      goOn.countDown();
      for (Future<@Nullable FunctionVersion> each : requests) {
        assertThat(each.get()).isNotNull();
      }
    }
    assertThat(version.status().readiness()).isEqualTo(Readiness.READY);
    assertThat(starts).hasValue(1);
  }

  @Test
  void whoWaitsTooLongIsToldAndTheStartGoesOn() throws Exception {
    goOn = new CountDownLatch(1);
    LazyVersion version = version();
    assertThat(version.enter()).isTrue();
    assertThatThrownBy(() -> version.awake(1_000_000))
        .isInstanceOfSatisfying(
            NotStartedException.class,
            e -> assertThat(e.fault().kind()).isEqualTo(Fault.Kind.TIMEOUT));
    version.leave();
    goOn.countDown();
    assertThat(use(version)).isNotNull();
    assertThat(starts).hasValue(1);
  }

  @Test
  void whatDoesNotStartIsNotTriedByEachRequest() throws Exception {
    problem = new FunctionException("main.py:3: no");
    LazyVersion version = version();
    var started = System.nanoTime();
    for (int i = 0; i < 200; i++) {
      Fault fault = refused(version);
      assertThat(fault.kind()).isEqualTo(Fault.Kind.START);
      assertThat(fault.retryAfter()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(3));
      assertThat(fault.detail()).contains("the first request after");
      assertThat(fault.stack()).isEqualTo("main.py:3: no");
    }
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - started);
    assertThat(starts.get()).isLessThanOrEqualTo(1 + (int) seconds);
    LazyVersion.Failure failure = version.status().failure();
    assertThat(failure).isNotNull();
    assertThat(version.status().readiness()).isEqualTo(Readiness.BROKEN);
    assertThat(log.linesAfter(0, 10)).extracting(FunctionLog.Line::text).contains("main.py:3: no");
    problem = null;
    await(() -> System.nanoTime() - failure.retryNanos() > 0);
    assertThat(use(version)).isNotNull();
    assertThat(version.status().readiness()).isEqualTo(Readiness.READY);
    assertThat(version.status().failure()).isNull();
  }

  /// Twice as long after each, and never for longer than five minutes.
  @Test
  void triesGetRare() throws Exception {
    problem = new IllegalStateException("a fault of the server's");
    LazyVersion version = version();
    long before = 0;
    for (int i = 0; i < 3; i++) {
      Fault fault = refused(version);
      long after = Objects.requireNonNull(fault.retryAfter()).toSeconds();
      assertThat(after).isGreaterThan(before);
      before = after;
      LazyVersion.Failure failure = Objects.requireNonNull(version.status().failure());
      if (i < 2) {
        await(() -> System.nanoTime() - failure.retryNanos() > 0);
      }
    }
    assertThat(before).isGreaterThanOrEqualTo(3);
    assertThat(starts).hasValue(3);
  }

  @Test
  void whatNobodyCallsSleepsAndIsStartedAgain() throws Exception {
    sleepAfter = Duration.ofMillis(30);
    LazyVersion version = version();
    assertThat(use(version)).isNotNull();
    await(() -> version.status().readiness() == Readiness.COLD);
    await(() -> open.get() == 0 && means.memory().used().bytes() == 0);
    assertThat(Objects.requireNonNull(use(version)).convention()).isEqualTo("start 2");
    version.enter();
    Thread.sleep(100);
    assertThat(version.status().readiness()).isEqualTo(Readiness.READY); // somebody is in it
    version.leave();
    await(() -> version.status().readiness() == Readiness.COLD);
  }

  @Test
  void whatHasInstancesDoesNotSleep() throws Exception {
    sleepAfter = Duration.ofMillis(20);
    keepsInstances = true;
    LazyVersion version = version();
    use(version);
    Thread.sleep(200);
    assertThat(version.sleep("")).isFalse();
    assertThat(version.status().readiness()).isEqualTo(Readiness.READY);
    keepsInstances = false;
    await(() -> version.status().readiness() == Readiness.COLD);
  }

  @Test
  void thoseThatWereUsedLongestAgoMakeRoom() throws Exception {
    means.threads().shutdownNow();
    means = means(MemorySize.ofMebibytes(35)); // of three
    var versions = new ArrayList<LazyVersion>();
    for (int i = 0; i < 4; i++) {
      versions.add(version("hello-" + i));
    }
    for (int i : new int[] {0, 1, 2, 0, 3}) {
      assertThat(use(versions.get(i))).isNotNull();
      Thread.sleep(2);
    }
    assertThat(versions)
        .extracting(each -> each.status().readiness())
        .containsExactly(Readiness.READY, Readiness.COLD, Readiness.READY, Readiness.READY);
    assertThat(means.memory().used()).isEqualTo(MemorySize.ofMebibytes(30));
    for (int i : new int[] {0, 2, 3}) {
      versions.get(i).enter(); // as long as somebody is in them, they cannot
    }
    Fault fault = refused(versions.get(1));
    assertThat(fault.stack()).contains("35MiB").contains("30MiB");
    assertThat(open).hasValue(3);
    versions.get(3).leave();
    LazyVersion.Failure failure = Objects.requireNonNull(versions.get(1).status().failure());
    await(() -> System.nanoTime() - failure.retryNanos() > 0);
    assertThat(use(versions.get(1))).isNotNull();
    assertThat(versions.get(3).status().readiness()).isEqualTo(Readiness.COLD);
  }

  @Test
  void whoWaitsForAVersionThatIsReplacedGetsTheNext() throws Exception {
    goOn = new CountDownLatch(1);
    var function = new DeployedFunction("hello");
    LazyVersion old = version();
    function.use(old);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<FunctionResponse> answer =
          threads.submit(
              () -> function.serve(request(), new RecordingClient(), new InvocationReport()));
      await(() -> starts.get() == 1);
      CountDownLatch oldGoesOn = goOn;
      goOn = new CountDownLatch(0);
      LazyVersion next = version();
      next.start();
      function.use(next);
      assertThat(answer.get().body()).asString(UTF_8).isEqualTo("start 2");
      oldGoesOn.countDown(); // whose start was for nothing
    }
    await(() -> open.get() == 1);
    function.close();
    await(() -> open.get() == 0);
    assertThat(function.serve(request(), new RecordingClient(), new InvocationReport()).status())
        .isEqualTo(404);
  }

  @Test
  void whatIsRemovedWhileItStartsIsClosed() throws Exception {
    goOn = new CountDownLatch(1);
    var function = new DeployedFunction("hello");
    LazyVersion version = version();
    function.use(version);
    store.release(digest); // now the version holds it alone
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<FunctionResponse> answer =
          threads.submit(
              () -> function.serve(request(), new RecordingClient(), new InvocationReport()));
      await(() -> version.status().readiness() == Readiness.STARTING);
      function.close();
      assertThat(answer.get().status()).isEqualTo(404);
    }
    assertThat(store.archive(digest)).doesNotExist();
    goOn.countDown();
    await(() -> version.status().readiness() != Readiness.STARTING);
    assertThat(open).hasValue(0);
  }

  @Test
  void aServerThatStopsSaysSo() {
    var function = new DeployedFunction("hello");
    function.use(version());
    means.threads().shutdownNow();
    FunctionResponse refused =
        function.serve(request(), new RecordingClient(), new InvocationReport());
    assertThat(refused.status()).isEqualTo(503);
    function.stop();
    FunctionResponse stopped =
        function.serve(request(), new RecordingClient(), new InvocationReport());
    assertThat(stopped.status()).isEqualTo(503);
    assertThat(stopped.headers()).contains(new Header("retry-after", "1"));
  }

  /// Requests, sleeps and deployments at once: each request is answered, by a version that is open
  /// all the while, and in the end none is left.
  @Test
  void requestsMeetSleepsAndDeployments() throws Exception {
    var function = new DeployedFunction("hello");
    var current = new LazyVersion[] {version()};
    function.use(current[0]);
    var end = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var clients = new ArrayList<Future<Integer>>();
      for (int i = 0; i < 20; i++) {
        clients.add(
            threads.submit(() -> {
              int count = 0;
              while (end.get() == 0) {
                assertThat(
                        function
                            .serve(request(), new RecordingClient(), new InvocationReport())
                            .status())
                    .isEqualTo(200);
                count++;
                if (ThreadLocalRandom.current().nextInt(4) == 0) {
                  Thread.sleep(1);
                }
              }
              return count;
            }));
      }
      int sleeps = 0;
      for (int i = 0; i < 4000; i++) {
        sleeps += current[0].sleep("") ? 1 : 0;
        if (i % 100 == 0) {
          LazyVersion next = version();
          if (i % 200 == 0) {
            next.start();
          }
          function.use(next);
          current[0] = next;
          Thread.sleep(1);
        }
      }
      end.set(1);
      int requests = 0;
      for (Future<Integer> client : clients) {
        requests += client.get();
      }
      assertThat(requests).isPositive();
      assertThat(sleeps).isPositive();
    }
    function.close();
    await(() -> open.get() == 0);
    assertThat(means.memory().used()).isEqualTo(MemorySize.ofBytes(0));
  }
}
