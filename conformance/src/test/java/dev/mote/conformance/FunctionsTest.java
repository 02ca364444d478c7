package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.CallRefusedException;
import dev.mote.Ending;
import dev.mote.GuestEndedException;
import dev.mote.GuestErrorException;
import dev.mote.HostCall;
import dev.mote.HostFunctionException;
import dev.mote.MemorySize;
import dev.mote.Outcome;
import dev.mote.PoisonedException;
import dev.mote.Program;
import dev.mote.Refusal;
import dev.mote.ResultType;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.Snapshot;
import dev.mote.values.Name;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Calls of guest functions in C, and of host functions by them.
@Tag("every-kvm")
class FunctionsTest {
  /// A thousand stack traces of host functions that throw tell nobody anything.
  private static final Logger QUIET = Logger.getLogger("dev.mote");

  static {
    QUIET.setLevel(Level.OFF);
  }

  record Person(String name, int age) {}

  sealed interface Shape {
    record Circle(double radius) implements Shape {}

    record Square(double side) implements Shape {}

    record Nothing() implements Shape {}
  }

  interface Functions {
    long add(long a, long b);

    @Name("echo_u8")
    int small(int value);

    @Name("echo_f32")
    float single(float value);

    @Name("echo_f64")
    double real(double value);

    @Name("echo_bool")
    boolean bool(boolean value);

    @Name("echo_person")
    Person person(Person person);

    @Name("echo_shape")
    Shape shape(Shape shape);

    @Name("echo_optional")
    Optional<Long> optional(Optional<Long> value);

    @Name("echo_list")
    List<Long> list(List<Long> values);

    @Name("echo_bytes")
    byte[] bytes(byte[] value);

    void print(String text);

    void fail(String code, String message);
  }

  /// The guest, which another class may replace by one that offers the same.
  String program() {
    return "functions-behaviour";
  }

  private SandboxBuilder builder(String... arguments) {
    return Sandbox.builder(Program.of(Corpus.programs().resolve(program()), arguments))
        .memory(MemorySize.ofMebibytes(64))
        .timeout(Duration.ofSeconds(60));
  }

  private static @Nullable Object echo(Sandbox sandbox, String type, @Nullable Object value) {
    return sandbox.call("echo_" + type, Object.class, value);
  }

  @ParameterizedTest
  @CsvSource({
    "i8, -128, 127", "i16, -32768, 32767", "i32, -2147483648, 2147483647",
    "i64, -9223372036854775808, 9223372036854775807", "u8, 0, 255", "u16, 0, 65535",
    "u32, 0, 4294967295", "u64, 0, 18446744073709551615"
  })
  void integersKeepToTheirWidth(String type, BigInteger least, BigInteger most) {
    try (var sandbox = builder().start()) {
      for (BigInteger value : List.of(least, most, most.shiftRight(1), BigInteger.ONE)) {
        assertThat(sandbox.<BigInteger>call("echo_" + type, BigInteger.class, value))
            .isEqualTo(value);
      }
      for (BigInteger beyond : List.of(least.subtract(BigInteger.ONE), most.add(BigInteger.ONE))) {
        assertThat(sandbox.tryCall("echo_" + type, Object.class, beyond))
            .isInstanceOfSatisfying(
                Outcome.Refused.class,
                refused -> {
                  assertThat(refused.refusal().reason()).isEqualTo(Refusal.Reason.OUT_OF_RANGE);
                  assertThat(refused.refusal().message()).contains("argument 'value'", type);
                });
      }
    }
  }

