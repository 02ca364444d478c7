package dev.mote.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/// The files of one run of a guest: its tree, its descriptors and the calls on them.
final class GuestFiles implements AutoCloseable {
  private static final int EXECUTABLE = 0755;
  private static final int DIRECTORY = 0755;
  private static final String CPU_MODEL = "Mote virtual processor";

  private final LinuxProcess process;
  private final FileTree tree;
  private final ProcessFiles files;
  private final StandardFiles standard;
  private final FileMappings mappings;
  private final FileCalls calls;

  /// @throws GuestFailure if a mount or the working directory cannot be had
  GuestFiles(
      LinuxProcess process,
      StandardStreams streams,
      GuestSetup setup,
      Credentials credentials,
      ResourceLimits limits) {
    this.process = process;
    tree = new FileTree(setup.limits().files(), process.clock(), setup.root());
    try {
      LinuxProcessFacts facts = new LinuxProcessFacts(process, limits, credentials);
      populate(tree, setup);
      if (process.channel().isOpen()) {
        tree.devices().channel(process.channel());
      }
      // The root is final only now: a mount may have become it.
      files = new ProcessFiles(tree, credentials);
      SystemDirectories.mount(tree, facts(process), facts, files);
      if (setup.root() != null) {
        tree.directory(setup.workingDirectory(), DIRECTORY); // images name one that they lack
      }
      enter(setup.workingDirectory());
      standard = new StandardFiles(files, streams, process.events(), Terminal.Host.fixed());
    } catch (RuntimeException | Error e) {
      tree.close();
      throw e;
    }
    mappings = new FileMappings(files.descriptors, process.space(), process.vm().memory());
    calls = new FileCalls(files, process.processId());
  }

  /// Puts what a guest comes with into a fresh tree.
  ///
  /// @throws GuestFailure if a mount cannot be had
  static void populate(FileTree tree, GuestSetup setup) {
    for (GuestSetup.Mount mount : setup.mounts()) {
      try {
        tree.mountHost(mount.host(), mount.target());
      } catch (NoSuchFileException e) {
        throw GuestFailure.ofProgram(
            new UncheckedIOException(mount.host() + " cannot be mounted: no such file", e));
      } catch (IOException e) {
        throw GuestFailure.ofProgram(
            new UncheckedIOException(mount.host() + " cannot be mounted: " + e.getMessage(), e));
      } catch (IllegalArgumentException e) {
        throw noPlace(mount.target(), e);
      }
    }
    tree.addDefaults(ProcessCalls.HOST_NAME);
    ProgramFile program = setup.program();
    if (program != null) {
      addProgram(tree, setup.path().toAbsolutePath().normalize().toString(), program);
    }
  }

  private static void addProgram(FileTree tree, String path, ProgramFile program) {
    try {
      tree.addFile(path, FileContent.of(program.bytes()), EXECUTABLE);
    } catch (IllegalArgumentException e) {
      throw noPlace(path, e);
    }
  }

  private static GuestFailure noPlace(String path, IllegalArgumentException why) {
    return GuestFailure.ofProgram(
        new IllegalArgumentException(path + " has no place in the root: " + why.getMessage(), why));
  }

  private void enter(String directory) {
    try {
      files.changeDirectory(directory);
    } catch (ErrnoException e) {
      throw GuestFailure.ofProgram(
          new IllegalArgumentException("working directory " + directory + ": " + e.errno, e));
    }
  }

  private static GuestFacts facts(LinuxProcess process) {
    return new GuestFacts(
        ProcessCalls.HOST_NAME,
        ProcessCalls.KERNEL_RELEASE,
        ProcessCalls.KERNEL_VERSION,
        process.memoryLimit(),
        process::boundBytes,
        CPU_MODEL);
  }

  /// For the next call.
  FileCalls calls() {
    tree.forgetUnused();
    return calls;
  }

  ProcessFiles process() {
    return files;
  }

  Descriptors descriptors() {
    return files.descriptors;
  }

  FilesSaver saver() {
    return new FilesSaver(files);
  }

  /// Makes the files of a snapshot again.
  List<OpenFile> load(FilesState state) {
    return new FilesLoader(files, standard, process, state).load();
  }

  /// Threads of the host may have brought something: whoever waits for it looks again.
  void wakeWaiters() {
    standard.wakeWaiters();
  }

  boolean inputIsWanted() {
    return standard.inputIsWanted();
  }

  /// @return false if the files must be made anew for them
  boolean replace(StandardStreams streams) {
    return standard.replace(streams);
  }

  /// Whether a call is one of the few that change nothing here: what they do is in the guest's
  /// memory, or in a stream of the host.
  ///
  /// @param fd the first argument
  boolean leavesUnchanged(int number, int fd) {
    return switch (number) {
      case 0, 1, 19, 20 -> { // read, write, readv, writev
        OpenFile file = files.descriptors.find(fd);
        yield file instanceof StandardStream
            || file instanceof OpenDevice
            || file == null
            || (file instanceof OpenChannel channel && channel.waiters().isEmpty()); // no epoll set
      }
      case 5, 7, 271 -> true; // fstat, poll, ppoll
      case 51, 52 -> true; // getsockname, getpeername
      default -> false;
    };
  }

  FileMappings mappings() {
    return mappings;
  }

  void renewOutputLimits() {
    standard.renewOutputLimits();
  }

  /// Closes everything. A read of the host's input that waits is abandoned, not waited for.
  @Override
  public void close() {
    standard.close();
    files.close();
    mappings.close();
    tree.close();
  }
}
