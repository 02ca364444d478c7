package dev.mote.linux;

/// The memory that the files of a snapshot have, and how many images have these files: a guest that
/// has not changed any leaves the next image those of the one before. Thread-safe.
public final class SavedFiles {
  private final FilesState files;
  private int images = 1;

  SavedFiles(FilesState files) {
    this.files = files;
  }

  /// For one more image.
  synchronized SavedFiles retain() {
    if (images == 0) {
      throw new IllegalStateException("the files of an image that is gone");
    }
    images++;
    return this;
  }

  /// An image is gone; with the last one the memory is given back, before the garbage collector
  /// would.
  synchronized void release() {
    if (images > 0 && --images == 0) {
      files.free();
    }
  }
}
