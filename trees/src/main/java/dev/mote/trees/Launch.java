package dev.mote.trees;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How a program of an image is started, with everything decided.
///
/// @param command the program and its arguments; the program may be a name to be looked for in PATH
/// @param environment with PATH and HOME, whatever the image says
/// @param workingDirectory absolute; may be missing in the tree
public record Launch(
    List<String> command, Map<String, String> environment, String workingDirectory, User user) {
  /// As Docker has it.
  private static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /// Copies the collections.
  public Launch {
    command = List.copyOf(command);
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
  }

  /// @param arguments what replaces the image's command; none leaves it
  /// @throws TreeException if there is no program then
  static Launch of(ImageConfig config, User user, List<String> arguments, String image) {
    var command = new ArrayList<>(config.entrypoint());
    command.addAll(arguments.isEmpty() ? config.command() : arguments);
    if (command.isEmpty()) {
      throw new TreeException(image, "says no program", "name one behind the image");
    }
    var environment = new LinkedHashMap<>(config.environment());
    environment.putIfAbsent("PATH", DEFAULT_PATH);
    environment.putIfAbsent("HOME", user.home());
    String directory = config.workingDirectory();
    return new Launch(
        command, environment, directory.startsWith("/") ? directory : "/" + directory, user);
  }
}
