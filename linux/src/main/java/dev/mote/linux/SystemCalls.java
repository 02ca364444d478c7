package dev.mote.linux;

import dev.mote.machine.Registers;
import dev.mote.machine.VirtualMachine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answers system calls: one switch from number to method. What is not here gives ENOSYS, and is
/// counted.
final class SystemCalls implements AutoCloseable {
  static final int RT_SIGRETURN = 15;

  /// The program is ready: what comes now is what it is for. A number that Linux does not have, so
  /// that the program runs natively too (`mote_ready` of the guest libraries).
  static final int READY = 0x4d_4f54;

  private final LinuxProcess process;
  private final GuestFiles files;
  private final MemoryCalls memory;
  private final SignalCalls signals;
  private final TimeCalls time;
  private final ProcessCalls processCalls;
  private final ThreadCalls threads;
  private final SchedulingCalls scheduling;
  private final FutexCalls futexes;
  private final Exec exec;
  private final ExecCalls execCalls;
  private final ResourceLimits limits;
  private final Credentials credentials;
  private boolean filesMayHaveChanged;
  private long alarmsRung;

  /// @param breakStart where the heap begins
  SystemCalls(LinuxProcess process, StandardStreams streams, GuestSetup setup, long breakStart) {
    this.process = process;
    VirtualMachine vm = process.vm();
    credentials = new Credentials(setup.ids());
    GuestLimits allowed = setup.limits();
    limits = new ResourceLimits(allowed.files().openFiles());
    files = new GuestFiles(process, streams, setup, credentials, limits);
    files.descriptors().limit(openFilesLimit());
    memory = new MemoryCalls(process.space(), breakStart, allowed.memoryBytes(), files.mappings());
    signals = new SignalCalls(process, vm);
    time = new TimeCalls(process);
    processCalls = new ProcessCalls(process, vm, credentials);
    scheduling = new SchedulingCalls(process, credentials);
    futexes = new FutexCalls(process.futexes(), process.scheduler());
    threads = new ThreadCalls(process, futexes);
    exec = new Exec(process, files.process(), files.mappings(), memory, credentials);
    execCalls = new ExecCalls(files.process(), limits, exec);
  }

  /// Loads the guest's program out of its file tree.
  ///
  /// @throws GuestFailure if it is not there, or cannot be loaded
  void loadProgram(GuestSetup setup) {
    exec.start(setup);
  }

  /// Makes one system call.
  ///
  /// @return its result, `-errno`, or [Task#BLOCKED]
  long call(Task task, int number) {
    Registers r = task.registers();
    try {
      return dispatch(task, number, r.rdi(), r.rsi(), r.rdx(), r.r10(), r.r8(), r.r9());
    } catch (ErrnoException e) {
      return -e.errno.value;
    }
  }

