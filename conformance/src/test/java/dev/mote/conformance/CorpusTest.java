package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What must hold of the cases themselves for the comparison to mean something.
class CorpusTest {
  private final List<ProgramCase> all = Corpus.all();

  @Test
  void namesAreUnique() {
    assertThat(all).extracting(ProgramCase::name).doesNotHaveDuplicates();
  }

  @Test
  void theCorpusIsAsLargeAsItClaims() {
    assertThat(all).hasSizeGreaterThan(120);
    assertThat(all).filteredOn(c -> c.executable().endsWith("busybox")).hasSizeGreaterThan(80);
  }

  @Test
  void everyProgramIsThere() {
    assertThat(all).allSatisfy(c -> assertThat(c.executable()).isExecutable());
  }

  @Test
  void everyBuiltProgramHasACase() throws IOException {
    var used = all.stream().map(c -> c.executable().getFileName()).toList();
    try (var programs = Files.list(Corpus.programs())) {
      // Not all hostile programs have a native side, and no program of functions has one; these,
      // those that are for snapshots or roots, the runtimes of functions, and what is allowed
      // natively only, have tests of their own.
      assertThat(
              programs.filter(p ->
                  !p.getFileName()
                      .toString()
                      .matches("(hostile|functions|snapshots|root|mote)-.*|one-process|.*[.]so")))
          .allSatisfy(p -> assertThat(used).contains(p.getFileName()));
    }
  }

  @Test
  void aDifferenceIsToldByItsFirstLine() {
    var one = new Observation("status 0", "same\nnative\n", "");
    var other = new Observation("status 1", "same\nin the VM\n", "");
    assertThat(other.differenceFrom(one))
        .contains("ending line 1", "native: status 0", "in VM:  status 1")
        .contains("stdout line 2", "native: native", "in VM:  in the VM")
        .doesNotContain("stderr");
  }
}