  /// Hyperlight loses the sign of zero here (3.1, float_roundtrip).
  @Test
  void floatsComeBackToTheBit() {
    try (var sandbox = builder().start()) {
      Functions functions = sandbox.as(Functions.class);
      for (double value :
          new double[] {
            0,
            -0.0,
            1,
            -1,
            Math.PI,
            Double.MAX_VALUE,
            Double.MIN_VALUE,
            Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY,
            Double.longBitsToDouble(0x7ff0_0000_dead_beefL),
            Double.longBitsToDouble(0xfff8_1234_5678_9abcL)
          }) {
        assertThat(Double.doubleToRawLongBits(functions.real(value)))
            .isEqualTo(Double.doubleToRawLongBits(value));
        assertThat(Double.doubleToRawLongBits(sandbox.call("rebuild_any", Double.class, value)))
            .isEqualTo(Double.doubleToRawLongBits(value));
      }
      for (int bits : new int[] {0, 0x8000_0000, 0x7f80_0001, 0xffc1_2345, 0x7f80_0000, 1}) {
        assertThat(Float.floatToRawIntBits(functions.single(Float.intBitsToFloat(bits))))
            .isEqualTo(bits);
      }
    }
  }

  @Test
  void otherValuesComeBackAsTheyWent() {
    try (var sandbox = builder().start()) {
      assertThat(echo(sandbox, "bool", true)).isEqualTo(true);
      assertThat(echo(sandbox, "string", "grüße, 世界 😀\0")).isEqualTo("grüße, 世界 😀\0");
      assertThat(echo(sandbox, "bytes", new byte[] {0, 1, -1})).isEqualTo(new byte[] {0, 1, -1});
      assertThat(echo(sandbox, "optional", null)).isNull();
      assertThat(echo(sandbox, "map", Map.of("one", 1, "two", 2)))
          .isEqualTo(Map.of("one", 1L, "two", 2L));
      var any = new ArrayList<@Nullable Object>(List.of(1L, "x", List.of(), Map.of("k", 1.5)));
      any.add(null);
      assertThat(echo(sandbox, "any", any)).isEqualTo(any);
      assertThat(sandbox.<Object>call("rebuild_any", Object.class, any)).isEqualTo(any);
      assertThat(echo(sandbox, "shape", "Nothing")).isEqualTo("Nothing");
      assertThat(
              sandbox.call("square_all", new ResultType<List<Double>>() {}, new double[] {1.5, -2}))
          .containsExactly(2.25, 4.0);
    }
  }

  @Test
  void anInterfaceIsAViewOfTheGuest() {
    try (var sandbox = builder().start()) {
      Functions functions = sandbox.as(Functions.class);
      assertThat(functions.add(40, 2)).isEqualTo(42);
      assertThat(functions.add(Long.MAX_VALUE, 1)).isEqualTo(Long.MIN_VALUE);
      assertThat(functions.small(255)).isEqualTo(255);
      assertThat(functions.bool(true)).isTrue();
      assertThat(functions.person(new Person("Ada", 36))).isEqualTo(new Person("Ada", 36));
      assertThat(functions.shape(new Shape.Circle(1.5))).isEqualTo(new Shape.Circle(1.5));
      assertThat(functions.shape(new Shape.Nothing())).isEqualTo(new Shape.Nothing());
      assertThat(functions.optional(Optional.of(7L))).contains(7L);
      assertThat(functions.optional(Optional.empty())).isEmpty();
      assertThat(functions.list(List.of(1L, -1L))).containsExactly(1L, -1L);
      assertThat(functions.bytes(new byte[100_000])).hasSize(100_000);
      functions.print("hello");
      assertThat(sandbox.output().outputText()).isEqualTo("hello");
      assertThatThrownBy(() -> functions.small(256))
          .isInstanceOf(CallRefusedException.class)
          .hasMessageContaining("argument 'value': 256 is out of the range of u8 (0 to 255)");
      assertThat(functions.add(1, 1)).isEqualTo(2);
    }
  }

  interface Wrong {
    long add(String a, long b);

    String missing();

    int sum(List<String> numbers);
  }

