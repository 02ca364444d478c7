package dev.mote.linux;

/// What the buffers of pipes or sockets of a guest may take, in bytes.
///
/// @param shared what all pipes and sockets together may hold
/// @param own what those have of their own: the first page of each, which it has whatever the
///   others hold, as long as there are not very many
record BufferQuotas(Quota shared, Quota own) {
  /// So many pipes, or full sockets, have a page of their own.
  static final int MOST_OWN = 4096;

  BufferQuotas(Quota shared) {
    this(shared, new Quota((long) MOST_OWN * Pipe.ATOMIC));
  }
}
