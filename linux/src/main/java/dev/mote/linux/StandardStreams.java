package dev.mote.linux;

import java.io.InputStream;
import java.io.OutputStream;

/// The three streams that a program starts with. The streams belong to the caller, who closes them.
///
/// @param input descriptor 0
/// @param output descriptor 1
/// @param error descriptor 2
public record StandardStreams(Input input, Output output, Output error) {
  /// Nothing to read, and what is written is dropped.
  public static StandardStreams none() {
    return new StandardStreams(
        new Input(InputStream.nullInputStream(), StreamKind.NULL),
        new Output(OutputStream.nullOutputStream(), StreamKind.NULL),
        new Output(OutputStream.nullOutputStream(), StreamKind.NULL));
  }

  /// @param stream a PIPE or TERMINAL is read by a thread of its own, and only as far as the
  ///   program asks; a FILE that is a `FileInputStream` can seek
  /// @param kind what the program takes it for
  public record Input(InputStream stream, StreamKind kind) {}

  /// @param stream written and flushed on the thread that runs the program
  /// @param kind what the program takes it for
  public record Output(OutputStream stream, StreamKind kind) {}
}
