package dev.mote.functions;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What functions are written in.
public enum Language {
  /// CPython of the distribution. The file has a WSGI callable `app`, or `handle(event)`.
  PYTHON(List.of(".py"), List.of("main.py", "app.py", "function.py", "handler.py", "wsgi.py")),
  /// QuickJS: a module with a default export that has `fetch(request)`, or with `handle(event)`.
  JAVASCRIPT(
      List.of(".js", ".mjs", ".ts"),
      List.of("index.js", "index.mjs", "index.ts", "main.js", "main.mjs", "main.ts", "worker.js")),
  /// Node.js: an ES module or a CommonJS one, with packages of npm's.
  NODE(
      List.of(".cjs", ".cts"),
      List.of(
          "index.js",
          "index.mjs",
          "index.cjs",
          "index.ts",
          "main.js",
          "main.mjs",
          "main.cjs",
          "main.ts",
          "app.js",
          "app.mjs",
          "app.cjs",
          "app.ts",
          "server.js",
          "server.mjs",
          "server.cjs",
          "server.ts")),
  /// Wasmtime: a WASI command, a component, or a module with exports.
  WASM(List.of(".wasm", ".wat"), List.of("main.wasm", "index.wasm", "function.wasm")),
  /// A Linux program: a CGI program, or one that offers functions by a guest library.
  PROGRAM(List.of(".sh"), List.of("program", "bootstrap", "main.sh", "function.sh"));

  @SuppressWarnings("ImmutableEnumChecker") // from List.of
  private final List<String> extensions;

  @SuppressWarnings("ImmutableEnumChecker") // from List.of
  private final List<String> mains;

  Language(List<String> extensions, List<String> mains) {
    this.extensions = extensions;
    this.mains = mains;
  }

  /// Its name in `function.toml` and for people.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// @throws FunctionException if there is none
  static Language of(String word) {
    for (Language language : values()) {
      if (language.word().equals(word)) {
        return language;
      }
    }
    throw new FunctionException(
        "%s: language: there is no %s, only %s"
            .formatted(
                SettingsFile.NAME,
                Text.quote(word),
                Arrays.stream(values()).map(Language::word).collect(Collectors.joining(", "))));
  }

  static @Nullable Language byExtension(String file) {
    for (Language language : values()) {
      if (language.extensions.stream().anyMatch(file::endsWith)) {
        return language;
      }
    }
    return null;
  }

  /// The usual main file that is among the names; of WebAssembly also the only module.
  @Nullable String main(List<String> names) {
    for (String main : mains) {
      if (names.contains(main)) {
        return main;
      }
    }
    if (this == WASM) {
      List<String> modules = names.stream().filter(n -> n.endsWith(".wasm")).toList();
      return modules.size() == 1 ? modules.getFirst() : null;
    }
    return null;
  }

  String mains() {
    return String.join(", ", mains);
  }

  static String allMains() {
    return Arrays.stream(values())
        .flatMap(language -> language.mains.stream())
        .distinct()
        .collect(Collectors.joining(", "));
  }
}
