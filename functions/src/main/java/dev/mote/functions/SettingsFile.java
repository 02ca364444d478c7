package dev.mote.functions;

import dev.mote.Durations;
import dev.mote.MemorySize;
import dev.mote.SnapshotPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.toml.TomlFactory;
import tools.jackson.dataformat.toml.TomlMapper;

/// `function.toml`: what is said of a function there, in place of the defaults. It may come from
/// anywhere.
///
/// ```toml
/// memory = "512MiB"
/// timeout = "30s"
///
/// [environment]
/// GREETING = "Hello"
/// ```
final class SettingsFile {
  /// The file's name.
  static final String NAME = "function.toml";

  /// Bytes that it may have.
  static final int LARGEST = 64 << 10;

  private static final TomlMapper TOML =
      new TomlMapper(
          TomlFactory.builder()
              .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).build())
              .build());

  private final Map<String, JsonNode> left = new LinkedHashMap<>();
  private final FunctionSettings usual;

  private SettingsFile(JsonNode file, FunctionSettings usual) {
    file.properties().forEach(field -> left.put(field.getKey(), field.getValue()));
    this.usual = usual;
  }

  /// @param usual what holds where the file says nothing
  /// @throws FunctionException if it is not as it should be; the message says where and how
  static FunctionSettings read(byte[] file, FunctionSettings usual) {
    try {
      return new SettingsFile(TOML.readTree(file), usual).settings();
    } catch (JacksonException e) {
      TokenStreamLocation where = e.getLocation();
      throw new FunctionException(
          "%s%s: %s"
              .formatted(
                  NAME, where == null ? "" : ":" + where.getLineNr(), e.getOriginalMessage()),
          e);
    }
  }

  private FunctionSettings settings() {
    var settings =
        new FunctionSettings(
            text("language", usual.language()),
            path("main", usual.main()),
            texts("arguments", usual.arguments()),
            text("build", usual.build()),
            size("memory", usual.memory(), 1 << 20, 64L << 30),
            size("files", usual.files(), 0, 64L << 30),
            time("timeout", usual.timeout()),
            time("cpu-time", usual.cpuTime()),
            time("start-timeout", usual.startTimeout()),
            size("request-limit", usual.requestLimit(), 0, 1L << 40),
            size("response-limit", usual.responseLimit(), 0, 1L << 40),
            size("log-limit", usual.logLimit(), 0, 16L << 20),
            number("concurrency", usual.concurrency(), 1, 100_000),
            number("queue", usual.queue(), 0, 100_000),
            value("isolation", usual.isolation(), Isolation::parse),
            value("instance-key", usual.instanceKey(), SettingsFile::headerName),
            time("idle", usual.idle()),
            number("instances", usual.instances(), 1, 1_000_000),
            time("sleep-after", usual.sleepAfter()),
            value("snapshot", usual.snapshot(), SettingsFile::snapshotPoint),
            variables(usual.environment()));
    if (!left.isEmpty()) {
      throw new FunctionException(
          "%s: there is no setting '%s'".formatted(NAME, new TreeSet<>(left.keySet()).first()));
    }
    return settings;
  }

  private <T extends @Nullable Object> T value(
      String name, T otherwise, Function<String, T> parsed) {
    JsonNode node = left.remove(name);
    if (node == null) {
      return otherwise;
    }
    if (!node.isString()) {
      throw wrong(name, "it must be a string");
    }
    try {
      return parsed.apply(node.stringValue());
    } catch (IllegalArgumentException e) {
      throw wrong(name, "\"%s\": %s".formatted(node.stringValue(), e.getMessage()));
    }
  }

  private static FunctionException wrong(String name, String why) {
    return new FunctionException("%s: %s: %s".formatted(NAME, name, why));
  }

  private @Nullable String text(String name, @Nullable String otherwise) {
    return this.<@Nullable String>value(name, otherwise, SettingsFile::plain);
  }

  private static String plain(String text) {
    if (text.isEmpty() || text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("it is empty or has a NUL in it");
    }
    return text;
  }

  private @Nullable String path(String name, @Nullable String otherwise) {
    return this.<@Nullable String>value(
        name,
        otherwise,
        text -> {
          if (List.of(plain(text).split("/", -1)).stream()
              .anyMatch(List.of("", ".", "..")::contains)) {
            throw new IllegalArgumentException("it must be a path within the function's folder");
          }
          return text;
        });
  }

  private static String headerName(String text) {
    if (!Http.isToken(text)) {
      throw new IllegalArgumentException("it is no name of a header");
    }
    return Http.lowerCase(text);
  }

  private static SnapshotPoint snapshotPoint(String word) {
    return switch (word) {
      case "entry" -> SnapshotPoint.ENTRY;
      case "input" -> SnapshotPoint.INPUT;
      default -> throw new IllegalArgumentException("it is \"entry\" or \"input\"");
    };
  }

  private Duration time(String name, Duration otherwise) {
    return value(name, otherwise, Durations::parse);
  }

  private MemorySize size(String name, MemorySize otherwise, long least, long most) {
    return value(
        name,
        otherwise,
        text -> {
          MemorySize size = MemorySize.parse(text);
          if (size.bytes() < least || size.bytes() > most) {
            throw new IllegalArgumentException(
                "it must be from %s to %s"
                    .formatted(MemorySize.ofBytes(least), MemorySize.ofBytes(most)));
          }
          return size;
        });
  }

  private int number(String name, int otherwise, int least, int most) {
    JsonNode node = left.remove(name);
    if (node == null) {
      return otherwise;
    }
    if (!node.isIntegralNumber()
        || !node.canConvertToInt()
        || node.intValue() < least
        || node.intValue() > most) {
      throw wrong(name, "it must be a number from %d to %d".formatted(least, most));
    }
    return node.intValue();
  }

  private List<String> texts(String name, List<String> otherwise) {
    JsonNode node = left.remove(name);
    if (node == null) {
      return otherwise;
    }
    var texts = new ArrayList<String>();
    for (JsonNode element : node.isArray() ? node.values() : List.of(node)) {
      if (!element.isString() || element.stringValue().indexOf('\0') >= 0) {
        throw wrong(name, "it must be a list of strings without NUL");
      }
      texts.add(element.stringValue());
    }
    return texts;
  }

  private Map<String, String> variables(Map<String, String> otherwise) {
    JsonNode node = left.remove("environment");
    if (node == null) {
      return otherwise;
    }
    if (!node.isObject()) {
      throw wrong("environment", "it must be a table of variables");
    }
    var variables = new LinkedHashMap<>(otherwise);
    for (Map.Entry<String, JsonNode> variable : node.properties()) {
      String name = variable.getKey();
      if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
        throw wrong("environment", "'%s' cannot be a variable's name".formatted(name));
      }
      if (!variable.getValue().isString() || variable.getValue().stringValue().indexOf('\0') >= 0) {
        throw wrong("environment." + name, "it must be a string without NUL");
      }
      variables.put(name, variable.getValue().stringValue());
    }
    return variables;
  }
}
