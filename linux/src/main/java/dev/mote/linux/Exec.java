package dev.mote.linux;

import dev.mote.linux.GuestFailure.Blame;
import dev.mote.machine.CpuState;
import dev.mote.machine.PageTables;
import dev.mote.machine.Vcpu;
import java.util.List;

/// Puts a program of the file tree in the place of the one that runs: what `execve` does, and what
/// starts the first one.
///
/// Everything that can be wrong is found before anything changes. Behind that point of no return
/// only memory can be lacking, and the guest ends.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class Exec {
  /// Where a name without a slash is looked for if the environment has no PATH: the default of
  /// containers.
  private static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final LinuxProcess process;
  private final ProcessFiles files;
  private final MemoryCalls memory;
  private final Credentials credentials;
  private final Loader loader;
  private final ExecutableSearch search;

  Exec(
      LinuxProcess process,
      ProcessFiles files,
      FileMappings mappings,
      MemoryCalls memory,
      Credentials credentials) {
    this.process = process;
    this.files = files;
    this.memory = memory;
    this.credentials = credentials;
    loader = process.loader();
    search = new ExecutableSearch(files, mappings, loader, process.memoryLimit());
  }

  /// Finds what is to be loaded for a file; the guest stays as it is.
  ///
  /// @param isClosed whether the file's name leads nowhere once "close on exec" was done
  /// @throws ExecException if it cannot be executed
  /// @throws ErrnoException if a file cannot be read
  Executable find(Entry entry, ProcessArguments arguments, boolean isClosed) {
    return search.find(entry, arguments, isClosed);
  }

  /// The point of no return: the task goes on as another program. It is the only one of its process
  /// from here on.
  void replace(Task task, Executable program) {
    AddressSpace space = process.space();
    process.scheduler().keepOnly(task);
    process.futexes().clear();
    process.channel().forgetReceiver(); // another thread
    process.posixTimers().clear();
    space.unmap(0, PageTables.USER_END);
    task.exec(program.arguments().commandName());
    process.signals().actions().exec();
    credentials.exec();
    files.descriptors.exec();
    resetProcessor();
    try {
      load(program);
    } catch (ErrnoException _) {
      process.endBySignal(task, SignalInfo.ofKernel(SignalInfo.SIGSEGV));
    }
  }

  private void resetProcessor() {
    Vcpu vcpu = process.vm().vcpu();
    vcpu.load(CpuState.initial(vcpu), process.space().tables().root(), null);
  }

  private void load(Executable program) {
    Loader.Loaded loaded =
        loader.load(
            program.file(),
            program.loader(),
            program.arguments(),
            credentials,
            process.reservesEnvironment());
    process.loaded(loaded, program.entry().path(), program.entry());
    memory.heap(loaded.breakStart(), loaded.breakStart());
    process.vdsoClock().pageIsNew();
  }

  /// Loads the first program of a guest.
  ///
  /// @throws GuestFailure if it is not there, or cannot be loaded
  void start(GuestSetup setup) {
    String name = setup.path().toString();
    try {
      String path = setup.program() == null ? located(setup) : process.running().executable();
      var arguments = ProcessArguments.of(setup, FileTree.bytes(path));
      if (arguments.size() > ProcessArguments.MAX_BYTES) {
        throw tooLong();
      }
      process.task().name = arguments.commandName();
      load(search.find(entry(path), arguments, false));
    } catch (ExecException e) {
      throw e.toFailure(name);
    } catch (ErrnoException e) {
      String text =
          e.errno == Errno.ENOMEM
              ? ": needs more memory to start than the memory limit"
              : ": cannot be read: " + e.errno;
      throw GuestFailure.ofProgram(name + text, Blame.PROGRAM);
    }
  }

  static ExecException tooLong() {
    return new ExecException(
        Errno.E2BIG,
        Blame.PROGRAM,
        "its arguments and environment are larger than " + ProcessArguments.MAX_BYTES + " bytes");
  }

  private Entry entry(String path) {
    try {
      return files.walk(ProcessFiles.AT_FDCWD, path, true).existing();
    } catch (ErrnoException e) {
      throw new ExecException(
          e.errno, Blame.MISSING_PROGRAM, "is not in the file tree: " + e.errno);
    }
  }

  /// The path that a name stands for: a name without a slash is looked for as a shell does.
  private String located(GuestSetup setup) {
    String name = FileTree.byteString(setup.path().toString());
    if (name.indexOf('/') >= 0) {
      return name;
    }
    for (String folder : searchPath(setup.environment()).split(":", -1)) {
      String path = folder.isEmpty() ? "./" + name : folder + "/" + name;
      if (isExecutable(path)) {
        return path;
      }
    }
    throw new ExecException(
        Errno.ENOENT, Blame.MISSING_PROGRAM, "is in no directory of PATH in the file tree");
  }

  private static String searchPath(List<String> environment) {
    for (String variable : environment) {
      if (variable.startsWith("PATH=")) {
        return FileTree.byteString(variable.substring("PATH=".length()));
      }
    }
    return DEFAULT_PATH;
  }

  private boolean isExecutable(String path) {
    try {
      Inode inode = files.walk(ProcessFiles.AT_FDCWD, path, true).existing().inode;
      return inode instanceof RegularFile && (inode.mode() & ExecutableSearch.ANY_EXECUTE) != 0;
    } catch (ErrnoException _) {
      return false;
    }
  }
}
