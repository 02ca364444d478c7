import org.jspecify.annotations.NullMarked;

/// What users program against: programs, sandboxes, limits, outcomes.
@NullMarked
module dev.mote {
  requires dev.mote.linux;
  requires transitive dev.mote.values;
  requires jdk.jfr;
  requires static transitive org.jspecify;

  exports dev.mote;

  // A snapshot on disk is made of its records.
  opens dev.mote to
      dev.mote.values;
}
