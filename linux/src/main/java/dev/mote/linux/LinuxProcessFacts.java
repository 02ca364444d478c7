package dev.mote.linux;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What `/proc` tells of a [LinuxProcess].
final class LinuxProcessFacts implements ProcessFacts {
  private static final int PARENT = 1;
  private static final int NAME_COLUMN = 73;

  private final LinuxProcess process;
  private final ResourceLimits limits;
  private final Credentials credentials;
  private final long startNanos;

  LinuxProcessFacts(LinuxProcess process, ResourceLimits limits, Credentials credentials) {
    this.process = process;
    this.limits = limits;
    this.credentials = credentials;
    this.startNanos = process.clock().monotonicNanos();
  }

  @Override
  public int processId() {
    return process.processId();
  }

  @Override
  public int parentId() {
    return PARENT;
  }

  @Override
  public String name() {
    Task leader = process.scheduler().leader();
    return leader == null ? "" : leader.name;
  }

  @Override
  public RunningProgram program() {
    return process.running();
  }

  /// A program that has written over the end of its arguments wants its title to be shown: the text
  /// up to the first NUL, which may reach into what was the environment, if that is behind them.
  @Override
  public byte[] commandLine() {
    RunningProgram program = process.running();
    long end = program.argumentsEnd();
    byte[] arguments = memory(program.arguments(), end);
    if (arguments.length == 0 || arguments[arguments.length - 1] == 0) {
      return arguments;
    }
    boolean reaches = end == program.environment();
    byte[] all = memory(program.arguments(), reaches ? program.environmentEnd() : end);
    int length = 0;
    while (length < all.length && all[length] != 0) {
      length++;
    }
    return Arrays.copyOf(all, length);
  }

  @Override
  public byte[] environment() {
    return memory(process.running().environment(), process.running().environmentEnd());
  }

  /// As much of a range as the program itself could read.
  private byte[] memory(long start, long end) {
    UserMemory memory = process.memory();
    byte[] bytes = new byte[(int) memory.readableBytes(start, end - start)];
    memory.read(start, bytes, 0, bytes.length);
    return bytes;
  }

  /// ```
  /// 00400000-00401000 r-xp 00000000 00:19 0                                  /bin/program
  /// ```
  @Override
  public byte[] maps() {
    StringBuilder text = new StringBuilder();
    for (Mapping mapping : process.space().mappings()) {
      String line =
          String.format(
              Locale.ROOT,
              "%08x-%08x %s%s %08x 00:00 0",
              mapping.start(),
              mapping.end(),
              rights(mapping.protection()),
              mapping.shared() ? "s" : "p",
              mapping.offset(mapping.start()));
      text.append(line);
      if (!mapping.name().isEmpty()) {
        text.append(" ".repeat(Math.max(1, NAME_COLUMN - line.length()))).append(mapping.name());
      }
      text.append('\n');
    }
    return text.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String rights(int protection) {
    return ((protection & Mapping.PROT_READ) != 0 ? "r" : "-")
        + ((protection & Mapping.PROT_WRITE) != 0 ? "w" : "-")
        + ((protection & Mapping.PROT_EXEC) != 0 ? "x" : "-");
  }

  @Override
  public long virtualBytes() {
    return process.space().mappedBytes();
  }

  @Override
  public long residentBytes() {
    return process.boundBytes();
  }

  @Override
  public long cpuNanos() {
    return process.cpuNanos();
  }

  @Override
  public long startNanos() {
    return startNanos;
  }

  @Override
  public long limit(int resource, boolean hard) {
    return hard ? limits.hard(resource) : limits.soft(resource);
  }

  @Override
  public Credentials credentials() {
    return credentials;
  }

  @Override
  public List<Integer> threads() {
    return process.scheduler().tasks().stream().map(task -> task.tid).toList();
  }

  @Override
  public int currentThread() {
    return process.task().tid;
  }

  @Override
  public ProcessFacts.@Nullable ThreadFacts thread(int tid) {
    Task task = process.scheduler().find(tid);
    return task == null
        ? null
        : new ProcessFacts.ThreadFacts(
            tid,
            task.name,
            task != process.task() && task.state == Task.State.BLOCKED,
            task.ownPendingSignals(),
            task.blockedSignals,
            process.scheduler().cpuNanos(task));
  }

  @Override
  public long signals(SignalSet set) {
    return switch (set) {
      case PENDING -> process.signals().pending().set();
      case IGNORED -> actions(action -> action.handler() == SignalActions.SIG_IGN);
      case CAUGHT -> actions(SignalActions.Action::isHandler);
    };
  }

  private long actions(Predicate<SignalActions.Action> wanted) {
    long set = 0;
    for (int signal = 1; signal <= SignalInfo.LAST; signal++) {
      if (wanted.test(process.signals().actions().get(signal))) {
        set |= 1L << (signal - 1);
      }
    }
    return set;
  }
}
