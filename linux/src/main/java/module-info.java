import org.jspecify.annotations.NullMarked;

/// The program's world: ELF loader, address space, system calls by family, files, signals, time. No
/// API for users.
@NullMarked
@SuppressWarnings("module") // the modules named in the export are compiled after this one
module dev.mote.linux {
  requires dev.mote.machine;
  requires static org.jspecify;

  exports dev.mote.linux to
      dev.mote,
      dev.mote.bench,
      dev.mote.conformance,
      dev.mote.trees;

  // A snapshot on disk is made of its records.
  opens dev.mote.linux to
      dev.mote.values;
}
