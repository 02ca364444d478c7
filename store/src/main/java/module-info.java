import org.jspecify.annotations.NullMarked;

/// Images on disk: an OCI image layout.
@NullMarked
@SuppressWarnings("module") // the modules named in the exports are compiled after this one
module dev.mote.store {
  requires static transitive org.jspecify;
  requires tools.jackson.core;

  exports dev.mote.store;
}
