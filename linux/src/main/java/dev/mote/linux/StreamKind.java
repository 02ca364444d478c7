package dev.mote.linux;

/// What a standard stream looks like to the program: programs choose their buffering and their
/// manners by it.
public enum StreamKind {
  PIPE,
  TERMINAL,
  FILE,
  NULL
}
