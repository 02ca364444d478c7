package dev.mote.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.security.MessageDigest;

/// Passes bytes on, and knows how many they were and their digest. Closing it does nothing: what it
/// passes them on to stays open. Not thread-safe.
final class HashingChannel implements WritableByteChannel {
  private final WritableByteChannel to;
  private final MessageDigest sha256 = Digest.sha256();
  private long size;

  HashingChannel(WritableByteChannel to) {
    this.to = to;
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    ByteBuffer written = bytes.duplicate();
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
    int length = written.remaining();
    sha256.update(written);
    size += length;
    return length;
  }

  /// Describes what was written; the end of it.
  Descriptor describe(String mediaType) {
    return new Descriptor(mediaType, Digest.of(sha256), size);
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
