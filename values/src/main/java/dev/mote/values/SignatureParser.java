package dev.mote.values;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Reads the type language of `docs/protocol.md`. The text may come from a guest: its length and
/// nesting are bounded.
final class SignatureParser {
  private static final int LONGEST = 65_536;
  private static final int LONGEST_NAME = 255;
  private static final int DEEPEST = 64;

  private static final Map<String, Type> PLAIN = plain();

  private final String text;
  private int at;
  private int depth;

  SignatureParser(String text) {
    if (text.length() > LONGEST) {
      throw new SignatureException(
          "a signature of %d characters is longer than %d".formatted(text.length(), LONGEST));
    }
    this.text = text;
  }

  private static Map<String, Type> plain() {
    var map = new HashMap<String, Type>();
    for (Type.Plain type : Type.Plain.values()) {
      map.put(type.toString(), type);
    }
    for (Type.Int type : Type.Int.values()) {
      map.put(type.toString(), type);
    }
    return Map.copyOf(map);
  }

  Signature parse() {
    expect("(");
    List<Signature.Parameter> parameters =
        list(
            ")",
            () -> {
              String name = name();
              expect(":");
              return new Signature.Parameter(name, type());
            });
    Type result = accept("->") ? type() : Type.Plain.NULL;
    skipSpace();
    if (at < text.length()) {
      throw error("something behind the signature");
    }
    return made(() -> new Signature(parameters, result));
  }

  /// The items up to a closing mark, which may be none.
  private <T> List<T> list(String close, Supplier<T> item) {
    var items = new ArrayList<T>();
    if (accept(close)) {
      return items;
    }
    do {
      items.add(item.get());
    } while (accept(","));
    expect(close);
    return items;
  }

  private Type type() {
    if (++depth > DEEPEST) {
      throw error("types nested more deeply than " + DEEPEST);
    }
    Type type = bare();
    depth--;
    return accept("?") ? made(() -> new Type.OptionalOf(type)) : type;
  }

  private Type bare() {
    if (accept("[")) {
      Type element = type();
      expect("]");
      return new Type.ListOf(element);
    }
    if (accept("{")) {
      return fields();
    }
    int start = at;
    String name = name();
    Type plain = PLAIN.get(name);
    if (plain != null) {
      return plain;
    }
    return switch (name) {
      case "map" -> map();
      case "enum" -> choice();
      default -> {
        at = start;
        throw error("'" + name + "' is no type");
      }
    };
  }

  private Type map() {
    expect("<");
    Type key = type();
    expect(",");
    Type value = type();
    expect(">");
    return made(() -> new Type.MapOf(key, value));
  }

  private Type.Fields fields() {
    List<Type.Field> fields =
        list(
            "}",
            () -> {
              String name = name();
              expect(":");
              return new Type.Field(name, type());
            });
    return made(() -> new Type.Fields(fields));
  }

  private Type choice() {
    expect("{");
    List<Type.Variant> variants =
        list(
            "}",
            () -> {
              String name = name();
              return new Type.Variant(name, accept("{") ? fields() : new Type.Fields(List.of()));
            });
    return made(() -> new Type.Choice(variants));
  }

  private <T> T made(Supplier<T> type) {
    try {
      return type.get();
    } catch (IllegalArgumentException e) {
      throw error(String.valueOf(e.getMessage()));
    }
  }

  private String name() {
    skipSpace();
    int start = at;
    while (at < text.length() && isOfName(text.charAt(at), at == start)) {
      at++;
    }
    if (at == start) {
      throw error("a name is missing");
    }
    if (at - start > LONGEST_NAME) {
      throw error("a name is longer than " + LONGEST_NAME + " characters");
    }
    return text.substring(start, at);
  }

  private boolean isOfName(char c, boolean first) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') {
      return true;
    }
    if (c == '-' && at + 1 < text.length() && text.charAt(at + 1) == '>') {
      return false; // an arrow
    }
    return !first && ((c >= '0' && c <= '9') || c == '-' || c == '.');
  }

  private boolean accept(String mark) {
    skipSpace();
    if (text.startsWith(mark, at)) {
      at += mark.length();
      return true;
    }
    return false;
  }

  private void expect(String mark) {
    if (!accept(mark)) {
      throw error("'" + mark + "' is missing");
    }
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private SignatureException error(String what) {
    int from = Math.max(0, at - 20);
    String before = text.substring(from, at);
    String after = text.substring(at, Math.min(text.length(), at + 20));
    return new SignatureException(
        "%s at character %d of the signature: …%s⟨here⟩%s…".formatted(what, at + 1, before, after));
  }
}
