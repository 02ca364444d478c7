package dev.mote;

import dev.mote.linux.StandardStreams;
import dev.mote.linux.StreamKind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A program's standard input, output and error.
///
/// Input is read only when the program asks for it, and no more than it asks for. An instance
/// serves one sandbox.
public final class Streams {
  private final StandardStreams streams;
  private final ByteArrayOutputStream output;
  private final ByteArrayOutputStream error;
  private @Nullable Object attachment; // set before the call begins

  private Streams(
      StandardStreams streams, ByteArrayOutputStream output, ByteArrayOutputStream error) {
    this.streams = streams;
    this.output = output;
    this.error = error;
  }

  /// Empty input; output and error are kept in memory, for [#output()] and [#error()].
  public static Streams capture() {
    return capture(new byte[0]);
  }

  /// The same with input.
  ///
  /// @param input what the program reads, then it sees the end; the array is not copied
  public static Streams capture(byte[] input) {
    return capture(new ByteArrayInputStream(input));
  }

  /// The same with input.
  ///
  /// @param input encoded as UTF-8
  public static Streams capture(String input) {
    return capture(input.getBytes(StandardCharsets.UTF_8));
  }

  /// Streams of the caller's. They are not closed.
  ///
  /// @param input read by a thread of its own while the program waits for it, so it may block for
  ///   ever
  /// @param output written and flushed at each write of the program, on the thread that runs it; a
  ///   write that throws gives the program EPIPE, and while one blocks nothing can stop the program
  /// @param error the same
  public static Streams of(InputStream input, OutputStream output, OutputStream error) {
    return new Streams(
        standard(input, output, error), new ByteArrayOutputStream(), new ByteArrayOutputStream());
  }

  /// The same with input of any kind.
  static Streams capture(InputStream input) {
    var output = new ByteArrayOutputStream();
    var error = new ByteArrayOutputStream();
    return new Streams(standard(input, output, error), output, error);
  }

  private static StandardStreams standard(
      InputStream input, OutputStream output, OutputStream error) {
    return new StandardStreams(
        new StandardStreams.Input(input, StreamKind.PIPE),
        new StandardStreams.Output(output, StreamKind.PIPE),
        new StandardStreams.Output(error, StreamKind.PIPE));
  }

  /// The streams of this process itself, and what they are: a terminal, a pipe, a file.
  public static Streams inherit() {
    var streams =
        new StandardStreams(
            new StandardStreams.Input(new FileInputStream(FileDescriptor.in), kind(0)),
            new StandardStreams.Output(new FileOutputStream(FileDescriptor.out), kind(1)),
            new StandardStreams.Output(new FileOutputStream(FileDescriptor.err), kind(2)));
    return new Streams(streams, new ByteArrayOutputStream(), new ByteArrayOutputStream());
  }

  private static StreamKind kind(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      if (target.startsWith("/dev/pts/") || target.startsWith("/dev/tty")) {
        return StreamKind.TERMINAL;
      }
      if (target.equals("/dev/null")) {
        return StreamKind.NULL;
      }
      return target.startsWith("/") ? StreamKind.FILE : StreamKind.PIPE;
    } catch (IOException _) {
      return StreamKind.NULL; // closed: it reads as empty, and what is written is lost
    }
  }

  /// Attaches something of the caller's, for the host functions of the call that these streams
  /// serve ([HostCall#attachment]). The guest sees nothing of it.
  ///
  /// @return this
  public Streams attach(Object what) {
    attachment = what;
    return this;
  }

  @Nullable Object attachment() {
    return attachment;
  }

  /// Forgets what was captured.
  void reset() {
    output.reset();
    error.reset();
  }

  StandardStreams standard() {
    return streams;
  }

  /// What the program wrote to its standard output; empty unless it was captured.
  public byte[] output() {
    return output.toByteArray();
  }

  /// What the program wrote to its standard error; empty unless it was captured.
  public byte[] error() {
    return error.toByteArray();
  }

  /// [#output()] as UTF-8.
  public String outputText() {
    return output.toString(StandardCharsets.UTF_8);
  }

  /// [#error()] as UTF-8.
  public String errorText() {
    return error.toString(StandardCharsets.UTF_8);
  }
}
