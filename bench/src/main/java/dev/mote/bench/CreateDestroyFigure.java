package dev.mote.bench;

import dev.mote.Ending;
import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.Streams;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/// A sandbox made, a static hello loaded, its first system call, and all of it gone again.
///
/// The floor is a machine made and unmade by hand, and the copies of as many pages as the program
/// has: no loader can do without them.
final class CreateDestroyFigure implements Figure {
  private static final int ROUNDS = 201;
  private static final int WARM_UP = 300;
  private static final int PAGE = 4096;

  @Override
  public String name() {
    return "create-destroy";
  }

  @Override
  public Result measure(Settings settings) throws Exception {
    Path executable = settings.program("first-call");
    var program = Program.of(executable);
    int pages = pages(executable);
    try (var floor = new Floor(settings.floor())) {
      for (int i = 0; i < WARM_UP; i++) {
        once(program);
      }
      var rounds =
          Rounds.inTurns(
              ROUNDS,
              () -> once(program),
              () ->
                  floor.measure("create")
                      + floor.measure("destroy")
                      + floor.measure("copy " + pages));
      return Result.atMost(1.25, rounds, "us");
    }
  }

  private static double once(Program program) {
    long start = System.nanoTime();
    Ending outcome;
    try (var sandbox = Sandbox.builder(program).memory(MemorySize.ofMebibytes(64)).build()) {
      outcome = sandbox.run(Streams.capture());
    }
    double microseconds = (System.nanoTime() - start) / 1e3;
    if (!outcome.equals(new Ending.Exited(0))) {
      throw new IllegalStateException("the program ended otherwise: " + outcome);
    }
    return microseconds;
  }

  /// How many pages the loadable segments of an ELF file have.
  private static int pages(Path executable) throws IOException {
    var elf = ByteBuffer.wrap(Files.readAllBytes(executable)).order(ByteOrder.LITTLE_ENDIAN);
    int headers = (int) elf.getLong(32); // e_phoff
    int size = elf.getShort(54); // e_phentsize
    int pages = 0;
    for (int i = 0; i < elf.getShort(56); i++) { // e_phnum
      int at = headers + i * size;
      if (elf.getInt(at) == 1) { // PT_LOAD: p_vaddr at 16, p_memsz at 40
        long start = elf.getLong(at + 16);
        long end = start + elf.getLong(at + 40);
        pages += (int) ((end + PAGE - 1) / PAGE - start / PAGE);
      }
    }
    return pages;
  }
}
