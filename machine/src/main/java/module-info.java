import org.jspecify.annotations.NullMarked;

/// The virtual machine: KVM through the FFM API, guest memory, page tables, vCPU, deadlines. It
/// knows nothing of Linux programs.
@NullMarked
@SuppressWarnings("module") // the modules named in the export are compiled after this one
module dev.mote.machine {
  requires static org.jspecify;

  exports dev.mote.machine to
      dev.mote.linux,
      dev.mote.bench,
      dev.mote.conformance;
}
