package dev.mote.values;

import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;

/// What a function takes and returns.
///
/// @param parameters with different names
/// @param result [Type.Plain#NULL] if it returns nothing
public record Signature(List<Parameter> parameters, Type result) {
  /// A parameter.
  public record Parameter(String name, Type type) {
    @Override
    public String toString() {
      return name + ": " + type;
    }
  }

  /// @throws IllegalArgumentException if two parameters have the same name
  public Signature {
    parameters = List.copyOf(parameters);
    var seen = new HashSet<String>();
    for (Parameter parameter : parameters) {
      if (!seen.add(parameter.name())) {
        throw new IllegalArgumentException(
            "two parameters are called '%s'".formatted(parameter.name()));
      }
    }
  }

  /// Reads the text of a signature.
  ///
  /// @param text at most 65,536 characters, such as `(name: string, count: i32) -> [string]`
  /// @throws SignatureException if it is none; the message says where and why
  public static Signature parse(String text) {
    return new SignatureParser(text).parse();
  }

  /// The text of the type language.
  @Override
  public String toString() {
    String taken =
        parameters.stream().map(Parameter::toString).collect(Collectors.joining(", ", "(", ")"));
    return result == Type.Plain.NULL ? taken : taken + " -> " + result;
  }
}
