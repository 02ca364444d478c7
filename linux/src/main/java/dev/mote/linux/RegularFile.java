package dev.mote.linux;

/// A file with bytes.
abstract sealed class RegularFile extends Inode
    permits MemoryFile, GeneratedFile, FixedFile, HostFile {
  RegularFile(Volume volume, long number, int mode) {
    super(volume, number, FileMode.S_IFREG | mode);
  }

  RegularFile(Volume volume, long number, int mode, Timestamp time) {
    super(volume, number, FileMode.S_IFREG | mode, time);
  }

  /// The bytes of the file for one open file description, which closes them.
  abstract FileContent open();

  /// Fails when nobody may open this file for writing.
  abstract void requireContentWritable();
}
