import org.jspecify.annotations.NullMarked;

/// Values that cross the wall between host and guest: their types, and how they are written.
@NullMarked
@SuppressWarnings("module") // the modules named in the exports are compiled after this one
module dev.mote.values {
  requires static transitive org.jspecify;

  exports dev.mote.values;
}
