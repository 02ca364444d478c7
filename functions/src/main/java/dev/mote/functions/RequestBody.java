package dev.mote.functions;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The body of a request: whole, or with a rest that comes while the function runs.
public final class RequestBody {
  private static final RequestBody NONE = new RequestBody(new byte[0], null, 0);

  private final byte[] begun;
  private final @Nullable InputStream rest; // null if it is whole
  private final long length;

  private RequestBody(byte[] begun, @Nullable InputStream rest, long length) {
    this.begun = begun;
    this.rest = rest;
    this.length = length;
  }

  /// The body of a request that has none.
  public static RequestBody none() {
    return NONE;
  }

  /// @param bytes nobody changes them
  public static RequestBody of(byte[] bytes) {
    return new RequestBody(bytes, null, bytes.length);
  }

  /// @param begun what has come; nobody changes it
  /// @param rest waits for what has not; it bounds how much that may be, and fails if it is more.
  ///   Its `available` says how much can be read without waiting
  /// @param length as it was announced, in bytes; -1 if it was not
  public static RequestBody of(byte[] begun, InputStream rest, long length) {
    return new RequestBody(begun, rest, length);
  }

  boolean isWhole() {
    return rest == null;
  }

  /// In bytes; -1 if that is not known.
  long length() {
    return length;
  }

  /// The whole body; what has not come is waited for.
  ///
  /// @throws IOException if it does not come
  byte[] bytes() throws IOException {
    if (rest == null) {
      return begun;
    }
    var all = new ByteArrayOutputStream(begun.length);
    stream().transferTo(all);
    return all.toByteArray();
  }

  /// The body to be read, once, whether it is whole or not.
  InputStream stream() {
    var first = new ByteArrayInputStream(begun);
    return isWhole() ? first : new SequenceInputStream(first, Objects.requireNonNull(rest));
  }
}
