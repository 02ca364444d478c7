import org.jspecify.annotations.NullMarked;

/// Read-only file trees from archives and images.
@NullMarked
module dev.mote.trees {
  requires dev.mote.linux;
  requires transitive dev.mote;
  requires dev.mote.json;
  requires static transitive org.jspecify;

  exports dev.mote.trees;
}
