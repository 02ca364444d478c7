package dev.mote.linux;

import java.util.Locale;

/// The texts of the files in `/proc/self`, as Linux lays them out.
final class ProcessText {
  private static final long PAGE = 4096;
  private static final long NANOS_PER_TICK = 10_000_000;
  private static final String ALL_CAPABILITIES = "000001ffffffffff";
  private static final int STAT_FIELDS = 52;

  /// Names and units of `/proc/self/limits`, in the order of the `RLIMIT_*` numbers.
  private static final String[][] LIMITS = {
    {"Max cpu time", "seconds"},
    {"Max file size", "bytes"},
    {"Max data size", "bytes"},
    {"Max stack size", "bytes"},
    {"Max core file size", "bytes"},
    {"Max resident set", "bytes"},
    {"Max processes", "processes"},
    {"Max open files", "files"},
    {"Max locked memory", "bytes"},
    {"Max address space", "bytes"},
    {"Max file locks", "locks"},
    {"Max pending signals", "signals"},
    {"Max msgqueue size", "bytes"},
    {"Max nice priority", ""},
    {"Max realtime priority", ""},
    {"Max realtime timeout", "us"},
  };

  private ProcessText() {}

  /// What the first thread has is shown for the process; a first one that has ended is a zombie.
  static String status(ProcessFacts process, ProcessFiles files) {
    return status(process, first(process), files);
  }

  private static ProcessFacts.ThreadFacts first(ProcessFacts process) {
    int tid = process.processId();
    ProcessFacts.ThreadFacts first = process.thread(tid);
    return first == null ? new ProcessFacts.ThreadFacts(tid, "", true, 0, 0, 0) : first;
  }

  private static char state(ProcessFacts process, ProcessFacts.ThreadFacts thread) {
    if (process.thread(thread.tid()) == null) {
      return 'Z';
    }
    return thread.waits() ? 'S' : 'R';
  }

  private static String stateInWords(char state) {
    return switch (state) {
      case 'Z' -> "Z (zombie)";
      case 'S' -> "S (sleeping)";
      default -> "R (running)";
    };
  }

  static String status(ProcessFacts process, ProcessFacts.ThreadFacts thread, ProcessFiles files) {
    Credentials credentials = process.credentials();
    StringBuilder text = new StringBuilder();
    line(text, "Name", thread.name());
    line(text, "Umask", String.format(Locale.ROOT, "%04o", files.umask()));
    line(text, "State", stateInWords(state(process, thread)));
    line(text, "Tgid", process.processId());
    line(text, "Ngid", 0);
    line(text, "Pid", thread.tid());
    line(text, "PPid", process.parentId());
    line(text, "TracerPid", 0);
    line(text, "Uid", credentials.users());
    line(text, "Gid", credentials.groups());
    line(text, "FDSize", files.descriptors.tableSize());
    line(text, "Groups", credentials.furtherGroups() + " ");
    line(text, "VmPeak", kibibytes(process.virtualBytes()));
    line(text, "VmSize", kibibytes(process.virtualBytes()));
    line(text, "VmHWM", kibibytes(process.residentBytes()));
    line(text, "VmRSS", kibibytes(process.residentBytes()));
    line(text, "VmSwap", kibibytes(0));
    line(text, "Threads", process.threads().size());
    line(text, "SigQ", "0/0");
    line(text, "SigPnd", signals(thread.pending()));
    line(text, "ShdPnd", signals(process.signals(ProcessFacts.SignalSet.PENDING)));
    line(text, "SigBlk", signals(thread.blocked()));
    line(text, "SigIgn", signals(process.signals(ProcessFacts.SignalSet.IGNORED)));
    line(text, "SigCgt", signals(process.signals(ProcessFacts.SignalSet.CAUGHT)));
    line(text, "CapInh", "0000000000000000");
    line(text, "CapPrm", ALL_CAPABILITIES);
    line(text, "CapEff", ALL_CAPABILITIES);
    line(text, "CapBnd", ALL_CAPABILITIES);
    line(text, "CapAmb", "0000000000000000");
    line(text, "NoNewPrivs", credentials.noNewPrivileges ? 1 : 0);
    line(text, "Seccomp", 0);
    line(text, "Cpus_allowed", "1");
    line(text, "Cpus_allowed_list", "0");
    line(text, "Mems_allowed_list", "0");
    line(text, "voluntary_ctxt_switches", 0);
    line(text, "nonvoluntary_ctxt_switches", 0);
    return text.toString();
  }

  private static String signals(long set) {
    return String.format(Locale.ROOT, "%016x", set);
  }

  private static String kibibytes(long bytes) {
    return String.format(Locale.ROOT, "%8d kB", bytes >> 10);
  }

  private static void line(StringBuilder text, String name, Object value) {
    text.append(name).append(":\t").append(value).append('\n');
  }

  /// One line of 52 fields; those that say nothing here are 0.
  static String stat(ProcessFacts process) {
    return stat(process, first(process), process.cpuNanos());
  }

  static String stat(ProcessFacts process, ProcessFacts.ThreadFacts thread) {
    return stat(process, thread, thread.cpuNanos());
  }

  private static String stat(ProcessFacts process, ProcessFacts.ThreadFacts thread, long cpuNanos) {
    long[] fields = new long[STAT_FIELDS + 1];
    fields[4] = process.parentId();
    fields[5] = process.processId();
    fields[6] = process.processId();
    fields[8] = -1;
    fields[14] = cpuNanos / NANOS_PER_TICK;
    fields[18] = 20;
    fields[20] = process.threads().size();
    fields[22] = process.startNanos() / NANOS_PER_TICK;
    fields[23] = process.virtualBytes();
    fields[24] = process.residentBytes() / PAGE;
    fields[25] = process.limit(5, false);
    fields[38] = 17;
    StringBuilder text = new StringBuilder();
    text.append(thread.tid()).append(" (").append(thread.name()).append(") ");
    text.append(state(process, thread));
    for (int field = 4; field <= STAT_FIELDS; field++) {
      text.append(' ').append(field == 25 ? Long.toUnsignedString(fields[field]) : fields[field]);
    }
    return text.append('\n').toString();
  }

  static String statm(ProcessFacts process) {
    long pages = process.virtualBytes() / PAGE;
    return pages + " " + process.residentBytes() / PAGE + " 0 0 0 " + pages + " 0\n";
  }

  static String limits(ProcessFacts process) {
    StringBuilder text = new StringBuilder();
    String layout = "%-26s%-21s%-21s%-10s\n";
    text.append(String.format(Locale.ROOT, layout, "Limit", "Soft Limit", "Hard Limit", "Units"));
    for (int resource = 0; resource < LIMITS.length; resource++) {
      String soft = limit(process.limit(resource, false));
      String hard = limit(process.limit(resource, true));
      text.append(
          String.format(Locale.ROOT, layout, LIMITS[resource][0], soft, hard, LIMITS[resource][1]));
    }
    return text.toString();
  }

  private static String limit(long value) {
    return value == -1 ? "unlimited" : Long.toUnsignedString(value);
  }

  static String descriptor(OpenFile file, boolean closesOnExec) {
    long position = 0;
    try {
      position = file.seek(0, OpenFile.SEEK_CUR);
    } catch (ErrnoException e) {
      // It has no position; Linux shows 0.
    }
    int flags = file.flags() | (closesOnExec ? OpenFlags.O_CLOEXEC : 0);
    return String.format(
        Locale.ROOT,
        "pos:\t%d\nflags:\t0%o\nmnt_id:\t%d\nino:\t%d\n",
        position,
        flags,
        file.inode().volume.number,
        file.inode().number());
  }
}
