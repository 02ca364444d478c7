package dev.mote.linux;

import static dev.mote.linux.ElfBuilder.RW;
import static dev.mote.linux.ElfBuilder.RX;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever bytes a file has: it is a program whose description keeps its promises, or it is
/// refused with a reason, and its symbols are names or none.
///
/// In an ordinary build each seed is tried once. `JAZZER_FUZZ=1 ./build -pl linux
/// -Dtest=ElfFuzzTest#image` searches for a failure, one method at a time.
class ElfFuzzTest {
  private static final long LIMIT = 64 << 20;
  private static final Comparator<LoadSegment> BY_ADDRESS =
      Comparator.comparingLong(LoadSegment::address);

  static Stream<byte[]> seeds() {
    var program =
        ElfBuilder.fixed()
            .load(RX, 0x40_0000, new byte[0x40])
            .load(RW, 0x40_1040, new byte[0x20], 0x2000)
            .header(ElfLayout.PT_TLS, RW, 0x40_1040, new byte[0], 16, 8)
            .stack(RW)
            .function("_start", 0x40_0000, 0)
            .function("main", 0x40_0010, 0x20)
            .entry(0x40_0000);
    // A file of pages would be mostly zeros that say nothing: contents lie at the address's place
    // in its page, so addresses just behind the headers keep a seed within a few hundred bytes.
    var small =
        ElfBuilder.relocatable()
            .load(RX, 64 + 3 * 56, new byte[16])
            .load(RW, 64 + 3 * 56 + 4096 + 16, new byte[8], 64)
            .stack(RW)
            .function("_start", 64 + 3 * 56, 16)
            .function("main", 64 + 3 * 56 + 4, 8)
            .entry(64 + 3 * 56);
    var dynamic =
        ElfBuilder.relocatable()
            .load(RX, 64 + 2 * 56, new byte[16])
            .interpreter("/lib64/ld-linux-x86-64.so.2")
            .stripped()
            .function("main", 64 + 2 * 56, 16)
            .entry(64 + 2 * 56);
    return Stream.of(
        program.bytes(), small.bytes(), dynamic.bytes(), Arrays.copyOf(small.bytes(), 100));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "3m")
  void image(byte[] bytes) {
    ElfImage image;
    try {
      image = ElfImage.parse(FileContent.of(bytes), LIMIT);
    } catch (ElfException refused) {
      assertThat(refused.getMessage()).hasSizeLessThan(1000).doesNotContain("\n");
      return;
    }
    assertThat(image.segments()).isNotEmpty();
    assertThat(image.alignment()).isBetween(4096L, ElfImage.MAX_ALIGNMENT);
    assertThat(image.lowestPage()).isNotNegative();
    assertThat(image.end()).isGreaterThan(image.lowestPage()).isLessThan(1L << 47);
    assertThat(image.segments()).anyMatch(s -> s.executable() && s.contains(image.entry()));
    long memory = 0;
    long end = 0;
    for (var segment : image.segments().stream().sorted(BY_ADDRESS).toList()) {
      assertThat(segment.memorySize()).isPositive().isGreaterThanOrEqualTo(segment.fileSize());
      assertThat(segment.fileOffset()).isNotNegative();
      assertThat(segment.fileOffset() + segment.fileSize()).isBetween(0L, (long) bytes.length);
      assertThat(segment.address()).isGreaterThanOrEqualTo(end);
      end = segment.end();
      memory += segment.memorySize();
    }
    assertThat(memory).isLessThanOrEqualTo(LIMIT);
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "3m")
  void symbols(byte[] bytes) {
    assertThat(NeededLibraries.of(FileContent.of(bytes)).names())
        .hasSizeLessThanOrEqualTo(NeededLibraries.MOST)
        .allMatch(name -> name.length() <= Printable.MAX_LENGTH + 1);
    var symbols = new Symbols(MemorySegment.ofArray(bytes));
    symbols.findAt(64 + 2 * 56);
    for (long address : new long[] {0, 64 + 2 * 56, 64 + 3 * 56 + 5, 0x40_0015, -1}) {
      symbols
          .find(address)
          .ifPresent(place -> {
            assertThat(place.name()).isNotEmpty().doesNotContain("\n");
            assertThat(place.name()).hasSizeLessThanOrEqualTo(Printable.MAX_LENGTH + 1);
          });
    }
  }
}
