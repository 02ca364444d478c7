import org.jspecify.annotations.NullMarked;

/// JSON files of unknown origin. No API for users.
@NullMarked
@SuppressWarnings("module") // the modules named in the export are compiled after this one
module dev.mote.json {
  requires static transitive org.jspecify;
  requires tools.jackson.core;

  exports dev.mote.json to
      dev.mote.store,
      dev.mote.trees;
}
