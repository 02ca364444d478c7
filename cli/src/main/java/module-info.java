import org.jspecify.annotations.NullMarked;

/// The `mote` command.
@NullMarked
module dev.mote.cli {
  requires dev.mote;
  requires info.picocli;
  requires static org.jspecify;

  opens dev.mote.cli to
      info.picocli;
}
