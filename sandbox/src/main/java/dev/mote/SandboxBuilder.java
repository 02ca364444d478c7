package dev.mote;

import dev.mote.linux.FileLimits;
import dev.mote.linux.Guest;
import dev.mote.linux.GuestFailure;
import dev.mote.linux.GuestLimits;
import dev.mote.linux.GuestSetup;
import dev.mote.linux.SharedMachine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a sandbox is made from. Each setting has a default that is safe for an untrusted program.
///
/// Not thread-safe.
public final class SandboxBuilder {
  private static final MemorySize DEFAULT_MEMORY = MemorySize.ofMebibytes(128);
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
  private static final MemorySize DEFAULT_OUTPUT = MemorySize.ofMebibytes(16);
  private static final MemorySize DEFAULT_FILES = MemorySize.ofMebibytes(64);
  private static final int DEFAULT_FILE_COUNT = 10_000;
  private static final int DEFAULT_OPEN_FILES = 4096;

  /// What all pipes of a program may hold together, in the host's memory.
  private static final long PIPE_BYTES = 8L << 20;

  private final @Nullable Program program;
  private final @Nullable Snapshot snapshot; // in place of the program
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final List<GuestSetup.Mount> mounts = new ArrayList<>();
  private @Nullable FileTree root;
  private GuestSetup.Ids ids = GuestSetup.Ids.ROOT;
  private MemorySize memory = DEFAULT_MEMORY;
  private @Nullable Duration timeout = DEFAULT_TIMEOUT;
  private @Nullable Duration cpuTime;
  private MemorySize output = DEFAULT_OUTPUT;
  private MemorySize files = DEFAULT_FILES;
  private int fileCount = DEFAULT_FILE_COUNT;
  private int openFiles = DEFAULT_OPEN_FILES;
  private String workingDirectory = "/";
  private CpuBaseline cpu = CpuBaseline.HOST;
  private CallLimits calls = CallLimits.defaults();
  private final HostFunctions hostFunctions = new HostFunctions();
  private @Nullable Streams streams; // null: captured
  private String tenant = "";
  private final Map<String, Object> attributes = new LinkedHashMap<>();
  private @Nullable Consumer<String> trace;

  SandboxBuilder(Program program) {
    this.program = program;
    snapshot = null;
  }

  SandboxBuilder(Snapshot snapshot) {
    program = null;
    this.snapshot = snapshot;
    GuestLimits limits = snapshot.image().setup().limits();
    memory = MemorySize.ofBytes(limits.memoryBytes());
    output = MemorySize.ofBytes(limits.files().streamBytes());
    if (limits.messageBytes() > 0) {
      calls = calls.messageBytes(limits.messageBytes());
    }
  }

  /// What a snapshot has is settled.
  private void settle(String setting) {
    if (snapshot != null) {
      throw new IllegalStateException("the snapshot has its " + setting + " already");
    }
  }

  /// Memory that the program may use. Default: 128 MiB.
  ///
  /// @param limit from 1 MiB to 512 GiB; what is not used costs nothing
  public SandboxBuilder memory(MemorySize limit) {
    settle("memory");
    if (limit.bytes() < 1L << 20 || limit.bytes() > 512L << 30) {
      throw new IllegalArgumentException(
          "the memory limit must be from 1MiB to 512GiB, not " + limit);
    }
    memory = limit;
    return this;
  }

  /// Time that may pass while the program runs. Default: 30 seconds.
  ///
  /// @param limit more than zero
  public SandboxBuilder timeout(Duration limit) {
    timeout = requirePositive(limit);
    return this;
  }

  /// Lets the program run for as long as it likes.
  public SandboxBuilder withoutTimeout() {
    timeout = null;
    return this;
  }

  /// CPU time that the program may use, the host's work for its system calls included. Default: no
  /// limit but the time-out.
  ///
  /// @param limit more than zero
  public SandboxBuilder cpuTime(Duration limit) {
    cpuTime = requirePositive(limit);
    return this;
  }

