package dev.mote.store;

import static dev.mote.store.Spoiled.quietly;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.json.Quote;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// One way to spoil a layout that has the image `a` with one layer `hello`, and what reading says
/// of it.
///
/// @param file that the message names; `manifest` and `layer` are blobs
/// @param fault that the message contains; ` ... ` stands for anything
record BadLayout(String name, String file, String fault, Consumer<Spoiled> spoil) {

  static BadLayout bad(String name, String file, String fault, Consumer<Spoiled> spoil) {
    return new BadLayout(name, file, fault, spoil);
  }

  static BadLayout edit(String file, String old, String replacement, String fault) {
    String name = "%s: %s".formatted(file, Quote.printable(replacement));
    return bad(name, file, fault, layout -> layout.edit(file, old, replacement));
  }

  static BadLayout content(String name, String file, String content, String fault) {
    return bad(name, file, fault, layout -> layout.write(file, content.getBytes(ISO_8859_1)));
  }

  static Stream<BadLayout> all() {
    return Stream.of(
            Stream.of("oci-layout", "index.json", "manifest").flatMap(BadLayout::json),
            files(),
            BadFields.marker(),
            BadFields.index(),
            Stream.of("index.json", "manifest").flatMap(BadFields::descriptor),
            BadFields.manifest())
        .flatMap(cases -> cases);
  }

  /// What is wrong with any JSON file. The marker may be of 1 KiB only.
  private static Stream<BadLayout> json(String file) {
    return Stream.of(
        whole(file, "", "is empty"),
        whole(file, " \n", "is empty"),
        whole(file, "[]", "is not a JSON object"),
        whole(file, "null", "is not a JSON object"),
        whole(file, "{", "is not JSON: "),
        whole(file, "{}{}", "has more than one JSON value"),
        whole(file, "{} x", "is not JSON: Unrecognized token 'x'"),
        whole(file, "{'a':1}", "is not JSON: "),
        whole(file, "{\"a\":1,}", "is not JSON: "),
        whole(file, "{\"a\":NaN}", "is not JSON: "),
        whole(file, "{\"a\":01}", "is not JSON: "),
        whole(file, "{\"a\":\"\n\"}", "is not JSON: "),
        whole(file, "{\"a\":1e99999999999}", "an exponent that is too large"),
        whole(file, "{\"a\":" + "1".repeat(101) + "}", "is not JSON: Number value length (101)"),
        whole(file, "{}//", "is not JSON: "),
        whole(file, "\ufeff{}", "is not JSON: "),
        whole(file, "{\"a\":1,\"a\":1}", "has the field 'a' twice in one object"),
        whole(file, "{\"x\":[{\"b\":1,\"\\u0062\":2}]}", "has the field 'b' twice in one object"),
        whole(file, "{\"a\":\"\\ud800\"}", "has half of a surrogate pair in '\\ud800'"),
        whole(file, "{\"\\udc00\":1}", "has half of a surrogate pair in '\\udc00'"),
        whole(
            file,
            "{\"a\":" + "[".repeat(400) + "]".repeat(400) + "}",
            "is not JSON: Document nesting depth (33)"),
        whole(file, "{\"a\":".repeat(100), "is not JSON: Document nesting depth (33)"),
        bad(
            file + " is cut",
            file,
            "is not JSON: Unexpected end-of-input",
            layout -> {
              String text = layout.text(file);
              layout.rewrite(file, text.substring(0, text.length() - 1));
            }));
  }

  static BadLayout whole(String file, String content, String fault) {
    return bad(
        file + " is " + Quote.printable(content),
        file,
        fault,
        layout -> layout.rewrite(file, content));
  }

  private static Stream<BadLayout> files() {
    return Stream.of("oci-layout", "index.json", "manifest", "config", "layer")
        .flatMap(file ->
            Stream.of(
                bad("no " + file, file, "is missing", layout -> layout.delete(file)),
                bad(
                    file + " is a link",
                    file,
                    "is not a regular file",
                    layout -> {
                      Path elsewhere = layout.directory().resolve("elsewhere");
                      quietly(() -> Files.move(layout.path(file), elsewhere));
                      quietly(() -> Files.createSymbolicLink(layout.path(file), elsewhere));
                    }),
                bad(
                    file + " is a link to nowhere",
                    file,
                    "is not a regular file",
                    layout -> {
                      layout.delete(file);
                      quietly(() -> Files.createSymbolicLink(layout.path(file), Path.of("/none")));
                    }),
                bad(
                    file + " is a directory",
                    file,
                    "is not a regular file",
                    layout -> {
                      layout.delete(file);
                      quietly(() -> Files.createDirectory(layout.path(file)));
                    }),
                bad(
                    file + " is a FIFO",
                    file,
                    "is not a regular file",
                    layout -> {
                      layout.delete(file);
                      makeFifo(layout.path(file));
                    })));
  }

  private static void makeFifo(Path path) {
    Process process = quietly(() -> new ProcessBuilder("mkfifo", path.toString()).start());
    assertThat(process.onExit().join().exitValue()).isZero();
  }

  /// Reads everything of the image.
  static void read(Path directory) throws IOException {
    ImageLayout layout = ImageLayout.open(directory);
    Image image = layout.read("a");
    image.bytes(image.config(), 1024);
    for (Descriptor layer : image.layers()) {
      image.open(layer).close();
    }
  }
}
