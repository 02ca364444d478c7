import org.jspecify.annotations.NullMarked;

/// JSON of unknown origin: files, and values of messages. No API for users.
@NullMarked
@SuppressWarnings("module") // the modules named in the export are compiled after this one
module dev.mote.json {
  requires static transitive org.jspecify;
  requires tools.jackson.core;
  requires transitive dev.mote.values;

  exports dev.mote.json to
      dev.mote.cli,
      dev.mote.functions,
      dev.mote.server,
      dev.mote.store,
      dev.mote.trees;
}
