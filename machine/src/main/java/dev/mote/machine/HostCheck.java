package dev.mote.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a host must have for virtual machines, each point with its reason and its fix.
public final class HostCheck {
  public enum State {
    OK,
    /// It works, but something should be known or mended.
    WARNING,
    FAILED
  }

  /// One point that was examined.
  ///
  /// @param name what was examined
  /// @param text what was found
  /// @param fix what to do; empty if there is nothing to do
  public record Finding(String name, State state, String text, String fix) {}

  private record Capability(int number, String name) {}

  private static final List<Capability> CAPABILITIES =
      List.of(
          new Capability(KvmAbi.KVM_CAP_USER_MEMORY, "KVM_CAP_USER_MEMORY"),
          new Capability(KvmAbi.KVM_CAP_EXT_CPUID, "KVM_CAP_EXT_CPUID"),
          new Capability(KvmAbi.KVM_CAP_XSAVE, "KVM_CAP_XSAVE"),
          new Capability(KvmAbi.KVM_CAP_XCRS, "KVM_CAP_XCRS"),
          new Capability(KvmAbi.KVM_CAP_SYNC_REGS, "KVM_CAP_SYNC_REGS"),
          new Capability(KvmAbi.KVM_CAP_IMMEDIATE_EXIT, "KVM_CAP_IMMEDIATE_EXIT"));

  private static final int ENOENT = 2;
  private static final int EACCES = 13;
  private static final int ENXIO = 6;
  private static final int ENODEV = 19;

  private HostCheck() {}

  static List<Finding> examine() {
    var findings = new ArrayList<Finding>();
    findings.add(processor());
    try {
      requireNativeAccess();
      findings.add(new Finding("native access", State.OK, "allowed", ""));
      int fd = (int) openDevice();
      try {
        findings.add(new Finding(Kvm.DEVICE, State.OK, "can be opened", ""));
        requireInterface(fd);
        findings.add(new Finding("KVM interface", State.OK, "version 12, all capabilities", ""));
      } finally {
        Libc.close(fd);
      }
      findings.add(kind());
      findings.add(cpuid());
      findings.addAll(shadowPagingBugs());
    } catch (HypervisorUnavailableException e) {
      findings.add(new Finding("virtual machines", State.FAILED, e.reason(), e.fix()));
    }
    return findings;
  }

  private static Finding processor() {
    String arch = System.getProperty("os.arch", "");
    String os = System.getProperty("os.name", "");
    if (arch.equals("amd64") && os.equals("Linux")) {
      return new Finding("platform", State.OK, "Linux on x86-64", "");
    }
    return new Finding(
        "platform",
        State.FAILED,
        os + " on " + arch + " is not supported",
        "run Mote on Linux on an x86-64 processor");
  }

  /// @throws HypervisorUnavailableException if this JVM refuses native access to Mote
  static void requireNativeAccess() {
    if (!System.getProperty("os.name", "").equals("Linux")
        || !System.getProperty("os.arch", "").equals("amd64")) {
      Finding finding = processor();
      throw new HypervisorUnavailableException(finding.text, finding.fix);
    }
    Module module = HostCheck.class.getModule();
    if (!module.isNativeAccessEnabled() && deniesNativeAccess()) {
      String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
      throw new HypervisorUnavailableException(
          "this JVM denies native access to Mote",
          "start java with --enable-native-access=" + name);
    }
  }

  private static boolean deniesNativeAccess() {
    try {
      Libc.getpid();
      return false;
    } catch (IllegalCallerException | ExceptionInInitializerError | NoClassDefFoundError _) {
      return true;
    }
  }

  /// Opens /dev/kvm.
  ///
  /// @return its descriptor
  static long openDevice() {
    long fd = Libc.openReadWrite(Kvm.DEVICE);
    if (fd >= 0) {
      return fd;
    }
    switch ((int) -fd) {
      case ENOENT ->
          throw new HypervisorUnavailableException(
              Kvm.DEVICE + " does not exist",
              "enable virtualization (VT-x or AMD-V) in the firmware, or nested virtualization for this"
                  + " virtual machine, and load the module: sudo modprobe kvm_intel (or kvm_amd)");
      case EACCES ->
          throw new HypervisorUnavailableException(
              "no permission for " + Kvm.DEVICE,
              "add yourself to its group and log in again: sudo usermod -aG kvm $USER");
      case ENXIO, ENODEV ->
          throw new HypervisorUnavailableException(
              Kvm.DEVICE + " exists but KVM is not loaded",
              "load the module: sudo modprobe kvm_intel (or kvm_amd)");
      default ->
          throw new HypervisorUnavailableException(
              Kvm.DEVICE + " cannot be opened: errno " + -fd, "see `man 3 errno` for this number");
    }
  }

