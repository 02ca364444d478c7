import org.jspecify.annotations.NullMarked;

/// The `mote` command.
@NullMarked
module dev.mote.cli {
  requires dev.mote;
  requires dev.mote.store;
  requires dev.mote.trees;
  requires static org.jspecify;
  requires tools.jackson.core;
}
