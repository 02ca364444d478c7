package dev.mote;

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

  SandboxBuilder(Program program) {
    this.program = program;
  }

  /// Memory that the program may use. Default: 128 MiB.
  ///
  /// @param limit from 1 MiB to 512 GiB; what is not used costs nothing
  public SandboxBuilder memory(MemorySize limit) {
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
    output = limit;
    return this;
  }

  /// Bytes that the program may keep in files of its own; they are in the host's memory. Default:
  /// 64 MiB.
  public SandboxBuilder fileLimit(MemorySize limit) {
    files = limit;
    return this;
  }

  /// Files and directories that the program may make. Default: 10,000.
  public SandboxBuilder fileCount(int limit) {
    fileCount = requireNotNegative(limit);
    return this;
  }

  /// Files that the program may have open at one time. Default: 1,024.
  public SandboxBuilder openFiles(int limit) {
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
  public SandboxBuilder mount(Path host, String target) {
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
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("the working directory must be absolute: " + path);
    }
    workingDirectory = path;
    return this;
  }

  /// Which processor features the program is told of. Default: all that the host has.
  public SandboxBuilder cpu(CpuBaseline baseline) {
    cpu = baseline;
    return this;
  }

  /// Receives a line for each system call, as strace would print it. The thread that runs the
  /// program calls it.
  public SandboxBuilder trace(Consumer<String> line) {
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
    var limits = new GuestLimits(memory.bytes(), fileLimits, 0);
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
