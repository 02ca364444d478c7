package dev.mote.trees;

import dev.mote.json.JsonObject;
import dev.mote.json.Quote;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How the program of an image is to be started (image-spec 1.1, `config.md`).
///
/// @param entrypoint the beginning of the command line; may be empty
/// @param command the rest of it, unless another is given; may be empty
/// @param workingDirectory `/` if the image does not say
/// @param user such as `1000`, `1000:1000`, `name` or `name:group`; empty for root
public record ImageConfig(
    List<String> entrypoint,
    List<String> command,
    Map<String, String> environment,
    String workingDirectory,
    String user) {

  /// Copies the collections.
  public ImageConfig {
    entrypoint = List.copyOf(entrypoint);
    command = List.copyOf(command);
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
  }

  /// @throws TreeException if it is for something else than Linux on x86-64
  static ImageConfig read(JsonObject json) {
    json.require("os", "linux");
    json.require("architecture", "amd64");
    if (!json.has("config")) {
      return new ImageConfig(List.of(), List.of(), Map.of(), "/", "");
    }
    JsonObject config = json.object("config");
    String directory = optional(config, "WorkingDir");
    return new ImageConfig(
        texts(config, "Entrypoint"),
        texts(config, "Cmd"),
        environment(config),
        directory.isEmpty() ? "/" : directory,
        optional(config, "User"));
  }

  private static String optional(JsonObject config, String field) {
    return config.has(field) ? whole(config, field, config.string(field)) : "";
  }

  private static List<String> texts(JsonObject config, String field) {
    List<String> texts = config.list(field);
    texts.forEach(text -> whole(config, field, text));
    return texts;
  }

  private static String whole(JsonObject config, String field, String text) {
    if (text.indexOf('\0') >= 0) {
      throw config.fault(field, Quote.quote(text) + " has a zero byte");
    }
    return text;
  }

  private static Map<String, String> environment(JsonObject config) {
    var variables = new LinkedHashMap<String, String>();
    for (String text : texts(config, "Env")) {
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw config.fault("Env", Quote.quote(text) + " is not NAME=VALUE");
      }
      variables.put(text.substring(0, equals), text.substring(equals + 1));
    }
    return variables;
  }
}
