package dev.mote;

import dev.mote.linux.Ending;
import dev.mote.linux.FileLimits;
import dev.mote.linux.Guest;
import dev.mote.linux.GuestFailure;
import dev.mote.linux.GuestLimits;
import dev.mote.linux.GuestSetup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One program in a virtual machine of its own, without a guest kernel.
///
/// The program can reach nothing of the host but the streams of its run and the files that were
/// mounted. A sandbox runs its program once.
///
/// ```java
/// try (var sandbox = Sandbox.builder(Program.of(Path.of("/bin/busybox"), "echo", "hello")).build()) {
///   var streams = Streams.capture();
///   switch (sandbox.run(streams)) {
///     case Outcome.Exited(int status) -> System.out.println(status + ": " + streams.outputText());
///     case Outcome other -> System.out.println(other);
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

  private Sandbox(Guest guest, Limits limits) {
    this.guest = guest;
    this.limits = limits;
  }

  /// Begins to describe a sandbox.
  public static Builder builder(Program program) {
    return new Builder(program);
  }

  /// Runs the program until it ends or is ended.
  ///
  /// @return how it ended
  /// @throws IllegalStateException if it has run already, or the sandbox is closed
  /// @throws HostException if the host failed; the sandbox is then closed only by [#close()]
  public Outcome run(Streams streams) {
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException("a sandbox runs its program once; build another one");
    }
    try {
      Ending ending =
          VcpuThreads.run(
              guest, () -> guest.run(streams.standard(), limits.wallNanos(), limits.cpuNanos()));
      return limits.outcome(ending);
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

  /// What a sandbox is made from. Each setting has a default that is safe for an untrusted program.
  ///
  /// Not thread-safe.
  public static final class Builder {
    private static final MemorySize DEFAULT_MEMORY = MemorySize.ofMebibytes(128);
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    private static final MemorySize DEFAULT_OUTPUT = MemorySize.ofMebibytes(16);
    private static final MemorySize DEFAULT_FILES = MemorySize.ofMebibytes(64);
    private static final int DEFAULT_FILE_COUNT = 10_000;
    private static final int DEFAULT_OPEN_FILES = 1024;

    /// What all pipes of a program may hold together, in the host's memory.
    private static final long PIPE_BYTES = 8L << 20;

    private final Program program;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<GuestSetup.Mount> mounts = new ArrayList<>();
    private MemorySize memory = DEFAULT_MEMORY;
    private @Nullable Duration timeout = DEFAULT_TIMEOUT;
    private @Nullable Duration cpuTime;
    private MemorySize output = DEFAULT_OUTPUT;
    private MemorySize files = DEFAULT_FILES;
    private int fileCount = DEFAULT_FILE_COUNT;
    private int openFiles = DEFAULT_OPEN_FILES;
    private String workingDirectory = "/";
    private CpuBaseline cpu = CpuBaseline.HOST;
    private @Nullable Consumer<String> trace;

    private Builder(Program program) {
      this.program = program;
    }

    /// Memory that the program may use. Default: 128 MiB.
    ///
    /// @param limit from 1 MiB to 512 GiB; what is not used costs nothing
    public Builder memory(MemorySize limit) {
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
    public Builder timeout(Duration limit) {
      timeout = requirePositive(limit);
      return this;
    }

    /// Lets the program run for as long as it likes.
    public Builder withoutTimeout() {
      timeout = null;
      return this;
    }

    /// CPU time that the program may use, the host's work for its system calls included. Default:
    /// no limit but the time-out.
    ///
    /// @param limit more than zero
    public Builder cpuTime(Duration limit) {
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
    public Builder outputLimit(MemorySize limit) {
      output = limit;
      return this;
    }

    /// Bytes that the program may keep in files of its own; they are in the host's memory. Default:
    /// 64 MiB.
    public Builder fileLimit(MemorySize limit) {
      files = limit;
      return this;
    }

    /// Files and directories that the program may make. Default: 10,000.
    public Builder fileCount(int limit) {
      fileCount = requireNotNegative(limit);
      return this;
    }

    /// Files that the program may have open at one time. Default: 1,024.
    public Builder openFiles(int limit) {
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
    public Builder environment(String name, String value) {
      if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("'" + name + "' cannot be a variable's name");
      }
      if (value.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("the value of " + name + " contains a NUL character");
      }
      environment.put(name, value);
      return this;
    }

    /// Shows a file or a directory of the host to the program, to be read only.
    ///
    /// @param host an existing file or directory; symbolic links in it are followed only within it
    /// @param target where the program finds it: an absolute path other than `/`
    public Builder mount(Path host, String target) {
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
    public Builder workingDirectory(String path) {
      if (!path.startsWith("/")) {
        throw new IllegalArgumentException("the working directory must be absolute: " + path);
      }
      workingDirectory = path;
      return this;
    }

    /// Which processor features the program is told of. Default: all that the host has.
    public Builder cpu(CpuBaseline baseline) {
      cpu = baseline;
      return this;
    }

    /// Receives a line for each system call, as strace would print it. The thread that runs the
    /// program calls it.
    public Builder trace(Consumer<String> line) {
      trace = line;
      return this;
    }

    /// Makes the virtual machine and loads the program; nothing of it has run yet.
    ///
    /// @throws HostException if this host cannot run sandboxes; it says what to do
    /// @throws ProgramException if the program does not fit the memory limit, or a mount or the
    ///   working directory is not there
    public Sandbox build() {
      var fileLimits =
          new FileLimits(files.bytes(), fileCount, openFiles, PIPE_BYTES, output.bytes());
      var limits = new GuestLimits(memory.bytes(), fileLimits);
      var setup =
          new GuestSetup(
              program.file(),
              program.executable(),
              program.arguments(),
              environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList(),
              workingDirectory,
              List.copyOf(mounts),
              limits,
              cpu.level(),
              trace);
      try {
        return new Sandbox(Guest.create(setup), new Limits(memory, timeout, cpuTime));
      } catch (GuestFailure e) {
        if (e.isAboutProgram()) {
          throw new ProgramException(
              ProgramException.Kind.NOT_RUNNABLE, program.executable() + ": " + e.text());
        }
        throw new HostException(e.text(), e.fix(), e);
      }
    }
  }
}
