package dev.mote.store;

/// A layout is not as it should be, or has not what it is asked for. The message names the file,
/// what is wrong with it, and what to do.
public final class LayoutException extends RuntimeException {
  private static final long serialVersionUID = 1;

  LayoutException(Object file, String fault, String remedy) {
    super("%s %s; %s".formatted(file, fault, remedy));
  }
}
