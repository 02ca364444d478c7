package dev.mote.functions;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// A function to begin with: a few files, in which `{{name}}` stands for the function's name.
///
/// @param name of the language, or of what else it is for
/// @param description for people
/// @param files by their paths in the folder
public record FunctionTemplate(String name, String description, List<String> files) {
  private static final List<FunctionTemplate> ALL =
      List.of(
          of("python", "JSON in and out: handle(event)", "main.py"),
          of(
              "flask",
              "a Flask application with a page and a route",
              "app.py",
              "requirements.txt",
              "templates/index.html"),
          of("javascript", "a Workers-style fetch(request)", "index.js"),
          of("typescript", "JSON in and out: handle(event)", "index.ts"),
          of("node", "fetch(request) in Node.js", "index.mjs", "function.toml"),
          of("express", "an Express application for Node.js", "app.js", "package.json"),
          of(
              "rust",
              "a CGI program in Rust",
              "Cargo.toml",
              ".cargo/config.toml",
              "src/main.rs",
              "function.toml"),
          of("c", "a CGI program in C", "main.c", "function.toml"),
          of("go", "a handler of net/http, by CGI", "main.go", "go.mod", "function.toml"),
          of("wasm-rust", "a WASI command in Rust", "Cargo.toml", "src/main.rs", "function.toml"),
          of("wasm-c", "a WASI command in C", "main.c", "function.toml"));

  private static FunctionTemplate of(String name, String description, String... files) {
    return new FunctionTemplate(name, description, List.of(files));
  }

  public FunctionTemplate {
    files = List.copyOf(files);
  }

  /// What there is.
  public static List<FunctionTemplate> all() {
    return ALL;
  }

  /// Makes a folder with its files.
  ///
  /// @param function its name
  /// @throws FileAlreadyExistsException if the folder is there already
  public void write(Path folder, String function) throws IOException {
    if (folder.getParent() != null) {
      Files.createDirectories(folder.getParent());
    }
    Files.createDirectory(folder);
    for (String file : files) {
      Path path = folder.resolve(file);
      Files.createDirectories(Objects.requireNonNull(path.getParent()));
      Files.writeString(path, text(file).replace("{{name}}", function));
    }
  }

  private String text(String file) {
    String resource = "templates/" + name + "/" + file;
    try (InputStream in =
        Objects.requireNonNull(FunctionTemplate.class.getResourceAsStream(resource), resource)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
