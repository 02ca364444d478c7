package dev.mote.cli;

import dev.mote.CpuBaseline;
import dev.mote.Durations;
import dev.mote.FileSources;
import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxBuilder;
import dev.mote.trees.Launch;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The options that say what a sandbox is like. What the command line does not say is null here,
/// and the library's default holds.
final class SandboxOptions implements AutoCloseable {
  /// A file or directory of the host, and where the program sees it.
  record Mount(Path host, String guest) {}

  @Nullable MemorySize memory;
  @Nullable MemorySize files;
  @Nullable Duration timeout;
  @Nullable Duration cpuTime;
  @Nullable String workingDirectory;
  @Nullable CpuBaseline cpu;
  @Nullable Path root;
  @Nullable String image;
  private @Nullable Root opened;
  boolean trace;
  boolean statistics;
  final Map<String, String> environment = new LinkedHashMap<>();
  final List<Mount> mounts = new ArrayList<>();

  /// Adds them to those of a command.
  void addTo(Options options) {
    options.value(
        "--memory",
        "SIZE",
        "most memory the program may use, such as 64MiB",
        text -> memory = MemorySize.parse(text));
    options.value(
        "--file-limit",
        "SIZE",
        "most that its own files and its changes of others may hold, in memory; 64MiB",
        text -> files = MemorySize.parse(text));
    addTimesTo(options);
    options.value(
        "--env", "NAME=VALUE", "set an environment variable; repeatable", this::addVariable);
    addFilesTo(options);
    options
        .value("--cwd", "DIR", "the directory it starts in", text -> workingDirectory = text)
        .value(
            "--cpu",
            "BASELINE",
            "processor it is shown: host, x86-64-v2, x86-64-v3, x86-64-v4",
            text -> cpu = CpuBaseline.parse(text));
    addTraceTo(options);
    addStatisticsTo(options);
  }

  /// Adds those that a sandbox of a snapshot has.
  void addSettingsOfSnapshotTo(Options options) {
    addTimesTo(options);
    addFilesTo(options);
    addTraceTo(options);
    addStatisticsTo(options);
  }

  private void addFilesTo(Options options) {
    options
        .value(
            "--root",
            "SOURCE",
            "a directory, or a tar archive, as its root, which it changes in memory only",
            this::setRoot)
        .value(
            "--image",
            "PATH[:TAG]",
            "an OCI image layout, or what `docker save` wrote, as its root and for its defaults",
            text -> image = text)
        .value(
            "--mount",
            "HOST:GUEST",
            "show a file or directory of the host, read-only; repeatable",
            this::addMount);
  }

  private void addTraceTo(Options options) {
    options.flag("--trace", "print each system call on standard error", () -> trace = true);
  }

  private void addTimesTo(Options options) {
    options
        .value(
            "--timeout",
            "TIME",
            "end it after this time, such as 500ms, 10s, 2m",
            text -> timeout = Durations.parse(text))
        .value(
            "--cpu-time",
            "TIME",
            "end it after it has computed for this time",
            text -> cpuTime = Durations.parse(text));
  }

  private void addStatisticsTo(Options options) {
    options.flag("--stats", "print what it used on standard error", () -> statistics = true);
  }

  /// A sandbox as these options say, for the program that the words name.
  ///
  /// @param line the program and its arguments; may be empty if an image says what runs
  SandboxBuilder builder(List<String> line, PrintStream err) {
    close();
    requireOneRoot();
    SandboxBuilder builder;
    if (image != null) {
      opened = Root.of(image, line);
      builder = launched(opened);
    } else {
      builder = Sandbox.builder(program(line.getFirst(), line.subList(1, line.size())));
    }
    settings(builder, err);
    return builder;
  }

  private static SandboxBuilder launched(Root root) {
    Launch launch = Objects.requireNonNull(root.launch());
    List<String> command = launch.command();
    SandboxBuilder builder =
        Sandbox.builder(Program.inTree(command.getFirst(), command.subList(1, command.size())))
            .root(root.tree())
            .workingDirectory(launch.workingDirectory())
            .user(
                launch.user().uid(),
                launch.user().gid(),
                launch.user().groups().stream().mapToInt(Integer::intValue).toArray());
    launch.environment().forEach(builder::environment);
    return builder;
  }

  private void settings(SandboxBuilder builder, PrintStream err) {
    if (memory != null) {
      builder.memory(memory);
    }
    if (files != null) {
      builder.fileLimit(files);
    }
    if (workingDirectory != null) {
      builder.workingDirectory(workingDirectory);
    }
    if (cpu != null) {
      builder.cpu(cpu);
    }
    environment.forEach(builder::environment);
    if (root != null) {
      opened = Root.of(root);
      builder.root(opened.tree());
    }
    for (Mount mount : mounts) {
      builder.mount(mount.host(), mount.guest());
    }
    applyTo(builder, err);
  }

  private void requireOneRoot() {
    if (image != null && root != null) {
      throw new UsageException("--image and --root are two roots: give one of them");
    }
  }

  /// What these options show to the program of a snapshot.
  FileSources sources() {
    requireOneRoot();
    FileSources sources = FileSources.none();
    if (image != null) {
      opened = Root.ofImage(image);
    } else if (root != null) {
      opened = Root.of(root);
    }
    if (opened != null) {
      sources = sources.root(opened.tree());
    }
    for (Mount mount : mounts) {
      sources = sources.mount(mount.host(), mount.guest());
    }
    return sources;
  }

  /// With a root, the program is a file of that. Without one, a program that lies where a mount
  /// shows something to the guest is the one that the guest sees there; any other one is a file of
  /// this host.
  private Program program(String name, List<String> arguments) {
    if (root != null) {
      return Program.inTree(name, arguments);
    }
    Path executable = SearchPath.ofEnvironment().find(name);
    boolean mounted =
        executable.isAbsolute()
            && mounts.stream().anyMatch(mount -> executable.normalize().startsWith(mount.guest()));
    return mounted
        ? Program.inTree(executable.toString(), arguments)
        : Program.of(executable, arguments);
  }

  /// Sets what a sandbox of a snapshot can have.
  void applyTo(SandboxBuilder builder, PrintStream err) {
    if (trace) {
      builder.trace(err::println);
    }
    if (timeout != null) {
      builder.timeout(timeout);
    }
    if (cpuTime != null) {
      builder.cpuTime(cpuTime);
    }
  }

  private void setRoot(String text) {
    try {
      root = Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /// Closes the root, after the sandbox.
  @Override
  public void close() {
    if (opened != null) {
      opened.close();
      opened = null;
    }
  }

  private void addVariable(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("must be NAME=VALUE");
    }
    environment.put(text.substring(0, equals), text.substring(equals + 1));
  }

  /// The guest's path is absolute, so that a colon in the host's path is no trouble.
  private void addMount(String text) {
    int colon = text.lastIndexOf(":/");
    if (colon < 1) {
      throw new IllegalArgumentException("must be HOST:GUEST, GUEST an absolute path");
    }
    try {
      mounts.add(new Mount(Path.of(text.substring(0, colon)), text.substring(colon + 1)));
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
