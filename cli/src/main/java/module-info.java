import org.jspecify.annotations.NullMarked;

/// The `mote` command.
@NullMarked
@SuppressWarnings("module") // the module named in the export is compiled after this one
module dev.mote.cli {
  requires dev.mote;
  requires dev.mote.json;
  requires dev.mote.store;
  requires dev.mote.trees;
  requires static transitive org.jspecify;

  exports dev.mote.cli to
      dev.mote.server;
}
