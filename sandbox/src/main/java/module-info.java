import org.jspecify.annotations.NullMarked;

/// What users program against: programs, sandboxes, limits, outcomes.
@NullMarked
module dev.mote {
  requires dev.mote.linux;
  requires static org.jspecify;

  exports dev.mote;
}
