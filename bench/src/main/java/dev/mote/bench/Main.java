package dev.mote.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What `bench/run` starts: measures the figures that are asked for, in their order, and prints one
/// line for each.
public final class Main {
  private static final List<Figure> FIGURES =
      List.of(
          new ExitFigure(),
          new CreateDestroyFigure(),
          new CliStartFigure(),
          new CpuBoundFigure(),
          StartFigure.python(),
          StartFigure.node(),
          StartFigure.java(),
          new WarmPythonFigure(),
          ThreadsFigure.systemCall(),
          ThreadsFigure.threadSwitch(),
          CallFigure.warm(),
          CallFigure.host(),
          CallFigure.bytes(),
          CallFigure.record(),
          FreshCallFigure.of(16, 1.15),
          FreshCallFigure.of(64, 1.25),
          new SwitchFigure(),
          SwitchColdFigure.of(64),
          SwitchColdFigure.of(512),
          SwitchColdFigure.of(4096),
          new StartFromSnapshotFigure(),
          LoadSnapshotFigure.warm(),
          LoadSnapshotFigure.cold(),
          new CallingThreadsFigure(),
          new PoolThroughputFigure(),
          ParkedFigure.memory(),
          ParkedFigure.resume(),
          ParkedFigure.memoryWithFile(),
          ParkedFigure.resumeFromFile(),
          new PipeFigure(),
          new WasmFigure());

  private Main() {}

  /// @param arguments the root of the source tree, the directory of what was built, then those of
  ///   `bench/run`
  public static void main(String[] arguments) throws Exception {
    var settings = new Settings(Path.of(arguments[0]), Path.of(arguments[1]));
    boolean json = false;
    var names = new ArrayList<String>();
    for (String argument : List.of(arguments).subList(2, arguments.length)) {
      if (argument.equals("--json")) {
        json = true;
      } else if (FIGURES.stream().anyMatch(figure -> figure.name().equals(argument))) {
        names.add(argument);
      } else {
        System.err.println(
            "bench: no figure `%s`; there are: %s"
                .formatted(
                    argument, String.join(", ", FIGURES.stream().map(Figure::name).toList())));
        System.exit(2);
      }
    }
    for (String fact : MachineFacts.lines()) {
      (json ? System.err : System.out).println("# " + fact);
    }
    if (!json) {
      System.out.printf(
          "%-16s %12s %-4s %10s %12s %8s  %s%n",
          "# name", "value", "unit", "spread", "floor", "ratio", "bound of the ratio");
    }
    for (Figure figure : FIGURES) {
      if (names.isEmpty() || names.contains(figure.name())) {
        print(figure.name(), figure.measure(settings), json);
      }
    }
  }

  private static void print(String name, Figure.Result r, boolean json) {
    String format =
        json
            ? "{\"name\": \"%s\", \"value\": %.3f, \"unit\": \"%s\", \"spread\": %.3f,"
                + " \"floor\": %.3f, \"ratio\": %.3f, \"bound\": \"%s\", \"holds\": %b}%n"
            : "%-16s %12.2f %-4s %10.2f %12.2f %8.3f  %s: %b%n";
    System.out.printf(
        Locale.ROOT,
        format,
        name,
        r.value(),
        r.unit(),
        r.spread(),
        r.floor(),
        r.ratio(),
        r.bound(),
        r.holds());
  }
}
