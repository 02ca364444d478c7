package dev.mote.linux;

import static dev.mote.linux.ElfBuilder.R;
import static dev.mote.linux.ElfBuilder.RW;
import static dev.mote.linux.ElfBuilder.RWX;
import static dev.mote.linux.ElfBuilder.RX;
import static dev.mote.linux.ElfBuilder.fixed;
import static dev.mote.linux.ElfBuilder.relocatable;
import static dev.mote.linux.ElfBuilder.smallest;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What is accepted, and what is read from it. What is refused is in [ElfRefusalTest].
class ElfImageTest {
  private static final long LIMIT = 1 << 20;
  private static final byte[] CODE = {(byte) 0xf4};

  @Test
  void theSmallestProgramIsOneSegment() {
    var image = ElfImage.parse(smallest().file(), LIMIT);

    assertThat(image.type()).isEqualTo(ElfImage.Type.FIXED);
    assertThat(image.entry()).isEqualTo(0x40_0000);
    assertThat(image.segments())
        .containsExactly(new LoadSegment(4096, 1, 0x40_0000, 1, true, false, true, 4096));
    assertThat(image.hasTls()).isFalse();
    assertThat(image.executableStack()).isFalse();
  }

  @Test
  void rightsAreThoseOfTheFlags() {
    var image =
        ElfImage.parse(
            fixed()
                .load(RX, 0x40_0000, CODE)
                .load(RW, 0x40_2000, CODE, 8192)
                .load(0, 0x40_5000, CODE)
                .entry(0x40_0000)
                .file(),
            LIMIT);

    assertThat(image.segments().get(1).writable()).isTrue();
    assertThat(image.segments().get(1).executable()).isFalse();
    assertThat(image.segments().get(1).memorySize()).isEqualTo(8192);
    assertThat(image.segments().get(2).readable()).isFalse();
  }

  @Test
  void segmentsThatShareAPageAreThoseOfOrdinaryLinkers() {
    var image =
        ElfImage.parse(
            fixed()
                .load(RX, 0x40_0000, new byte[0x800])
                .load(RW, 0x40_0800, new byte[0x100], 0x1000)
                .entry(0x40_0000)
                .file(),
            LIMIT);

    assertThat(image.segments()).hasSize(2);
    assertThat(image.lowestPage()).isEqualTo(0x40_0000);
    assertThat(image.end()).isEqualTo(0x40_1800);
  }

  @Test
  void aSharedPageCountsOnceAgainstTheLimit() {
    var program =
        fixed()
            .load(RX, 0x40_0000, new byte[0x800])
            .load(RW, 0x40_0800, new byte[0x100], 0x1000)
            .entry(0x40_0000)
            .file();

    assertThat(ElfImage.parse(program, 8192).segments()).hasSize(2);
    ElfRefusalTest.assertRefused(program, 8191, ElfException.Reason.TOO_LARGE)
        .contains("8192 bytes");
  }

  @Test
  void programHeadersAreFoundInTheSegmentThatHoldsThem() {
    var image = ElfImage.parse(withHeadersInASegment().file(), LIMIT);

    assertThat(image.programHeadersAddress()).isEqualTo(0x40_0040);
    assertThat(image.programHeaderCount()).isEqualTo(1);
  }

  @Test
  void programHeadersThatNoSegmentHoldsHaveNoAddress() {
    assertThat(ElfImage.parse(smallest().file(), LIMIT).programHeadersAddress()).isZero();
  }

  @Test
  void theOrderOfTheFileIsKept() {
    var image =
        ElfImage.parse(
            fixed().load(R, 0x50_0000, CODE).load(RX, 0x40_0000, CODE).entry(0x40_0000).file(),
            LIMIT);

    assertThat(image.segments())
        .extracting(LoadSegment::address)
        .containsExactly(0x50_0000L, 0x40_0000L);
    assertThat(image.lowestPage()).isEqualTo(0x40_0000);
    assertThat(image.end()).isEqualTo(0x50_0001);
  }

  @Test
  void aPositionIndependentProgramStartsAtAddressZero() {
    var image =
        ElfImage.parse(relocatable().load(RX, 0, new byte[0x200]).entry(0x100).file(), LIMIT);

    assertThat(image.type()).isEqualTo(ElfImage.Type.RELOCATABLE);
    assertThat(image.lowestPage()).isZero();
  }

  @Test
  void theLargestAlignmentIsThatOfTheLoadBias() {
    var image =
        ElfImage.parse(
            relocatable()
                .load(RX, 0x1000, CODE)
                .header(ElfLayout.PT_LOAD, RW, 0x40_0000, CODE, 1, 0x20_0000)
                .entry(0x1000)
                .file(),
            LIMIT);

    assertThat(image.alignment()).isEqualTo(0x20_0000);
    assertThat(ElfImage.parse(smallest().file(), LIMIT).alignment()).isEqualTo(4096);
  }

  @Test
  void threadLocalStorageAndAnExecutableStackAreReported() {
    var image =
        ElfImage.parse(
            smallest().header(ElfLayout.PT_TLS, R, 0x40_0000, new byte[0], 16, 8).stack(RWX).file(),
            LIMIT);

    assertThat(image.hasTls()).isTrue();
    assertThat(image.executableStack()).isTrue();
    assertThat(ElfImage.parse(smallest().stack(RW).file(), LIMIT).executableStack()).isFalse();
  }

  @Test
  void aSegmentOfZerosNeedsNoPlaceInTheFile() {
    var image =
        ElfImage.parse(
            smallest()
                .load(RW, 0x50_0123, new byte[0], 64)
                .patchHeader(1, ElfLayout.P_OFFSET, 8, Long.MAX_VALUE)
                .file(),
            LIMIT);

    assertThat(image.segments().get(1))
        .isEqualTo(new LoadSegment(0, 0, 0x50_0123, 64, true, true, false, 4096));
  }

  @Test
  void aSegmentWithoutMemoryIsLeftOut() {
    var image = ElfImage.parse(smallest().load(RW, 0, new byte[0], 0).file(), LIMIT);

    assertThat(image.segments()).hasSize(1);
  }

  @Test
  void theLastAddressBelowTheEndMayBeUsed() {
    var image =
        ElfImage.parse(
            fixed()
                .load(RX, ElfImage.ADDRESS_END - 4096, new byte[4096])
                .entry(ElfImage.ADDRESS_END - 1)
                .file(),
            LIMIT);

    assertThat(image.end()).isEqualTo(0x7fff_ffff_f000L);
  }

  @Test
  void theJavaRuntimesOwnLauncherIsAnElfFileOfTheRealWorld() throws IOException {
    // The one ELF file that is on every machine that runs this test.
    var java = Path.of(System.getProperty("java.home"), "bin", "java");
    try (var arena = Arena.ofConfined();
        var channel = FileChannel.open(java)) {
      MemorySegment file = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);

      assertThat(ElfImage.parse(FileContent.of(file), LIMIT).interpreter()).contains("/ld-");
    }
  }

  /// A program whose first segment is the start of the file, as GNU ld makes it.
  private static ElfBuilder withHeadersInASegment() {
    return fixed()
        .load(RX, 0x40_0000, new byte[0x200])
        .patchHeader(0, ElfLayout.P_OFFSET, 8, 0)
        .entry(0x40_0100);
  }
}
