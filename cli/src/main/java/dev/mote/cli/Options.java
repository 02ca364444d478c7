package dev.mote.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The options of one command: reads them from a command line, and describes them in its help.
///
/// Where operands belong to a guest program, options come before them: the first argument that is
/// none ends them, and so does `--`. A value is the next argument or follows `=`.
///
/// A command-line library in its place costs more than the rest of a start: the usual one has
/// classes in a format too old for the JVM's AOT cache (measured: 90 of 120 ms).
public final class Options {
  private record Option(
      String name, @Nullable String placeholder, String description, Consumer<String> action) {

    String synopsis() {
      return placeholder == null ? name : name + " " + placeholder;
    }
  }

  private final List<Option> options = new ArrayList<>();
  private boolean helpWanted;

  public Options() {
    flag("--help", "print this text", () -> helpWanted = true);
  }

  /// Adds an option without a value.
  public Options flag(String name, String description, Runnable action) {
    options.add(new Option(name, null, description, _ -> action.run()));
    return this;
  }

  /// Adds an option with a value.
  ///
  /// @param action takes the value; refuses it by an [IllegalArgumentException] that says why
  public Options value(
      String name, String placeholder, String description, Consumer<String> action) {
    options.add(new Option(name, placeholder, description, action));
    return this;
  }

  /// Reads the options at the start of a command line, in their order.
  ///
  /// @return the operands: what follows the options
  /// @throws UsageException if an option is unknown, or its value is missing, superfluous or
  ///   refused
  public List<String> parse(List<String> arguments) {
    int next = 0;
    while (next < arguments.size() && isOption(arguments.get(next))) {
      next = parseOne(arguments, next);
    }
    return arguments.subList(afterDashes(arguments, next), arguments.size());
  }

  /// The same, with options between and behind the operands too, up to `--`: for a command whose
  /// operands are all its own.
  public List<String> parseAnywhere(List<String> arguments) {
    var operands = new ArrayList<String>();
    int next = 0;
    while (next < arguments.size() && !arguments.get(next).equals("--")) {
      if (isOption(arguments.get(next))) {
        next = parseOne(arguments, next);
      } else {
        operands.add(arguments.get(next++));
      }
    }
    operands.addAll(arguments.subList(afterDashes(arguments, next), arguments.size()));
    return operands;
  }

  /// A number below zero is none.
  private static boolean isOption(String argument) {
    return argument.length() > 1
        && argument.startsWith("-")
        && !argument.equals("--")
        && !Character.isDigit(argument.charAt(1));
  }

  private static int afterDashes(List<String> arguments, int next) {
    return next < arguments.size() && arguments.get(next).equals("--") ? next + 1 : next;
  }

  /// @return the place behind the option and its value
  private int parseOne(List<String> arguments, int place) {
    String argument = arguments.get(place);
    int next = place + 1;
    int equals = argument.indexOf('=');
    String name = equals < 0 ? argument : argument.substring(0, equals);
    Option option = find(name);
    if (option.placeholder == null) {
      if (equals >= 0) {
        throw new UsageException(name + " takes no value");
      }
      option.action.accept("");
    } else if (equals >= 0) {
      accept(option, argument.substring(equals + 1));
    } else if (next < arguments.size()) {
      accept(option, arguments.get(next++));
    } else {
      throw new UsageException(name + " needs a value: " + option.synopsis());
    }
    return next;
  }

  /// Whether the command line that was parsed asks for help.
  public boolean helpWanted() {
    return helpWanted;
  }

  /// One line for each option, in the order of their addition, help last.
  public String describe() {
    var ordered = new ArrayList<>(options.subList(1, options.size()));
    ordered.add(options.getFirst());
    int width = 0;
    for (Option option : ordered) {
      width = Math.max(width, option.synopsis().length());
    }
    var text = new StringBuilder();
    for (Option option : ordered) {
      String synopsis = option.synopsis();
      text.append("  ").append(synopsis).repeat(' ', width - synopsis.length() + 2);
      text.append(option.description).append('\n');
    }
    return text.toString();
  }

  private Option find(String name) {
    String wanted = name.equals("-h") ? "--help" : name;
    for (Option option : options) {
      if (option.name.equals(wanted)) {
        return option;
      }
    }
    throw new UsageException("unknown option " + name);
  }

  private static void accept(Option option, String value) {
    try {
      option.action.accept(value);
    } catch (IllegalArgumentException e) {
      throw new UsageException(option.name + " " + value + ": " + e.getMessage());
    }
  }
}
