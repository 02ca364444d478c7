package dev.mote.linux;

import dev.mote.machine.HostRandom;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.Supplier;

/// Makes `/proc` and `/sys`.
final class SystemDirectories {
  private static final int PROC_NUMBER = 22;
  private static final int SYS_NUMBER = 23;

  private final FileTree tree;
  private final GuestFacts facts;

  private SystemDirectories(FileTree tree, GuestFacts facts) {
    this.tree = tree;
    this.facts = facts;
  }

  /// Mounts `/proc` and `/sys`.
  ///
  /// @param process whose `/proc/self` it is
  /// @param files the descriptors of that process
  static void mount(FileTree tree, GuestFacts facts, ProcessFacts process, ProcessFiles files) {
    SystemDirectories directories = new SystemDirectories(tree, facts);
    tree.mount("/proc", directories.proc(process, files));
    tree.mount("/sys", directories.sys());
  }

  private GeneratedDirectory proc(ProcessFacts process, ProcessFiles files) {
    Volume volume = tree.generatedVolume(PROC_NUMBER, "proc", Volume.PROC_MAGIC);
    return GeneratedDirectory.filledBy(volume, proc -> fillProc(proc, volume, process, files));
  }

  private void fillProc(
      GeneratedDirectory proc, Volume volume, ProcessFacts process, ProcessFiles files) {
    String pid = String.valueOf(process.processId());
    proc.with("cpuinfo", text(() -> SystemText.processors(facts)))
        .with("filesystems", text(SystemText::fileSystems))
        .with("loadavg", text(() -> "0.00 0.00 0.00 1/1 " + pid + "\n"))
        .with("meminfo", text(() -> SystemText.memory(facts)))
        .with("mounts", SymbolicLink.generated(volume, () -> "self/mounts"))
        .with("self", SymbolicLink.generated(volume, () -> pid))
        .with("stat", text(() -> SystemText.activity(tree.clock(), process)))
        .with("sys", settings(volume))
        .with(
            "thread-self",
            SymbolicLink.generated(volume, () -> pid + "/task/" + process.currentThread()))
        .with("uptime", text(() -> SystemText.uptime(tree.clock(), process)))
        .with("version", text(() -> SystemText.version(facts)))
        .with(pid, ProcessDirectory.of(volume, process, files));
  }

  private GeneratedDirectory settings(Volume volume) {
    String boot = uuid();
    GeneratedDirectory randomness =
        new GeneratedDirectory(volume)
            .with("boot_id", text(() -> boot + "\n"))
            .with("entropy_avail", text(() -> "256\n"))
            .with("uuid", text(() -> uuid() + "\n"));
    GeneratedDirectory kernel =
        new GeneratedDirectory(volume)
            .with("cap_last_cap", text(() -> "40\n"))
            .with("hostname", text(() -> facts.hostName() + "\n"))
            .with("ngroups_max", text(() -> "65536\n"))
            .with("osrelease", text(() -> facts.release() + "\n"))
            .with("ostype", text(() -> "Linux\n"))
            .with("pid_max", text(() -> "4194304\n"))
            .with("random", randomness)
            .with("threads-max", text(() -> "1024\n"))
            .with("version", text(() -> facts.version() + "\n"));
    GeneratedDirectory fileSystems =
        new GeneratedDirectory(volume)
            .with("file-max", text(() -> tree.limits().openFiles() + "\n"))
            .with("nr_open", text(() -> tree.limits().openFiles() + "\n"))
            .with("pipe-max-size", text(() -> "1048576\n"));
    GeneratedDirectory memory =
        new GeneratedDirectory(volume)
            .with("max_map_count", text(() -> "65530\n"))
            .with("mmap_min_addr", text(() -> "65536\n"))
            .with("overcommit_memory", text(() -> "0\n"));
    return new GeneratedDirectory(volume)
        .with("fs", fileSystems)
        .with("kernel", kernel)
        .with("vm", memory);
  }

  private static String uuid() {
    byte[] bytes = new byte[16];
    HostRandom.fill(bytes);
    ByteBuffer random = ByteBuffer.wrap(bytes);
    // Version 4 and the variant of RFC 9562.
    long high = (random.getLong() & ~0xf000L) | 0x4000L;
    long low = (random.getLong() & ~(3L << 62)) | (2L << 62);
    return new UUID(high, low).toString();
  }

  private GeneratedDirectory sys() {
    Volume volume = tree.generatedVolume(SYS_NUMBER, "sysfs", Volume.SYSFS_MAGIC);
    return GeneratedDirectory.filledBy(volume, sys -> fillSys(sys, volume));
  }

  private void fillSys(GeneratedDirectory sys, Volume volume) {
    GeneratedDirectory processors =
        new GeneratedDirectory(volume)
            .with("cpu0", new GeneratedDirectory(volume))
            .with("online", text(() -> "0\n"))
            .with("possible", text(() -> "0\n"))
            .with("present", text(() -> "0\n"));
    GeneratedDirectory controlGroup =
        new GeneratedDirectory(volume)
            .with("cgroup.controllers", text(() -> "cpu memory\n"))
            .with("cpu.max", text(() -> "max 100000\n"))
            .with("memory.current", text(() -> facts.memoryUsed().getAsLong() + "\n"))
            .with("memory.max", text(() -> facts.memoryBytes() + "\n"));
    GeneratedDirectory system = new GeneratedDirectory(volume).with("cpu", processors);
    sys.with("devices", new GeneratedDirectory(volume).with("system", system))
        .with("fs", new GeneratedDirectory(volume).with("cgroup", controlGroup));
  }

  private static Supplier<byte[]> text(Supplier<String> text) {
    return () -> text.get().getBytes(StandardCharsets.UTF_8);
  }
}
