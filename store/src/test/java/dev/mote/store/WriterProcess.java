package dev.mote.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.json.Json;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JsonParser;

/// A JVM of its own that writes to a layout: [Main] there, and the way to speak to it here.
final class WriterProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader from;
  private final Writer to;

  private WriterProcess(Process process) {
    this.process = process;
    this.from = process.inputReader(UTF_8);
    this.to = process.outputWriter(UTF_8);
  }

  /// @param work a method of [Main]
  /// @param layout beside which it makes another, to warm up
  static WriterProcess start(String work, Path layout, Object... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx32m"));
    command.addAll(List.of("-cp", classPath(), Main.class.getName()));
    command.addAll(List.of(work, layout.toString()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return new WriterProcess(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /// Only what it uses, which makes it start sooner.
  private static String classPath() {
    return Stream.of(Main.class, ImageLayout.class, Json.class, JsonParser.class)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
        .collect(Collectors.joining(File.pathSeparator));
  }

  /// Lets it begin, as soon as it has said that it can.
  void go() throws IOException {
    if (!"ready".equals(from.readLine())) {
      throw new IOException("the writer did not start");
    }
    to.write("go\n");
    to.flush();
  }

  /// `kill -9`.
  ///
  /// @return the lines that it had said
  List<String> kill() {
    process.toHandle().destroyForcibly(); // which, other than that of Process, leaves its output
    return output();
  }

  /// Waits until it has done its work.
  ///
  /// @return the lines that it said
  List<String> output() {
    List<String> lines = from.lines().toList();
    process.onExit().join();
    return lines;
  }

  int exitStatus() {
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  static final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
      ImageLayout layout = ImageLayout.open(Path.of(arguments[1]));
      warmUp(Path.of(arguments[1]).getParent());
      IO.println("ready");
      IO.readln();
      switch (arguments[0]) {
        case "states" -> states(layout, Integer.parseInt(arguments[2]));
        case "names" -> names(layout, arguments[2], Integer.parseInt(arguments[3]));
        case "large" -> large(layout, Integer.parseInt(arguments[2]));
        default -> throw new IllegalArgumentException(arguments[0]);
      }
    }

    /// Loads the classes, so that a kill soon afterwards meets work. The test cleans up.
    private static void warmUp(Path directory) throws IOException {
      ImageLayout scratch = ImageLayout.create(Files.createTempDirectory(directory, "warm"));
      write(scratch, 0);
      scratch.remove("image");
    }

    /// Writes the image of a state: its number, in two layers, and one that all have.
    static void write(ImageLayout layout, int state) throws IOException {
      Images.write(layout, "image", "all", "state " + state, ("" + state).repeat(10_000));
    }

    /// Writes one state after the other, for ever, and says which are begun and done.
    private static void states(ImageLayout layout, int first) throws IOException {
      for (int state = first; ; state++) {
        IO.println("begin " + state);
        write(layout, state);
        IO.println("done " + state);
        if (state % 3 == 0) {
          Images.write(layout, "other", "other " + state);
          layout.remove("other");
        }
      }
    }

    static void names(ImageLayout layout, String prefix, int count) throws IOException {
      for (int i = 0; i < count; i++) {
        Images.write(layout, prefix + i, "shared", prefix + i);
        if (i % 5 == 4) {
          layout.remove(prefix + (i - 1));
        }
      }
    }

    private static void large(ImageLayout layout, int megabytes) throws IOException {
      var blob =
          new Blob() {
            @Override
            public String mediaType() {
              return Images.LAYER;
            }

            @Override
            public void writeTo(WritableByteChannel to) throws IOException {
              ByteBuffer piece = ByteBuffer.allocate(1 << 20);
              for (int i = 0; i < megabytes; i++) {
                to.write(piece.clear().putInt(0, i));
              }
            }
          };
      layout.write("large", Images.ARTIFACT, Blob.EMPTY, List.of(blob), Map.of());
      Image image = layout.read("large");
      try (var channel = image.open(image.layers().getFirst())) {
        IO.println(channel.size() >> 20);
      }
    }
  }
}
