package dev.mote.linux;

import java.util.Locale;

/// The texts of `/proc` that tell of the machine.
final class SystemText {
  private static final long NANOS_PER_TICK = 10_000_000;
  private static final String CGROUP_MOUNT = "/sys/fs/cgroup";

  private SystemText() {}

  static String memory(GuestFacts facts) {
    long free = Math.max(0, facts.memoryBytes() - facts.memoryUsed().getAsLong());
    StringBuilder text = new StringBuilder();
    kibibytes(text, "MemTotal", facts.memoryBytes());
    kibibytes(text, "MemFree", free);
    kibibytes(text, "MemAvailable", free);
    kibibytes(text, "Buffers", 0);
    kibibytes(text, "Cached", 0);
    kibibytes(text, "SwapCached", 0);
    kibibytes(text, "Active", facts.memoryBytes() - free);
    kibibytes(text, "Inactive", 0);
    kibibytes(text, "SwapTotal", 0);
    kibibytes(text, "SwapFree", 0);
    kibibytes(text, "Shmem", 0);
    kibibytes(text, "SReclaimable", 0);
    text.append(
        "HugePages_Total:       0\nHugePages_Free:        0\nHugepagesize:       2048 kB\n");
    return text.toString();
  }

  private static void kibibytes(StringBuilder text, String name, long bytes) {
    text.append(String.format(Locale.ROOT, "%-16s%8d kB\n", name + ":", bytes >> 10));
  }

  static String processors(GuestFacts facts) {
    return "processor\t: 0\nvendor_id\t: Mote\nmodel name\t: "
        + facts.cpuModel()
        + "\nphysical id\t: 0\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\n\n";
  }

  /// Times in hundredths of a second.
  static String activity(Clock clock, ProcessFacts process) {
    long busy = process.cpuNanos() / NANOS_PER_TICK;
    long idle = Math.max(0, clock.monotonicNanos() / NANOS_PER_TICK - busy);
    String times = " " + busy + " 0 0 " + idle + " 0 0 0 0 0 0\n";
    long boot = (clock.realtimeNanos() - clock.monotonicNanos()) / 1_000_000_000;
    return "cpu "
        + times
        + "cpu0"
        + times
        + "intr 0\nctxt 0\nbtime "
        + boot
        + "\nprocesses 1\nprocs_running 1\nprocs_blocked 0\n";
  }

  static String uptime(Clock clock, ProcessFacts process) {
    double up = clock.monotonicNanos() / 1e9;
    return String.format(
        Locale.ROOT, "%.2f %.2f\n", up, Math.max(0, up - process.cpuNanos() / 1e9));
  }

  static String version(GuestFacts facts) {
    return "Linux version " + facts.release() + " (mote@mote) (mote) " + facts.version() + "\n";
  }

  static String fileSystems() {
    return "nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevtmpfs\nnodev\tpipefs\nnodev\tvirtiofs\n";
  }

  static String mounts(FileTree tree) {
    StringBuilder text = new StringBuilder();
    for (FileTree.Mounted mount : tree.mounted()) {
      String access = mount.volume().readOnly ? "ro" : "rw";
      String type = mount.volume().type;
      text.append(type + " " + escaped(mount.path()) + " " + type + " " + access);
      text.append(",relatime 0 0\n");
    }
    return text.append("cgroup2 " + CGROUP_MOUNT + " cgroup2 ro,relatime 0 0\n").toString();
  }

  static String mountInformation(FileTree tree) {
    StringBuilder text = new StringBuilder();
    int id = 20;
    int root = id;
    for (FileTree.Mounted mount : tree.mounted()) {
      String access = mount.volume().readOnly ? "ro" : "rw";
      String type = mount.volume().type;
      text.append(id + " " + (id == root ? 1 : root) + " 0:" + mount.volume().number + " / ");
      text.append(escaped(mount.path()) + " " + access + ",relatime - " + type + " " + type);
      text.append(" " + access + "\n");
      id++;
    }
    text.append(id + " " + root + " 0:24 / " + CGROUP_MOUNT);
    return text.append(" ro,relatime - cgroup2 cgroup2 ro\n").toString();
  }

  /// Spaces, tabs, line ends and backslashes as the kernel writes them.
  private static String escaped(String path) {
    return path.replace("\\", "\\134")
        .replace(" ", "\\040")
        .replace("\t", "\\011")
        .replace("\n", "\\012");
  }
}
