package dev.mote.trees;

/// An archive or an image is not as it should be, or has not what it is asked for. The message
/// names the file and the entry, what is wrong with it, and what to do.
public final class TreeException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TreeException(Object file, String fault, String remedy) {
    super("%s %s; %s".formatted(file, fault, remedy));
  }
}
