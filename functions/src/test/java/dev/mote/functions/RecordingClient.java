package dev.mote.functions;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A client that keeps what it is told.
final class RecordingClient implements Client {
  int status; // 0 until the answer begins
  List<Header> headers = List.of();
  long length;
  int pieces;
  final ByteArrayOutputStream body = new ByteArrayOutputStream();
  @Nullable Fault fault; // once it is set, everything fails

  @Override
  public void begin(int itsStatus, List<Header> itsHeaders, long itsLength) throws IOException {
    requirePresent();
    status = itsStatus;
    headers = itsHeaders;
    length = itsLength;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    requirePresent();
    pieces++;
    body.write(bytes, offset, count);
  }

  private void requirePresent() throws IOException {
    if (fault != null) {
      throw new IOException(fault.detail());
    }
  }

  @Override
  public @Nullable Fault fault() {
    return fault;
  }

  @Override
  public boolean isAwaited() {
    return false;
  }
}
