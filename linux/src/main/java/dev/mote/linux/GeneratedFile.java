package dev.mote.linux;

import java.util.function.Supplier;

/// A file of `/proc` or `/sys`. Its size shows as 0; its text is made when it is read from the
/// start, and later reads of the same description go on in that text. The texts that are kept so
/// are charged to the volume.
final class GeneratedFile extends RegularFile {
  private static final byte[] NOTHING = new byte[0];

  private final Supplier<byte[]> text;

  GeneratedFile(Volume volume, int mode, Supplier<byte[]> text) {
    super(volume, volume.nextInode(), mode);
    this.text = text;
  }

  @Override
  long size() {
    return 0;
  }

  @Override
  FileContent open() {
    return new FileContent() {
      private byte[] current = NOTHING;
      private boolean made;

      @Override
      public long size() {
        return 0;
      }

      @Override
      public int read(long position, byte[] target, int offset, int length) {
        if (position == 0 || !made) {
          forget();
          byte[] fresh = text.get();
          volume.bytes.charge(fresh.length, Errno.ENOMEM);
          current = fresh;
          made = true;
        }
        return FileContent.of(current).read(position, target, offset, length);
      }

      @Override
      public void close() {
        forget();
      }

      private void forget() {
        volume.bytes.release(current.length);
        current = NOTHING;
        made = false;
      }
    };
  }

  @Override
  void requireContentWritable() {
    throw Errno.EACCES.exception();
  }
}
