package dev.mote.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A writer is killed at any moment: what it had done stays, and what it had begun is there wholly
/// or not at all.
class CrashTest {
  private static final int KILLS = 200;
  private static final int AHEAD = 2;
  private static final int STATES = 1_000_000;

  @TempDir Path temporary;

  /// All of the image is of one state.
  private static int readState(ImageLayout layout) throws IOException {
    List<String> layers = Images.texts(layout.read("image"));
    int state = Integer.parseInt(layers.get(1).substring("state ".length()));
    assertThat(layers).containsExactly("all", "state " + state, ("" + state).repeat(10_000));
    return state;
  }

  @Test
  void killed() throws Exception {
    Path directory = temporary.resolve("layout");
    ImageLayout layout = ImageLayout.create(directory);
    WriterProcess.Main.write(layout, 0);
    var random = new Random(42);
    var writers = new ArrayDeque<WriterProcess>();
    int state = 0;
    int unfinished = 0;
    try {
      for (int kill = 0; kill < KILLS; kill++) {
        while (writers.size() < AHEAD) {
          writers.add(WriterProcess.start("states", directory, (kill + writers.size()) * STATES));
        }
        WriterProcess writer = writers.remove();
        writer.go();
        Thread.sleep(random.nextInt(25), random.nextInt(1_000_000));
        List<String> said = writer.kill();

        int done = last(said, "done ", state);
        int begun = last(said, "begin ", state);
        state = readState(ImageLayout.open(directory));
        assertThat(state).as("kill %d", kill).isIn(done, begun);
        unfinished += begun > done ? 1 : 0;
      }
    } finally {
      writers.forEach(WriterProcess::close);
    }
    assertThat(unfinished).as("kills in the midst of a write").isGreaterThan(KILLS / 4);

    layout.remove("other");
    layout.prune();
    assertThat(Images.names(directory))
        .containsExactly(".lock", "blobs", "index.json", "oci-layout");
    assertThat(Images.names(Images.blobs(directory)))
        .isEqualTo(Images.blobNames(layout.read("image")));
  }

  private static int last(List<String> lines, String start, int otherwise) {
    return lines.stream()
        .filter(line -> line.startsWith(start))
        .mapToInt(line -> Integer.parseInt(line.substring(start.length())))
        .reduce(otherwise, (_, later) -> later);
  }
}
