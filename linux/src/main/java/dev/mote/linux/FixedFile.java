package dev.mote.linux;

/// A file that the user of the sandbox supplied, such as the program itself. Its content cannot be
/// changed while it runs; its name can be taken away.
final class FixedFile extends RegularFile {
  private final FileContent content;

  FixedFile(Volume volume, int mode, FileContent content) {
    super(volume, volume.nextInode(), mode);
    this.content = content;
  }

  @Override
  long size() {
    return content.size();
  }

  @Override
  FileContent open() {
    return new FileContent() {
      @Override
      public long size() {
        return content.size();
      }

      @Override
      public int read(long position, byte[] target, int offset, int length) {
        return content.read(position, target, offset, length);
      }
    };
  }

  @Override
  void requireContentWritable() {
    throw Errno.ETXTBSY.exception();
  }
}
