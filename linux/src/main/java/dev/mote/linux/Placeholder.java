package dev.mote.linux;

/// Lets the module compile while it has no other class: deleted with the first one.
final class Placeholder {
  private Placeholder() {}
}
