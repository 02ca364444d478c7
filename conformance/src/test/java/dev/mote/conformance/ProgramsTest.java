package dev.mote.conformance;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Programs behave in a VM as they do natively: each case of `cases/` runs both ways, and both must
/// write the same and end the same. `conformance/run NAME` runs a single case.
class ProgramsTest {
  private static final String EVERY_KVM = "every-kvm";

  /// Native programs share the host's /tmp: one run of these tests at a time.
  private static RandomAccessFile lock;

  private final Side nativeSide = new NativeProcess();

  @BeforeAll
  static void waitForOtherRuns() throws IOException {
    lock = new RandomAccessFile("/tmp/.mote-conformance.lock", "rw");
    lock.getChannel().lock();
  }

  @AfterAll
  static void letOtherRunsGo() throws IOException {
    lock.close();
  }

  @TestFactory
  @Tag(EVERY_KVM)
  Stream<DynamicTest> programsBehaveAsNativelyOnEveryKvm() {
    return tests(Corpus.chosen().stream().filter(c -> c.tags().contains(EVERY_KVM)));
  }

  @TestFactory
  Stream<DynamicTest> programsBehaveAsNatively() {
    return tests(Corpus.chosen().stream().filter(c -> !c.tags().contains(EVERY_KVM)));
  }

  private Stream<DynamicTest> tests(Stream<ProgramCase> cases) {
    return cases.map(c -> DynamicTest.dynamicTest(c.name(), () -> compare(c)));
  }

  private void compare(ProgramCase programCase) throws IOException, InterruptedException {
    Observation expected = observe(nativeSide, programCase);
    Observation found = observe(new MicroVm(), programCase);
    if (!found.equals(expected)) {
      fail(
          "%s (%s) is not the same in a VM:%s\n  system calls of another run: %s"
              .formatted(
                  programCase.name(),
                  programCase.source(),
                  found.differenceFrom(expected),
                  trace(programCase)));
    }
  }

  private static Observation observe(Side side, ProgramCase programCase)
      throws IOException, InterruptedException {
    try (var directory = CaseDirectory.make(programCase)) {
      return side.run(programCase, directory).masked(programCase);
    }
  }

  private static Path trace(ProgramCase programCase) throws IOException, InterruptedException {
    List<String> calls = new ArrayList<>();
    observe(new MicroVm(calls::add), programCase);
    return Files.write(Corpus.traceOf(programCase), calls);
  }
}
