import org.jspecify.annotations.NullMarked;

/// Snapshots on disk, and what they lie in: an OCI image layout.
@NullMarked
module dev.mote.store {
  requires transitive dev.mote;
  requires static transitive org.jspecify;
  requires dev.mote.json;

  exports dev.mote.store;
}