  private long dispatch(Task task, int number, long a, long b, long c, long d, long e, long f) {
    return switch (number) {
      case 9 -> {
        filesMayHaveChanged |= (int) e >= 0; // a mapping keeps its file open
        yield memory.mmap(a, b, (int) c, (int) d, (int) e, f);
      }
      case 10 -> memory.mprotect(a, b, (int) c);
      case 11 -> memory.munmap(a, b);
      case 12 -> memory.brk(a);
      case 13 -> signals.rtSigaction(task, (int) a, b, c, d);
      case 14 -> signals.rtSigprocmask(task, (int) a, b, c, d);
      case RT_SIGRETURN -> signals.rtSigreturn(task);
      case 24 -> {
        process.scheduler().pass(); // sched_yield
        yield 0;
      }
      case 25 -> memory.mremap(a, b, c, (int) d, e);
      case 26 -> memory.msync(a, b, (int) c);
      case 27 -> memory.mincore(task, a, b, c);
      case 28 -> memory.madvise(a, b, (int) c);
      case 34 -> signals.pause(task);
      case 35 -> time.nanosleep(task, a, b);
      case 36 -> time.getitimer(task, (int) a, b);
      case 37 -> time.alarm((int) a);
      case 38 -> time.setitimer(task, (int) a, b, c);
      case 39 -> process.processId();
      case 56 -> threads.clone(task, a, b, c, d, e);
      case 59 -> {
        filesMayHaveChanged = true; // it closes some, and mappings keep files open
        yield execCalls.execve(task, a, b, c);
      }
      case 60 -> threads.exit(task, (int) a);
      case 61 -> processCalls.wait4((int) c);
      case 62 -> signals.kill(task, (int) a, (int) b);
      case 63 -> processCalls.uname(task, a);
      case 96 -> time.gettimeofday(task, a, b);
      case 97 -> limits.prlimit(task, (int) a, 0, b);
      case 98 -> processCalls.getrusage(task, (int) a, b);
      case 99 -> processCalls.sysinfo(task, a);
      case 100 -> time.times(task, a);
      case 102 -> Integer.toUnsignedLong(credentials.uid());
      case 104 -> Integer.toUnsignedLong(credentials.gid());
      case 105 -> credentials.setuid((int) a);
      case 106 -> credentials.setgid((int) a);
      case 107 -> Integer.toUnsignedLong(credentials.euid());
      case 108 -> Integer.toUnsignedLong(credentials.egid());
      case 109 -> processCalls.setpgid(task, (int) a, (int) b);
      case 110 -> 1; // getppid
      case 111 -> process.processId(); // getpgrp
      case 112 -> processCalls.setsid();
      case 113 -> credentials.setreuid((int) a, (int) b);
      case 114 -> credentials.setregid((int) a, (int) b);
      case 115 -> credentials.getgroups(task, (int) a, b);
      case 116 -> credentials.setgroups(task, a, b);
      case 117 -> credentials.setresuid((int) a, (int) b, (int) c);
      case 118 -> credentials.getresuid(task, a, b, c);
      case 119 -> credentials.setresgid((int) a, (int) b, (int) c);
      case 120 -> credentials.getresgid(task, a, b, c);
      case 121, 124 -> processCalls.getpgid(task, (int) a); // getpgid, getsid
      case 125 -> processCalls.capget(task, a, b);
      case 127 -> signals.rtSigpending(task, a, b);
      case 128 -> signals.rtSigtimedwait(task, a, b, c, d);
      case 129 -> signals.rtSigqueueinfo(task, (int) a, (int) b, c);
      case 130 -> signals.rtSigsuspend(task, a, b);
      case 131 -> signals.sigaltstack(task, a, b);
      case 135 -> ProcessCalls.personality((int) a);
      case 140 -> scheduling.getpriority(task, (int) a, (int) b);
      case 141 -> scheduling.setpriority(task, (int) a, (int) b, (int) c);
      case 142 -> scheduling.setparam(task, (int) a, b);
      case 143 -> scheduling.getparam(task, (int) a, b);
      case 144 -> scheduling.setscheduler(task, (int) a, (int) b, c);
      case 145 -> scheduling.getscheduler(task, (int) a);
      case 146 -> SchedulingCalls.priorityOfPolicy((int) a, 99); // sched_get_priority_max
      case 147 -> SchedulingCalls.priorityOfPolicy((int) a, 1); // sched_get_priority_min
      case 148 -> scheduling.getInterval(task, (int) a, b);
      case 149 -> memory.mlock(a, b, 0);
      case 150 -> memory.munlock(a, b);
      case 151 -> MemoryCalls.mlockall((int) a);
      case 152 -> 0; // munlockall
      case 170, 171 -> ProcessCalls.setName(); // sethostname, setdomainname
      case 157 -> processCalls.prctl(task, (int) a, b);
      case 158 -> processCalls.archPrctl(task, (int) a, b);
      case 160 -> prlimit(task, (int) a, b, 0);
      case 186 -> task.tid;
      case 200 -> signals.tkill(task, (int) a, (int) b);
      case 201 -> time.time(task, a);
      case 202 -> futexes.futex(task, a, (int) b, (int) c, d, e, (int) f);
      case 203 -> scheduling.setaffinity(task, (int) a, b, c);
      case 204 -> scheduling.getaffinity(task, (int) a, b, c);
      case 218 -> processCalls.setTidAddress(task, a);
      case 222 -> time.timerCreate(task, (int) a, b, c);
      case 223 -> time.timerSettime(task, (int) a, (int) b, c, d);
      case 224 -> time.timerGettime(task, (int) a, b);
      case 225 -> time.timerGetoverrun((int) a);
      case 226 -> time.timerDelete((int) a);
      case 227 -> time.clockSettime(task, (int) a);
      case 228 -> time.clockGettime(task, (int) a, b);
      case 229 -> time.clockGetres(task, (int) a, b);
      case 230 -> time.clockNanosleep(task, (int) a, (int) b, c, d);
      case 231 -> processCalls.exitGroup((int) a);
      case 234 -> signals.tgkill(task, (int) a, (int) b, (int) c);
      case 247 -> ProcessCalls.waitid((int) a, (int) b, (int) d);
      case 273 -> processCalls.setRobustList(task, a, b);
      case 274 -> processCalls.getRobustList(task, (int) a, b, c);
      case 297 -> signals.rtTgsigqueueinfo(task, (int) a, (int) b, (int) c, d);
      case 302 -> {
        processCalls.requireSelf(task, (int) a);
        yield prlimit(task, (int) b, c, d);
      }
      case 309 -> processCalls.getcpu(task, a, b);
      case READY -> process.ready(task);
      case 435 -> threads.clone3(task, a, b);
      case 325 -> memory.mlock(a, b, (int) c); // mlock2
      case 322 -> {
        filesMayHaveChanged = true;
        yield execCalls.execveat(task, (int) a, b, c, d, (int) e);
      }
      case 318 -> processCalls.getrandom(task, a, b, (int) c);
      default -> fileCall(task, number, a, b, c, d, e, f);
    };
  }

  private long prlimit(Task task, int resource, long set, long old) {
    long result = limits.prlimit(task, resource, set, old);
    files.descriptors().limit(openFilesLimit());
    return result;
  }

