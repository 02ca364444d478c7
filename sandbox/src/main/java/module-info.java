import org.jspecify.annotations.NullMarked;

/// What users program against: programs, sandboxes, limits, outcomes.
@NullMarked
module dev.mote {
  requires dev.mote.linux;
  requires transitive dev.mote.values;
  requires jdk.jfr;
  requires static transitive org.jspecify;

  exports dev.mote;
}
