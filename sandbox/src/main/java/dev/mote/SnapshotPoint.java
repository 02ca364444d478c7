package dev.mote;

/// How far a program goes before a snapshot of it is taken ([SandboxBuilder#snapshot]). Until then
/// it has no input.
///
/// **The environment of a run.** Each run of a snapshot that was taken at [#ENTRY] or at [#INPUT]
/// may have variables of its own ([Sandbox#run(Streams, java.util.Map)]): at most 500, of 64 KiB
/// together, in place of those of the same name that the builder was given, or besides them. They
/// are put where the program was told that its environment is. So who reads it then sees them, as
/// C's `getenv` does; a program that has copied it before, or moved it by `setenv`, does not.
public enum SnapshotPoint {
  /// The program's own start: a dynamic loader has loaded its libraries and, glibc's, run their
  /// initialisers; of a static program nothing has run. Everything that the program itself does is
  /// part of each run, and it finds the environment of the run as if it had been started with it;
  /// only the loader and those initialisers saw the builder's.
  ///
  /// `AT_RANDOM` has other bytes in each run. What a dynamic loader has drawn from it is the same:
  /// with glibc the stack protector's canary and the pointer guard.
  ///
  /// If an initialiser waits for input, the snapshot is taken there; if it ends the program, there
  /// is none. Of a script it is the entry of its interpreter.
  ENTRY,

  /// Where it first waits for its standard input, by whatever call, or says by itself that it is
  /// ready (`mote_ready`).
  ///
  /// Up to there the array of its environment has empty strings behind the variables: they are kept
  /// free for those of the runs.
  INPUT,

  /// Where it has announced its functions, to be called. A run is no part of such a snapshot.
  FUNCTIONS
}