  private long fileCall(Task task, int number, long a, long b, long c, long d, long e, long f) {
    if (!filesMayHaveChanged && !files.leavesUnchanged(number, (int) a)) {
      filesMayHaveChanged = true;
    }
    files.descriptors().use(task.pins());
    try {
      return files.calls().call(task, number, a, b, c, d, e, f);
    } catch (ErrnoException error) {
      if (error.errno == Errno.ENOSYS) {
        process.statistics().refuse(number);
      }
      throw error;
    } finally {
      files.descriptors().use(null);
    }
  }

  /// Whether a thread waits for a file that has lost its number meanwhile.
  boolean waitsForLost(Task task) {
    return !task.pins().isFoundAgain(files.descriptors());
  }

  /// Threads of the host may have brought something: whoever waits for it looks again.
  void wakeWaiters() {
    files.wakeWaiters();
  }

  /// Whether a call waits for bytes of the standard input.
  boolean inputIsWanted() {
    return files.inputIsWanted();
  }

  /// Other standard streams take the place of those that there are.
  ///
  /// @return false if the files must be made anew for them
  boolean replace(StandardStreams streams) {
    return files.replace(streams);
  }

  /// Whether a call was made that may have changed files, descriptors or their positions.
  boolean filesMayHaveChanged() {
    return filesMayHaveChanged
        || files.mappings().haveFilesChanged()
        || process.alarms().rung() != alarmsRung; // timers are files
  }

  /// They are as a snapshot has them.
  void filesAreSaved() {
    filesMayHaveChanged = false;
    files.mappings().filesAreSaved();
    alarmsRung = process.alarms().rung();
  }

  /// What the layer knows of the guest.
  ///
  /// @param before what it was put to; its files are taken over if none can have changed
  /// @throws IllegalStateException if it has something open that cannot be found again
  GuestState save(long stub, @Nullable GuestState before) {
    var saver = files.saver();
    var mappings = new ArrayList<GuestState.MappingState>();
    boolean showFiles = false;
    for (Mapping mapping : process.space().mappings()) {
      var saved = save(mapping, saver);
      showFiles |= saved.kind() == GuestState.Source.FILE; // by a number that the saver gave it
      mappings.add(saved);
    }
    return new GuestState(
        mappings,
        process.running().breakStart(),
        process.running().save(),
        memory.programBreak(),
        stub,
        process.scheduler().tasks().stream().map(Task::save).toList(),
        process.scheduler().lastTid(),
        threads.leaderStatus(),
        process.signals().pending().save(),
        process.signals().actions().save(),
        process.timers().save(),
        process.posixTimers().save(),
        process.clockToSave(),
        process.cpuNanos(),
        credentials.save(),
        limits.save(),
        credentials.noNewPrivileges,
        process.channel().save(),
        before == null || filesMayHaveChanged() || showFiles ? saver.save() : before.files());
  }

  @SuppressWarnings("ReferenceEquality") // of the two pages of the vDSO there is one each
  private static GuestState.MappingState save(Mapping mapping, FilesSaver saver) {
    PageSource source = mapping.source();
    var kind = GuestState.Source.ZEROS;
    long number = 0;
    if (source instanceof Loader.FilePages(_, long size)) {
      kind = GuestState.Source.PROGRAM;
      number = size;
    } else if (source == Vdso.DATA_PAGE) {
      kind = GuestState.Source.VDSO_DATA;
    } else if (source == Vdso.CODE_PAGE) {
      kind = GuestState.Source.VDSO_CODE;
    } else if (source != null) {
      kind = GuestState.Source.FILE;
      number = saver.open(FileMappings.fileOf(source));
    }
    return new GuestState.MappingState(
        mapping.start(),
        mapping.end(),
        mapping.protection(),
        mapping.shared(),
        kind,
        number,
        mapping.offset(),
        mapping.name());
  }

  /// Makes the files of a snapshot again; these are fresh.
  ///
  /// @return the open file descriptions by their numbers, to be given to [#doneWith]
  List<OpenFile> loadFiles(FilesState state) {
    return files.load(state);
  }

  /// What is held only by the list is open no more.
  void doneWith(List<OpenFile> open) {
    open.forEach(OpenFile::release);
    filesAreSaved();
  }

  /// The files were made anew, and the pages of a snapshot are bound.
  void findSharedPages() {
    files.mappings().findBound();
  }

  /// The pages of a file that a mapping of a snapshot shows.
  PageSource mapAgain(OpenFile file, boolean shared) {
    return files.mappings().pages(file, shared);
  }

  /// Everything else that system calls know.
  void load(GuestState state) {
    memory.heap(state.breakStart(), state.programBreak());
    credentials.load(state.credentials());
    limits.load(state.limits());
    files.descriptors().limit(openFilesLimit());
    credentials.noNewPrivileges = state.noNewPrivileges();
    threads.load(state.leaderStatus());
  }

  private int openFilesLimit() {
    return Math.clamp(limits.soft(ResourceLimits.RLIMIT_NOFILE), 0, Integer.MAX_VALUE);
  }

  void renewOutputLimits() {
    files.renewOutputLimits();
  }

  @Override
  public void close() {
    files.close();
  }
}
