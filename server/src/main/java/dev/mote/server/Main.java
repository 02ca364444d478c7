package dev.mote.server;

import dev.mote.cli.ExitStatus;
import dev.mote.cli.UsageException;
import dev.mote.functions.FunctionException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;

/// The commands of `mote` that are about functions. They have a main class of their own, because
/// they need an HTTP server or client, which would make every other command start more slowly.
public final class Main {
  /// In the environment: show the stack of an internal error.
  private static final String STACK_TRACE = "MOTE_STACKTRACE";

  private final PrintStream out;
  private final PrintStream err;

  Main(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /// Runs the command line and ends the process with its exit status.
  public static void main(String[] arguments) {
    int status = new Main(System.out, System.err).execute(List.of(arguments));
    System.out.flush();
    System.exit(status);
  }

  int execute(List<String> arguments) {
    try {
      return dispatch(arguments);
    } catch (UsageException e) {
      return fail(e.getMessage() + "\nTry `mote --help` or `mote COMMAND --help`.");
    } catch (FunctionException | ApiException e) {
      return fail(String.valueOf(e.getMessage()));
    } catch (UncheckedIOException e) {
      IOException cause = e.getCause();
      return fail(cause == null ? e.toString() : String.valueOf(cause.getMessage()));
    } catch (RuntimeException | Error e) {
      if (System.getenv(STACK_TRACE) != null) {
        e.printStackTrace(err);
      }
      return fail("internal error: " + e + " (" + STACK_TRACE + "=1 shows where)");
    }
  }

  private int dispatch(List<String> arguments) {
    if (arguments.isEmpty()) {
      throw new UsageException("no command given");
    }
    List<String> rest = arguments.subList(1, arguments.size());
    return switch (arguments.getFirst()) {
      case "new" -> new NewCommand(out).execute(rest);
      case "up" -> new UpCommand(out, err).execute(rest);
      case "deploy" -> new DeployCommand(out, err).execute(rest);
      case "list" -> new ListCommand(out).execute(rest);
      case "inspect" -> new InspectCommand(out).execute(rest);
      case "invoke" -> new InvokeCommand(out, err).execute(rest);
      case "logs" -> new LogsCommand(out).execute(rest);
      case "rm" -> new RemoveCommand(out).execute(rest);
      default -> throw new UsageException("no such command: " + arguments.getFirst());
    };
  }

  private int fail(String message) {
    err.println("mote: " + message);
    return ExitStatus.MOTE_FAILED;
  }
}
