package dev.mote.cli;

import dev.mote.HostException;
import dev.mote.ProgramException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// The `mote` command: finds the command that is asked for, and turns whatever goes wrong into one
/// clear line and an exit status.
///
/// Nothing here or in the help touches KVM or the foreign-function API; they cost start-up time and
/// are there for the commands that need them.
final class Main {
  static final String VERSION = "0.1.0-SNAPSHOT";

  /// In the environment: show the stack of an internal error.
  private static final String STACK_TRACE = "MOTE_STACKTRACE";

  private static final String HELP =
      """
      Mote runs untrusted code in micro-VMs: functions in any language, each request in a VM of its own,
      and unmodified Linux programs.

      usage: mote COMMAND

        new LANGUAGE NAME               make a folder with a function to begin with
        up [DIR...]                     serve functions by HTTP
        deploy [DIR]                    have a running server serve a function
        list | inspect | rm             the functions of a running server: all, one, one less
        invoke NAME [JSON]              send a request to a function
        logs NAME                       what a function has written

        run PROGRAM [ARGUMENTS]         run a program in a micro-VM
        call PROGRAM FUNCTION [JSON...] call a function that a program offers
        functions PROGRAM               list the functions that a program offers
        snapshot ACTION                 keep programs that have started: create, run, show, list, rm
        doctor                          examine this machine: can it run micro-VMs, and what to mend
        help [COMMAND]                  this text, or that of a command

        --version                       print the version
        -h, --help                      print this text; after a command, its help
      """;

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
    // System.exit looks for a logger first, to tell it of the exit: some 6 ms. All threads of Mote
    // are daemons, so returning ends the process as well, with status 0 and the same hooks.
    if (status != ExitStatus.OK) {
      System.exit(status);
    }
  }

  /// Runs one command line.
  ///
  /// @return the exit status of the process, see [ExitStatus]
  int execute(List<String> arguments) {
    try {
      return dispatch(arguments);
    } catch (UsageException e) {
      return fail(e.getMessage() + "\nTry `mote --help` or `mote COMMAND --help`.");
    } catch (ProgramException e) {
      err.println("mote: " + e.getMessage());
      return switch (e.kind()) {
        case NOT_FOUND -> ExitStatus.NOT_FOUND;
        case NOT_RUNNABLE, NO_FUNCTIONS, NOT_READY -> ExitStatus.NOT_RUNNABLE;
        case NO_INTERPRETER -> {
          err.println(
              "Give it a file tree that has that: --root / and the program's absolute path, or a"
                  + " --mount for each directory: --mount /lib64:/lib64 --mount /lib:/lib --mount /usr:/usr");
          yield ExitStatus.NOT_RUNNABLE;
        }
      };
    } catch (HostException e) {
      return fail(
          e.fix().isEmpty() ? String.valueOf(e.getMessage()) : e.getMessage() + "\n" + e.fix());
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
      case "run" -> new RunCommand(out, err).execute(rest);
      case "call" -> new CallCommand(out, err).call(rest);
      case "functions" -> new CallCommand(out, err).list(rest);
      case "snapshot" -> new SnapshotCommand(out, err).execute(rest);
      case "doctor" -> new DoctorCommand(out).execute(rest);
      case "help" -> help(rest);
      case "-h", "--help" -> help(List.of());
      case "--version" -> {
        out.println("mote " + VERSION);
        yield ExitStatus.OK;
      }
      default -> throw new UsageException("no such command: " + arguments.getFirst());
    };
  }

  private int help(List<String> command) {
    if (command.isEmpty()) {
      out.print(HELP);
      return ExitStatus.OK;
    }
    var line = new ArrayList<>(command);
    line.add("--help");
    return dispatch(line);
  }

  private int fail(String message) {
    err.println("mote: " + message);
    return ExitStatus.MOTE_FAILED;
  }
}
