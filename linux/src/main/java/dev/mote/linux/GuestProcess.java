package dev.mote.linux;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What `/proc` tells of a guest's process.
final class GuestProcess implements ProcessFacts {
  private static final int PARENT = 1;
  private static final int NAME_COLUMN = 73;

  private final Guest guest;
  private final ResourceLimits limits;
  private final Credentials credentials;
  private final long startNanos;

  GuestProcess(Guest guest, ResourceLimits limits, Credentials credentials) {
    this.guest = guest;
    this.limits = limits;
    this.credentials = credentials;
    this.startNanos = guest.clock().monotonicNanos();
  }

  @Override
  public int processId() {
    return guest.processId();
  }

  @Override
  public int parentId() {
    return PARENT;
  }

  @Override
  public String name() {
    Task leader = guest.scheduler().leader();
    return leader == null ? "" : leader.name;
  }

  @Override
  public RunningProgram program() {
    return guest.running();
  }

  /// A program that has written over the end of its arguments wants its title to be shown: the text
  /// up to the first NUL, which may reach into what was the environment, if that is behind them.
  @Override
  public byte[] commandLine() {
    RunningProgram program = guest.running();
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
    return memory(guest.running().environment(), guest.running().environmentEnd());
  }

  /// As much of a range as the program itself could read.
  private byte[] memory(long start, long end) {
    UserMemory memory = guest.memory();
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
    for (Mapping mapping : guest.space().mappings()) {
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
    return guest.space().mappedBytes();
  }

  @Override
  public long residentBytes() {
    return guest.boundBytes();
  }

  @Override
  public long cpuNanos() {
    return guest.cpuNanos();
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
    return guest.scheduler().tasks().stream().map(task -> task.tid).toList();
  }

  @Override
  public int currentThread() {
    return guest.task().tid;
  }

  @Override
  public ProcessFacts.@Nullable ThreadFacts thread(int tid) {
    Task task = guest.scheduler().find(tid);
    return task == null
        ? null
        : new ProcessFacts.ThreadFacts(
            tid,
            task.name,
            task != guest.task() && task.state == Task.State.BLOCKED,
            task.ownPendingSignals(),
            task.blockedSignals,
            guest.scheduler().cpuNanos(task));
  }

  @Override
  public long signals(SignalSet set) {
    return switch (set) {
      case PENDING -> guest.signals().pending().set();
      case IGNORED -> actions(action -> action.handler() == SignalActions.SIG_IGN);
      case CAUGHT -> actions(SignalActions.Action::isHandler);
    };
  }

  private long actions(Predicate<SignalActions.Action> wanted) {
    long set = 0;
    for (int signal = 1; signal <= SignalInfo.LAST; signal++) {
      if (wanted.test(guest.signals().actions().get(signal))) {
        set |= 1L << (signal - 1);
      }
    }
    return set;
  }
}
