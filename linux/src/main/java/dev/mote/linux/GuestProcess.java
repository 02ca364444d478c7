package dev.mote.linux;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/// What `/proc` tells of a guest's process.
final class GuestProcess implements ProcessFacts {
  private static final int PARENT = 1;
  private static final int NAME_COLUMN = 73;

  private final Guest guest;
  private final ProcessArguments arguments;
  private final ResourceLimits limits;
  private final long startNanos;

  GuestProcess(Guest guest, ProcessArguments arguments, ResourceLimits limits) {
    this.guest = guest;
    this.arguments = arguments;
    this.limits = limits;
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
  public String executable() {
    return new String(arguments.executablePath(), StandardCharsets.UTF_8);
  }

  @Override
  public byte[] commandLine() {
    return terminated(arguments.arguments());
  }

  @Override
  public byte[] environment() {
    return terminated(arguments.environment());
  }

  private static byte[] terminated(List<byte[]> strings) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] string : strings) {
      out.writeBytes(string);
      out.write(0);
    }
    return out.toByteArray();
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
  public long signals(SignalSet set) {
    Task task = guest.task();
    return switch (set) {
      case PENDING -> task.pendingSignals();
      case BLOCKED -> task.blockedSignals;
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