  @Test
  void anInterfaceThatDoesNotFitIsRefusedAtOnce() {
    try (var sandbox = builder().start()) {
      assertThatThrownBy(() -> sandbox.as(Wrong.class))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("add: argument 'a'")
          .hasMessageContaining("the guest offers no function 'missing'")
          .hasMessageContaining("sum: argument 'numbers'");
    }
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeTheGuestIsEntered() {
    try (var sandbox = builder().messageLimit(MemorySize.ofKibibytes(4)).valueDepth(8).start()) {
      long exits = sandbox.statistics().exits();
      refused(sandbox, Refusal.Reason.UNKNOWN_FUNCTION, "FunctionDoesntExist"); // Hyperlight 3.1
      refused(sandbox, Refusal.Reason.ARGUMENT_COUNT, "add", 1);
      refused(sandbox, Refusal.Reason.WRONG_TYPE, "echo_string", 2);
      refused(sandbox, Refusal.Reason.WRONG_TYPE, "add", 1, 2.0);
      refused(sandbox, Refusal.Reason.WRONG_TYPE, "add", 1, null);
      refused(sandbox, Refusal.Reason.WRONG_TYPE, "echo_string", "\ud800");
      refused(sandbox, Refusal.Reason.WRONG_TYPE, "echo_any", new Object());
      refused(sandbox, Refusal.Reason.OUT_OF_RANGE, "echo_any", BigInteger.TWO.pow(64));
      refused(sandbox, Refusal.Reason.OUT_OF_RANGE, "echo_f32", 0.1);
      refused(sandbox, Refusal.Reason.TOO_LARGE, "echo_bytes", new byte[5000]);
      Object deep = 1L;
      for (int i = 0; i < 9; i++) {
        deep = List.of(deep);
      }
      refused(sandbox, Refusal.Reason.TOO_DEEP, "echo_any", deep);
      assertThat(sandbox.statistics().exits()).isEqualTo(exits);
      assertThat(sandbox.<Long>call("add", Long.class, 1, 2)).isEqualTo(3);
    }
  }

  private static void refused(
      Sandbox sandbox, Refusal.Reason reason, String function, @Nullable Object... arguments) {
    assertThat(sandbox.tryCall(function, Object.class, arguments))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.refusal().reason()).isEqualTo(reason));
  }

  @Test
  void aResultThatTheCallerCannotHaveLeavesTheSandboxUsable() {
    try (var sandbox = builder().start()) {
      refusedResult(sandbox.tryCall("add", Integer.class, 1L << 40, 0));
      refusedResult(sandbox.tryCall("add", String.class, 1, 2));
      refusedResult(sandbox.tryCall("echo_u64", Long.class, BigInteger.TWO.pow(63)));
      assertThat(sandbox.poisonedBy()).isEmpty();
      assertThat(sandbox.<Long>call("add", Long.class, 1, 2)).isEqualTo(3);
    }
  }

  private static void refusedResult(Outcome<?> outcome) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.refusal().message()).startsWith("the result: "));
  }

  @Test
  void anErrorOfTheGuestIsOne() {
    try (var sandbox = builder().start()) {
      for (int i = 0; i < 100; i++) { // Hyperlight 3.1, io_buffer_reset
        assertThatThrownBy(() -> sandbox.call("fail", Void.class, "not-found", "nobody"))
            .isInstanceOfSatisfying(
                GuestErrorException.class,
                e -> {
                  assertThat(e.error().code()).isEqualTo("not-found");
                  assertThat(e.error().message()).isEqualTo("nobody");
                  assertThat(e.error().details()).isNull();
                });
        assertThat(sandbox.<Long>call("add", Long.class, 5, 10)).isEqualTo(15);
      }
      assertThat(sandbox.tryCall("fail_with_details", Void.class, Map.of("line", 3)))
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              failed -> assertThat(failed.error().details()).isEqualTo(Map.of("line", 3L)));
      assertThat(sandbox.tryCall("not_one_value", Long.class)).isInstanceOf(Outcome.Failed.class);
    }
  }

  /// Hyperlight 3.1, multiple_parameters.
  @Test
  void elevenArgumentsOfManyTypesArrive() {
    try (var sandbox = builder().start()) {
      assertThat(
              sandbox.<String>call(
                  "eleven",
                  String.class,
                  "1",
                  2,
                  3L,
                  4,
                  BigInteger.TWO.pow(63),
                  true,
                  "7",
                  new byte[8],
                  9.5f,
                  10.25,
                  3.123))
          .isEqualTo(
              "Message: arg1:1 arg2:2 arg3:3 arg4:4 arg5:9223372036854775808 arg6:1 arg7:7 arg8:8"
                  + " arg9:9.5 arg10:10.25 arg11:3.123");
    }
  }

  /// Hyperlight 3.1, iostack_is_working: the name is important.
  @Test
  void namesThatAreNotAnnouncedReachTheFallback() {
    try (var sandbox = builder("fallback").start()) {
      assertThat(sandbox.<Long>call("ThisIsNotARealFunction", Long.class, 99)).isEqualTo(99);
    }
  }

  /// Hyperlight 3.3: each is a way to crash.
  @ParameterizedTest
  @CsvSource({
    "crash, SIGSEGV",
    "illegal, SIGILL",
    "abort_it, SIGABRT",
    "stray_port, SIGSEGV",
    "execute_heap, SIGSEGV"
  })
  void aCrashPoisons(String function, String signal) {
    crashes(function, signal);
  }

  @Test
  void theEndOfTheStackPoisons() {
    crashes("stack_overflow", signalOfAFullStack());
  }

  String signalOfAFullStack() {
    return "SIGSEGV";
  }

  private void crashes(String function, String signal) {
    try (var sandbox = builder().start()) {
      assertThat(sandbox.tryCall(function, Object.class))
          .isInstanceOfSatisfying(
              Outcome.Ended.class,
              ended ->
                  assertThat(ended.ending())
                      .isInstanceOfSatisfying(
                          Ending.Signaled.class,
                          s -> assertThat(s.report().signalName()).isEqualTo(signal)));
      assertThatThrownBy(() -> sandbox.call("add", Long.class, 1, 2))
          .isInstanceOf(PoisonedException.class)
          .hasMessageContaining(signal);
      assertThat(sandbox.poisonedBy()).isPresent();
    }
  }

  @Test
  void otherEndsPoisonToo() {
    ends("exit_with", new Ending.Exited(7), 7);
    ends("hog", new Ending.OutOfMemory(MemorySize.ofMebibytes(64)));
    try (var sandbox = builder().timeout(Duration.ofSeconds(2)).start()) {
      assertThat(sandbox.tryCall("spin", Object.class))
          .isEqualTo(
              new Outcome.Ended<>(
                  new Ending.TimedOut(Ending.TimedOut.Kind.WALL, Duration.ofSeconds(2))));
    }
    try (var sandbox = builder().cpuTime(Duration.ofSeconds(2)).start()) {
      assertThat(sandbox.tryCall("spin", Object.class))
          .isEqualTo(
              new Outcome.Ended<>(
                  new Ending.TimedOut(Ending.TimedOut.Kind.CPU, Duration.ofSeconds(2))));
    }
  }

  private void ends(String function, Ending expected, Object... arguments) {
    try (var sandbox = builder().start()) {
      assertThat(sandbox.tryCall(function, Object.class, arguments))
          .isEqualTo(new Outcome.Ended<>(expected));
      assertThatThrownBy(() -> sandbox.call("count", Long.class))
          .isInstanceOf(PoisonedException.class);
    }
  }

  @Test
  void aResultThatIsNotWhatWasDeclaredEndsTheGuest() {
    try (var sandbox = builder().start()) {
      assertThatThrownBy(() -> sandbox.call("lie", Long.class))
          .isInstanceOfSatisfying(
              GuestEndedException.class,
              e -> assertThat(e.ending()).isInstanceOf(Ending.ProtocolViolation.class));
    }
  }

  @Test
  void timeIsAllowedAnewForEachCall() {
    try (var sandbox = builder().timeout(Duration.ofSeconds(5)).start()) {
      for (int i = 0; i < 4; i++) {
        sandbox.call("sleep_ms", Void.class, 1500);
      }
      assertThat(sandbox.<Long>call("count", Long.class)).isEqualTo(1);
      assertThat(sandbox.<Long>call("count", Long.class)).isEqualTo(2); // state stays
    }
  }

  @Test
  void outputIsThatOfTheLastCall() {
    try (var sandbox = builder().start();
        var other = builder().start()) {
      Snapshot elsewhere = other.snapshot();
      sandbox.call("print", Void.class, "hello");
      sandbox.call("add", Long.class, 1, 2);
      assertThat(sandbox.output().outputText()).isEmpty();
      sandbox.call("print", Void.class, "hello");
      sandbox.restore(elsewhere); // by another machine
      sandbox.call("add", Long.class, 1, 2);
      assertThat(sandbox.output().outputText()).isEmpty();
    }
  }

  @Test
  void outputIsLimitedAndCapturedByCall() {
    try (var sandbox = builder().outputLimit(MemorySize.ofBytes(10)).start()) {
      for (int i = 0; i < 3; i++) {
        sandbox.call("print", Void.class, "12345678");
        assertThat(sandbox.output().outputText()).isEqualTo("12345678");
      }
      assertThat(sandbox.tryCall("print", Void.class, "12345678901"))
          .isEqualTo(
              new Outcome.Ended<>(
                  new Ending.LimitExceeded("standard output", MemorySize.ofBytes(10))));
    }
  }

  static Person find(String name) {
    if (name.equals("nobody")) {
      throw new HostFunctionException("not-found", "there is no " + name, List.of(1L));
    }
    return new Person(name, name.length());
  }

  @Test
  void theGuestCallsTheHostFunctionsThatItWasGiven() {
    try (var sandbox = builder().hostFunction("lookup", FunctionsTest::find).start()) {
      assertThat(sandbox.<Person>call("call_host", Person.class, "lookup", "Ada"))
          .isEqualTo(new Person("Ada", 3));
      fails(sandbox, "not-found", "there is no nobody", "lookup", "nobody");
      // Hyperlight 3.2, call_host_func_expect_error
      fails(sandbox, "unknown-function", "there is no host function 'other'", "other", 1);
      fails(
          sandbox,
          "invalid-argument",
          "argument 1 of host function lookup: an integer is there instead of a string",
          "lookup",
          1);
      assertThat(sandbox.<Long>call("add", Long.class, 1, 2)).isEqualTo(3);
    }
  }

  private static void fails(
      Sandbox sandbox, String code, String message, @Nullable Object... arguments) {
    assertThat(sandbox.tryCall("call_host", Object.class, arguments))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.error().code()).isEqualTo(code);
              assertThat(failed.error().message()).isEqualTo(message);
            });
  }

  /// Hyperlight 3.2, host_func_error, a thousand times.
  @Test
  void whatAHostFunctionThrowsStaysInTheHost() {
    try (var sandbox =
        builder()
            .hostFunction(
                "secretive",
                (Object _) -> {
                  throw new IllegalStateException("the password is 1234");
                })
            .start()) {
      for (int i = 0; i < 1000; i++) {
        fails(sandbox, "failed", "host function secretive failed", "secretive", i);
      }
    }
  }

  record Spiteful(String name) {
    @Override
    public String name() {
      throw new IllegalStateException("not you");
    }
  }

  @Test
  void aResultThatThrowsWhenItIsWrittenIsAnErrorToo() {
    try (var sandbox = builder().hostFunction("spite", (Object _) -> new Spiteful("x")).start()) {
      fails(sandbox, "failed", "host function spite failed", "spite", 1);
      assertThat(sandbox.<Long>call("add", Long.class, 1, 2)).isEqualTo(3);
    }
  }

  @Test
  void aHostFunctionKnowsItsCall() {
    var seen = new AtomicReference<@Nullable HostCall>();
    try (var sandbox =
        builder()
            .tenant("acme")
            .attribute("colour", "blue")
            .hostFunction(
                "tell",
                (HostCall call, String more) -> {
                  seen.set(call);
                  return "%s %s %s %s %b"
                      .formatted(
                          call.function(),
                          call.tenant(),
                          call.attributes(),
                          more,
                          call.remaining().orElseThrow().compareTo(Duration.ofSeconds(60)) < 0);
                })
            .start()) {
      assertThat(sandbox.<String>call("call_host", String.class, "tell", "x"))
          .isEqualTo("tell acme {colour=blue} x true");
      assertThatThrownBy(() -> seen.get().call("count", Long.class))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aHostFunctionMayCallTheGuestBack() {
    try (var sandbox =
        builder()
            .nestedCalls(5)
            .hostFunction(
                "again", (HostCall call, Long n) -> call.<Long>call("recurse", Long.class, n))
            .start()) {
      assertThat(sandbox.<Long>call("recurse", Long.class, 4)).isEqualTo(4);
      assertThat(sandbox.tryCall("recurse", Long.class, 5)).isInstanceOf(Outcome.Failed.class);
      assertThat(sandbox.<Long>call("recurse", Long.class, 4)).isEqualTo(4);
    }
  }

  @Test
  void aGuestThatEndsInANestedCallHasEnded() {
    try (var sandbox =
        builder()
            .hostFunction(
                "again",
                (HostCall call, Long n) -> {
                  try {
                    call.call("exit_with", Object.class, 9);
                  } catch (GuestEndedException e) {
                    return n; // for nobody
                  }
                  return n;
                })
            .start()) {
      assertThat(sandbox.tryCall("recurse", Long.class, 3))
          .isEqualTo(new Outcome.Ended<>(new Ending.Exited(9)));
    }
  }

  interface Service {
    String greet(Person person, List<Integer> numbers);

    @Name("call_me")
    void callMe();
  }

  @Test
  void anInterfaceIsGivenAsHostFunctions() {
    var called = new ArrayList<String>();
    var service =
        new Service() {
          @Override
          public String greet(Person person, List<Integer> numbers) {
            return person.name() + numbers;
          }

          @Override
          public void callMe() {
            called.add("called");
          }
        };
    try (var sandbox = builder().hostFunctions(Service.class, service).start()) {
      assertThat(sandbox.<Long>call("call_host_times", Long.class, "call_me", 3)).isEqualTo(3);
      assertThat(called).hasSize(3);
    }
  }

  @Test
  void untypedHostFunctionsHaveASignature() {
    try (var sandbox =
        builder()
            .hostFunction(
                "total",
                "(numbers: [i64]) -> i64",
                (_, arguments) -> {
                  long sum = 0;
                  for (Object number : (List<?>) arguments.getFirst()) {
                    sum += (Long) number;
                  }
                  return sum;
                })
            .start()) {
      assertThat(sandbox.<Long>call("call_host", Long.class, "total", List.of(1, 2, 3)))
          .isEqualTo(6);
      fails(
          sandbox,
          "invalid-argument",
          "argument 1 of host function total: element 0: a string is there instead of an integer",
          "total",
          List.of("x"));
    }
  }

  @Test
  void theGuestsUseOfHostFunctionsHasItsBudgets() {
    try (var sandbox =
        builder()
            .hostCallLimit(3)
            .hostCallBytes(MemorySize.ofKibibytes(1))
            .hostFunction("none", () -> "")
            .hostFunction("echo", (String text) -> text)
            .start()) {
      assertThat(sandbox.<Long>call("call_host_times", Long.class, "none", 3)).isEqualTo(3);
      assertThat(sandbox.tryCall("call_host_times", Long.class, "none", 4))
          .isInstanceOfSatisfying(
              Outcome.Failed.class, failed -> assertThat(failed.error().code()).isEqualTo("limit"));
      assertThat(sandbox.<Long>call("call_host_times", Long.class, "none", 3)).isEqualTo(3);
      String kilobyte = "x".repeat(600);
      assertThat(sandbox.tryCall("call_host", String.class, "echo", kilobyte))
          .isInstanceOfSatisfying(
              Outcome.Failed.class, failed -> assertThat(failed.error().code()).isEqualTo("limit"));
    }
  }

  @Test
  void aHostFunctionThatWaitsIsInterruptedWhenTheTimeIsOver() {
    var interrupted = new AtomicReference<@Nullable Exception>();
    try (var sandbox =
        builder()
            .timeout(Duration.ofSeconds(2))
            .hostFunction(
                "wait",
                (Object _) -> {
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    interrupted.set(e);
                    throw e;
                  }
                  return 1;
                })
            .start()) {
      assertThat(sandbox.tryCall("call_host", Object.class, "wait", 1))
          .isEqualTo(
              new Outcome.Ended<>(
                  new Ending.TimedOut(Ending.TimedOut.Kind.WALL, Duration.ofSeconds(2))));
      assertThat(interrupted.get()).isNotNull();
      assertThat(Thread.interrupted()).isFalse();
    }
  }

  /// Hyperlight 3.2: a reply larger than any buffer that the guest had.
  @Test
  void aLargeReplyArrives() {
    try (var sandbox =
        builder().hostFunction("large", (Long n) -> "x".repeat(n.intValue())).start()) {
      for (int size : new int[] {1, 4000, 5000, 1 << 20, 10, 3 << 20}) {
        assertThat(sandbox.<String>call("call_host", String.class, "large", size)).hasSize(size);
      }
    }
  }

  @Test
  void whatIsNoGuestOfFunctionsIsRefused() {
    assertThatThrownBy(() ->
            Sandbox.builder(Program.of(Corpus.programs().resolve("arguments"))).start().close())
        .isInstanceOf(dev.mote.ProgramException.class)
        .hasMessageContaining("does not offer functions");
    try (var sandbox = builder().build()) {
      assertThatThrownBy(() -> sandbox.call("add", Long.class, 1, 2))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("start()");
    }
    var closed = builder().start();
    closed.close();
    assertThatThrownBy(() -> closed.call("add", Long.class, 1, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  interface WithMethodsOfObject {
    long add(long a, long b);

    @Override
    String toString();

    default long twice(long a) {
      return add(a, a);
    }
  }

  @Test
  void methodsOfObjectAndDefaultMethodsAreNoFunctions() {
    try (var sandbox = builder().start()) {
      var view = sandbox.as(WithMethodsOfObject.class);
      assertThat(view.twice(21)).isEqualTo(42);
      assertThat(view.toString()).isNotEmpty();
    }
  }

  @Test
  void aMountThatIsNotThereIsTheProgramsFault() {
    assertThatThrownBy(() -> builder().mount(Path.of("/no/such/folder"), "/data").start().close())
        .isInstanceOf(dev.mote.ProgramException.class)
        .hasMessageContaining("/no/such/folder");
  }

  @Test
  void flightRecorderSeesCallsHostCallsAndEnds() throws Exception {
    Path file = Files.createTempFile("mote", ".jfr");
    try (var recording = new Recording()) {
      recording.start();
      try (var sandbox =
          builder().tenant("acme").hostFunction("lookup", FunctionsTest::find).start()) {
        sandbox.call("call_host", Object.class, "lookup", "Ada");
        sandbox.tryCall("call_host", Object.class, "lookup", "nobody");
        sandbox.tryCall("exit_with", Object.class, 3);
      }
      recording.stop();
      recording.dump(file);
      var seen = new ArrayList<String>();
      for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
        switch (event.getEventType().getName()) {
          case "dev.mote.Call" ->
              seen.add(event.getString("function") + " " + event.getString("answer"));
          case "dev.mote.HostCall" ->
              seen.add(event.getString("function") + " '" + event.getString("error") + "'");
          case "dev.mote.GuestEnded" ->
              seen.add(event.getString("tenant") + " " + event.getString("ending"));
          default -> {}
        }
      }
      assertThat(seen)
          .containsExactlyInAnyOrder(
              "call_host VALUE",
              "lookup ''",
              "call_host ERROR",
              "lookup 'not-found'",
              "exit_with ENDED",
              "acme Exited[status=3]");
    } finally {
      Files.delete(file);
    }
  }
}
