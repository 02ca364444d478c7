package dev.mote;

/// A function that a guest offers.
///
/// @param name by which it is called
/// @param signature its parameters and its result, such as `(name: string) -> string`
public record GuestFunction(String name, String signature) {
  @Override
  public String toString() {
    return name + signature;
  }
}
