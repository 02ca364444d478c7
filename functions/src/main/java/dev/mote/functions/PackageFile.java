package dev.mote.functions;

import dev.mote.json.Json;
import dev.mote.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What of a `package.json`, which may come from anywhere, shows how a function is run.
///
/// @param hasDependencies whether it names packages that the function needs when it runs
/// @param main the file that it names, from its folder; null if none, or none below the folder
record PackageFile(boolean hasDependencies, @Nullable String main) {
  static final String NAME = "package.json";

  /// What holds where there is no such file.
  static final PackageFile NONE = new PackageFile(false, null);

  /// @throws FunctionException if it is not JSON, or not what npm takes
  static PackageFile read(byte[] bytes) {
    JsonObject all = Json.read(fault -> new FunctionException(NAME + ": " + fault), bytes);
    boolean needs =
        List.of("dependencies", "optionalDependencies").stream()
            .anyMatch(
                kind -> all.fields().get(kind) instanceof Map<?, ?> named && !named.isEmpty());
    return new PackageFile(
        needs, all.fields().get("main") instanceof String main ? file(main) : null);
  }

  private static @Nullable String file(String main) {
    String file = main.startsWith("./") ? main.substring(2) : main;
    boolean below =
        !file.isEmpty() && List.of(file.split("/", -1)).stream().noneMatch(PackageFile::isNoName);
    return below ? file : null;
  }

  private static boolean isNoName(String part) {
    return part.isEmpty() || part.equals(".") || part.equals("..");
  }

  /// Whether the file that it names may be there, as far as a folder's top shows it.
  boolean hasMainAmong(List<String> names) {
    return main != null && names.contains(main.split("/", 2)[0]);
  }
}