  static void requireInterface(int fd) {
    long version = Libc.ioctl(fd, KvmAbi.KVM_GET_API_VERSION, 0);
    if (version != KvmAbi.KVM_API_VERSION) {
      throw new HypervisorUnavailableException(
          Kvm.DEVICE + " speaks version " + version + " of the KVM interface, not 12",
          "use a kernel from 2.6.22 on");
    }
    for (Capability capability : CAPABILITIES) {
      if (Libc.ioctl(fd, KvmAbi.KVM_CHECK_EXTENSION, capability.number) <= 0) {
        throw new HypervisorUnavailableException(
            "this KVM lacks " + capability.name, "use a kernel from 4.17 on");
      }
    }
  }

  private static Finding kind() {
    return new Finding("kind of KVM", State.OK, kindOfKvm(), "");
  }

  private static String kindOfKvm() {
    if (isPvm()) {
      return "pvm (no hardware virtualization), shadow paging";
    }
    String paging = isShadowPaging() ? "shadow paging" : "nested paging";
    if (Files.exists(Path.of("/sys/module/kvm_intel"))) {
      return "vmx, " + paging;
    }
    return Files.exists(Path.of("/sys/module/kvm_amd")) ? "svm, " + paging : "unknown";
  }

  private static boolean isShadowPaging() {
    if (Files.exists(Path.of("/sys/module/kvm_pvm"))) {
      return true;
    }
    return isOff("/sys/module/kvm_intel/parameters/ept")
        || isOff("/sys/module/kvm_amd/parameters/npt");
  }

  private static boolean isOff(String parameter) {
    try {
      String value = Files.readString(Path.of(parameter)).strip();
      return value.equals("N") || value.equals("0");
    } catch (IOException _) {
      return false; // no such module: its switch is not off
    }
  }

  /// The first kernel of each stable series with both fixes of the shadow MMU's use-after-frees,
  /// CVE-2026-53359.
  private static final int[][] FIXED = {
    {6, 1, 177}, {6, 6, 144}, {6, 12, 95}, {6, 18, 38}, {7, 1, 3}
  };

  private static Finding cpuid() {
    try {
      return !isPvm() || CpuidControl.decides()
          ? new Finding("CPUID", State.OK, "tells programs what Mote decides", "")
          : new Finding(
              "CPUID",
              State.WARNING,
              "tells programs what it tells this machine: there is no baseline but the host's own",
              "use a host with hardware virtualization if programs must not know the processor");
    } catch (MachineException e) {
      return new Finding(
          "CPUID", State.FAILED, "cannot be asked: " + e.getMessage(), "see what the kernel logs");
    }
  }

  private static boolean isPvm() {
    return Files.exists(Path.of("/sys/module/kvm_pvm"));
  }

  private static List<Finding> shadowPagingBugs() {
    if (!isShadowPaging()) {
      return List.of();
    }
    String release = System.getProperty("os.version", "");
    if (hasShadowPagingFixes(release)) {
      return List.of(
          new Finding("shadow paging", State.OK, "kernel " + release + " has the fixes", ""));
    }
    return List.of(
        new Finding(
            "shadow paging",
            State.WARNING,
            "kernel "
                + release
                + " may have use-after-frees in KVM's shadow paging (CVE-2026-53359)",
            "update to 6.1.177, 6.6.144, 6.12.95, 6.18.38, 7.1.3 or later, or use nested paging"));
  }

  static boolean hasShadowPagingFixes(String release) {
    String[] parts = release.split("[^0-9]+", -1);
    if (parts.length < 2) {
      return false;
    }
    try {
      int major = Integer.parseInt(parts[0]);
      int minor = Integer.parseInt(parts[1]);
      int patch = parts.length > 2 && !parts[2].isEmpty() ? Integer.parseInt(parts[2]) : 0;
      for (int[] fixed : FIXED) {
        if (major == fixed[0] && minor == fixed[1]) {
          return patch >= fixed[2];
        }
      }
      return major > 7 || (major == 7 && minor > 1);
    } catch (NumberFormatException _) {
      return false;
    }
  }
}