  private static Duration requirePositive(Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException("a time limit must be more than zero: " + limit);
    }
    return limit;
  }

  /// Bytes that the program may write to each of its standard output and standard error. Default:
  /// 16 MiB.
  public SandboxBuilder outputLimit(MemorySize limit) {
    settle("output limit");
    output = limit;
    return this;
  }

  /// Bytes that the program may keep in files of its own; they are in the host's memory. Default:
  /// 64 MiB.
  public SandboxBuilder fileLimit(MemorySize limit) {
    settle("files");
    files = limit;
    return this;
  }

  /// Files and directories that the program may make. Default: 10,000.
  public SandboxBuilder fileCount(int limit) {
    settle("files");
    fileCount = requireNotNegative(limit);
    return this;
  }

  /// Files that the program may have open at one time, 1,048,576 at most. Default: 4,096. It begins
  /// with a limit of 1,024 at most (`RLIMIT_NOFILE`), which it may raise to this.
  public SandboxBuilder openFiles(int limit) {
    settle("files");
    openFiles = requireNotNegative(limit);
    return this;
  }

  private static int requireNotNegative(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("a limit cannot be negative: " + limit);
    }
    return limit;
  }

  /// Sets a variable of the program's environment, which is empty otherwise.
  ///
  /// @param name not empty, without `=` and NUL
  /// @param value without NUL
  public SandboxBuilder environment(String name, String value) {
    settle("environment");
    Variables.require(name, value);
    environment.put(name, value);
    return this;
  }

  /// The tree of files that the program has as its root. It may change all of it: its changes are
  /// in memory, count against [#fileLimit] and [#fileCount], and are gone with the sandbox. `/dev`,
  /// `/proc`, `/sys`, mounts and the program itself lie over it. Default: an empty one.
  ///
  /// @param tree stays the caller's, who closes it after the sandboxes and snapshots that use it
  public SandboxBuilder root(FileTree tree) {
    settle("root");
    root = tree;
    return this;
  }

  /// The user and groups that the program is, as it is told by getuid and its kin. They give it no
  /// right over anything and take none away: it may do in its sandbox what root may. Default: root.
  ///
  /// @param user 0 or more
  /// @param group 0 or more
  /// @param groups further ones, each 0 or more
  public SandboxBuilder user(int user, int group, int... groups) {
    settle("user");
    List<Integer> further = Arrays.stream(groups).boxed().toList();
    if (user < 0 || group < 0 || further.stream().anyMatch(id -> id < 0)) {
      throw new IllegalArgumentException("a user or group is negative");
    }
    ids = new GuestSetup.Ids(user, group, further);
    return this;
  }

  /// Shows a file or a directory of the host to the program, to be read only.
  ///
  /// @param host an existing file or directory; symbolic links in it are followed only within it
  /// @param target where the program finds it: an absolute path other than `/`
  public SandboxBuilder mount(Path host, String target) {
    settle("mounts");
    if (!target.startsWith("/") || target.equals("/") || target.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "'" + target + "' is no place for a mount; give an absolute path other than /");
    }
    mounts.add(new GuestSetup.Mount(host, target));
    return this;
  }

  /// The directory in which the program starts. Default: `/`.
  ///
  /// @param path absolute
  public SandboxBuilder workingDirectory(String path) {
    settle("working directory");
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("the working directory must be absolute: " + path);
    }
    workingDirectory = path;
    return this;
  }

  /// Which processor features the program is told of. Default: all that the host has. A host that
  /// cannot hide any of them (`mote doctor` says so) refuses another baseline when the sandbox is
  /// made.
  public SandboxBuilder cpu(CpuBaseline baseline) {
    settle("processor");
    cpu = baseline;
    return this;
  }

  /// Receives a line for each system call, as strace would print it. The thread that runs the
  /// program calls it.
  public SandboxBuilder trace(Consumer<String> line) {
    trace = line;
    return this;
  }

  /// Gives the guest a host function, whose types are those that the lambda declares; see
  /// [HostFunction].
  ///
  /// @throws IllegalArgumentException if there is one of this name already, or a type has no place
  ///   in a message
  public <R extends @Nullable Object> SandboxBuilder hostFunction(
      String name, HostFunction.Of0<R> function) {
    hostFunctions.add(name, function);
    return this;
  }

  /// As [#hostFunction(String, HostFunction.Of0)], with one parameter.
  public <A extends @Nullable Object, R extends @Nullable Object> SandboxBuilder hostFunction(
      String name, HostFunction.Of1<A, R> function) {
    hostFunctions.add(name, function);
    return this;
  }

  /// As [#hostFunction(String, HostFunction.Of0)], with two parameters.
  public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      SandboxBuilder hostFunction(String name, HostFunction.Of2<A, B, R> function) {
    hostFunctions.add(name, function);
    return this;
  }

  /// As [#hostFunction(String, HostFunction.Of0)], with three parameters.
  public <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          R extends @Nullable Object>
      SandboxBuilder hostFunction(String name, HostFunction.Of3<A, B, C, R> function) {
    hostFunctions.add(name, function);
    return this;
  }

  /// As [#hostFunction(String, HostFunction.Of0)], with four parameters.
  public <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          D extends @Nullable Object,
          R extends @Nullable Object>
      SandboxBuilder hostFunction(String name, HostFunction.Of4<A, B, C, D, R> function) {
    hostFunctions.add(name, function);
    return this;
  }

  /// Gives the guest a host function with any number of parameters.
  ///
  /// @param signature in the type language, such as `(name: string, count: i32) -> [string]`
  /// @throws IllegalArgumentException if there is one of this name already, or the signature is
  ///   none
  public SandboxBuilder hostFunction(String name, String signature, HostFunction.Untyped function) {
    hostFunctions.add(name, signature, function);
    return this;
  }

  /// Gives the guest each method of an interface as a host function, under the method's name or
  /// that of its [dev.mote.values.Name].
  ///
  /// @throws IllegalArgumentException if one of its names is taken, or a type has no place in a
  ///   message
  public <T> SandboxBuilder hostFunctions(Class<T> api, T implementation) {
    hostFunctions.addAll(api, implementation);
    return this;
  }

  /// Bytes that a message between host and guest may have. Default: 16 MiB. The values that are
  /// made of one may take 256 MiB in all.
  ///
  /// @param limit from 1 KiB to 1 GiB
  public SandboxBuilder messageLimit(MemorySize limit) {
    settle("message limit");
    if (limit.bytes() < 1 << 10 || limit.bytes() > 1 << 30) {
      throw new IllegalArgumentException(
          "the message limit must be from 1KiB to 1GiB, not " + limit);
    }
    calls = calls.messageBytes((int) limit.bytes());
    return this;
  }

  /// How deeply values may be nested. Default: 64.
  ///
  /// @param levels from 1 to 256
  public SandboxBuilder valueDepth(int levels) {
    calls = calls.valueDepth(requireWithin("value depth", levels, 1, 256));
    return this;
  }

  /// How deeply calls may be nested: a call of the guest by a host function that a call of the
  /// guest made is the second level. Default: 16.
  ///
  /// @param levels from 1 to 256
  public SandboxBuilder nestedCalls(int levels) {
    calls = calls.nestedCalls(requireWithin("number of nested calls", levels, 1, 256));
    return this;
  }

  private static int requireWithin(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "the %s must be from %d to %d, not %d".formatted(what, least, most, value));
    }
    return value;
  }

  /// How many host functions the guest may call in one call of it. Default: 10,000.
  public SandboxBuilder hostCallLimit(int limit) {
    calls = calls.hostCalls(requireNotNegative(limit));
    return this;
  }

  /// Bytes of arguments and results for each host function in one call of the guest. Default: 64
  /// MiB.
  public SandboxBuilder hostCallBytes(MemorySize limit) {
    calls = calls.hostCallBytes(limit.bytes());
    return this;
  }

  /// Time that host functions may take in one call of the guest. Once it is used up, no further
  /// host function is entered; what interrupts one that runs is [#timeout]. Default: 10 seconds.
  ///
  /// @param limit more than zero
  public SandboxBuilder hostCallTime(Duration limit) {
    calls = calls.hostTime(requirePositive(limit));
    return this;
  }

  /// Where the standard streams of a guest of functions go. Default: what each call writes is
  /// captured, for [Sandbox#output()].
  public SandboxBuilder streams(Streams where) {
    streams = where;
    return this;
  }

  /// Whose sandbox it is: host functions and events tell it. Default: empty.
  public SandboxBuilder tenant(String name) {
    tenant = name;
    return this;
  }

  /// Attaches something to the sandbox, for its host functions ([HostCall#attributes]).
  public SandboxBuilder attribute(String name, Object value) {
    attributes.put(name, value);
    return this;
  }

  /// Makes the virtual machine and loads the program, to be run once as a whole ([Sandbox#run]);
  /// nothing of it has run yet.
  ///
  /// @throws HostException if this host cannot run sandboxes; it says what to do
  /// @throws ProgramException if the program does not fit the memory limit, or a mount or the
  ///   working directory is not there
  public Sandbox build() {
    if (snapshot != null && snapshot.offersFunctions()) {
      throw new IllegalStateException("the snapshot offers functions: start() it");
    }
    return sandbox(snapshot == null ? createGuest(0, false) : createGuest(snapshot));
  }

  private Sandbox sandbox(Guest guest) {
    return new Sandbox(guest, limits(), null);
  }

  /// Makes the virtual machine, loads the program and runs it until it has announced its functions,
  /// to be called ([Sandbox#call]). The limits of time hold for the start and for each call.
  ///
  /// @throws HostException if this host cannot run sandboxes; it says what to do
  /// @throws ProgramException if the program does not fit the memory limit, a mount or the working
  ///   directory is not there, or the program ends without having announced functions
  /// @throws IllegalStateException if the snapshot is of a program without functions
  public Sandbox start() {
    if (snapshot != null && !snapshot.offersFunctions()) {
      throw new IllegalStateException("the snapshot offers no functions: build() and run it");
    }
    return start(
        snapshot == null ? createGuest(calls.messageBytes(), false) : createGuest(snapshot));
  }

  /// A sandbox of the snapshot in a machine that several of one tenant share.
  ///
  /// @throws ProgramException if it does not fit there
  Sandbox in(SharedMachine machine) {
    Snapshot from = Objects.requireNonNull(snapshot);
    Guest guest = Guest.of(from.image().traced(trace), machine);
    return from.offersFunctions() ? start(guest) : sandbox(guest);
  }

  private Sandbox start(Guest guest) {
    var hostCalls = new HostCalls(hostFunctions, calls, tenant, Map.copyOf(attributes));
    Streams where = streams == null ? Streams.capture() : streams;
    var conversation = new Conversation(guest, limits(), calls, hostCalls, where, output.bytes());
    var sandbox = new Sandbox(guest, limits(), conversation);
    try {
      if (snapshot == null) {
        start(conversation);
      } else {
        conversation.start(snapshot);
      }
      return sandbox;
    } catch (GuestFailure e) {
      sandbox.close();
      throw SandboxException.of(e, "");
    } catch (RuntimeException | Error e) {
      sandbox.close();
      throw e;
    }
  }

  /// The snapshot that is started; null for a program.
  @Nullable Snapshot startsFrom() {
    return snapshot;
  }

  String tenant() {
    return tenant;
  }

  private void start(Conversation conversation) {
    Ending ending = conversation.start();
    if (ending != null) {
      throw new ProgramException(
          ProgramException.Kind.NO_FUNCTIONS,
          "%s does not offer functions: it ended before it announced any (%s)%s"
              .formatted(program().executable(), ending, errorOutput(conversation.streams())));
    }
  }

  /// Runs the program to a point, and takes a snapshot there. The limits of time hold.
  ///
  /// @throws HostException if this host cannot run sandboxes; it says what to do
  /// @throws ProgramException if the program does not fit the memory limit, a mount or the working
  ///   directory is not there, or the program ends before; the message has what it wrote to its
  ///   standard error
  /// @throws IllegalStateException if this is a snapshot's builder, and the point is behind it
  public Snapshot snapshot(SnapshotPoint point) {
    return switch (point) {
      case FUNCTIONS -> {
        try (Sandbox sandbox = start()) {
          yield sandbox.snapshot();
        }
      }
      case INPUT -> snapshotOfRun(false);
      case ENTRY -> {
        if (snapshot != null) {
          throw new IllegalStateException("the snapshot's program has started already");
        }
        yield snapshotOfRun(true);
      }
    };
  }

  private Snapshot snapshotOfRun(boolean atEntry) {
    try (Sandbox sandbox = snapshot == null ? sandbox(createGuest(0, true)) : build();
        var nothingYet = new PendingInput()) {
      return sandbox.snapshotWhenReady(Streams.capture(nothingYet), atEntry);
    }
  }

  private Program program() {
    return Objects.requireNonNull(program);
  }

  /// What a program has said of its failure, to be put behind a message.
  static String errorOutput(Streams streams) {
    String text = streams.errorText().strip();
    return text.isEmpty() ? "" : "; its standard error: " + text;
  }

  private Limits limits() {
    return new Limits(memory, timeout, cpuTime);
  }

  /// @param messageBytes 0 for a program that is to be run as a whole
  /// @param forRuns whether a snapshot is taken whose runs have environments of their own
  private Guest createGuest(int messageBytes, boolean forRuns) {
    var fileLimits =
        new FileLimits(files.bytes(), fileCount, openFiles, PIPE_BYTES, output.bytes());
    var limits = new GuestLimits(memory.bytes(), fileLimits, messageBytes);
    var setup =
        new GuestSetup(
            program().file(),
            program().executable(),
            program().arguments(),
            Variables.entries(environment),
            workingDirectory,
            root == null ? null : root.directory(),
            ids,
            List.copyOf(mounts),
            limits,
            cpu.level(),
            trace);
    try {
      return forRuns ? Guest.createForRuns(setup) : Guest.create(setup);
    } catch (GuestFailure e) {
      throw SandboxException.of(e, program().executable() + ": ");
    }
  }

  private Guest createGuest(Snapshot from) {
    try {
      return Guest.of(from.image().traced(trace));
    } catch (GuestFailure e) {
      throw SandboxException.of(e, "");
    }
  }
}
