package dev.mote.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// Content that is to be written into a layout.
public interface Blob {
  /// The config of an image that has none (image-spec 1.1, "Guidance for an Empty Descriptor").
  Blob EMPTY = of("application/vnd.oci.empty.v1+json", new byte[] {'{', '}'});

  /// @return such as `application/octet-stream`
  String mediaType();

  /// Writes the whole content, in pieces of any size. It is called once, and must not write to the
  /// same layout. To close the channel does nothing.
  ///
  /// @throws IOException then the image is not written
  void writeTo(WritableByteChannel to) throws IOException;

  /// @param content not copied; nobody changes it meanwhile
  static Blob of(String mediaType, byte[] content) {
    return new Blob() {
      @Override
      public String mediaType() {
        return mediaType;
      }

      @Override
      public void writeTo(WritableByteChannel to) throws IOException {
        to.write(ByteBuffer.wrap(content));
      }
    };
  }
}
