package dev.mote.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;

/// An image in a layout: what its manifest says, and the way to its content. Thread-safe.
///
/// It holds nothing open: when the image is replaced or removed, its content may be gone.
public final class Image {
  private final Digest digest;
  private final Manifest manifest;
  private final Blobs blobs;

  Image(Descriptor descriptor, Blobs blobs) throws IOException {
    this.digest = descriptor.digest();
    this.manifest = Manifest.read(blobs.json(descriptor));
    this.blobs = blobs;
  }

  /// Of the manifest: no other image has it.
  public Digest digest() {
    return digest;
  }

  /// What the image is, as a media type; that of its config if it does not say.
  public String artifactType() {
    return manifest.artifactType();
  }

  public Descriptor config() {
    return manifest.config();
  }

  /// From the bottom up.
  public List<Descriptor> layers() {
    return manifest.layers();
  }

  public Map<String, String> annotations() {
    return manifest.annotations();
  }

  /// The whole content of the config or of a layer.
  ///
  /// @param limit bytes that it may have
  /// @throws LayoutException if it has more, is missing, or is not what the descriptor says
  public byte[] bytes(Descriptor blob, int limit) throws IOException {
    return blobs.read(blob, limit);
  }

  /// Opens the config or a layer for reading, at its first byte. The whole content was compared
  /// with its digest through this very channel; no writer of layouts changes it afterwards.
  ///
  /// @throws LayoutException if it is missing or not what the descriptor says
  public FileChannel open(Descriptor blob) throws IOException {
    return blobs.open(blob);
  }
}
