package dev.mote.linux;

import static dev.mote.linux.ElfBuilder.R;
import static dev.mote.linux.ElfBuilder.RW;
import static dev.mote.linux.ElfBuilder.RX;
import static dev.mote.linux.ElfBuilder.fixed;
import static dev.mote.linux.ElfBuilder.relocatable;
import static dev.mote.linux.ElfBuilder.smallest;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mote.linux.ElfException.Reason;
import java.util.Arrays;
import java.util.HexFormat;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Each way in which a file is no program that can run, and what is said of it.
class ElfRefusalTest {
  private static final long LIMIT = 1 << 20;
  private static final byte[] CODE = {(byte) 0xf4};

  static AbstractStringAssert<?> assertRefused(FileContent file, long limit, Reason reason) {
    var refusal = catchThrowableOfType(ElfException.class, () -> ElfImage.parse(file, limit));
    assertThat(refusal).as("refusal").isNotNull();
    assertThat(refusal.reason()).as(refusal.getMessage()).isEqualTo(reason);
    return assertThat(refusal.getMessage());
  }

  private static AbstractStringAssert<?> assertRefused(ElfBuilder file, Reason reason) {
    return assertRefused(file.file(), LIMIT, reason);
  }

  private static AbstractStringAssert<?> assertRefused(byte[] file, Reason reason) {
    return assertRefused(FileContent.of(file), LIMIT, reason);
  }

  @Test
  void anEmptyFile() {
    assertRefused(new byte[0], Reason.NOT_ELF).isEqualTo("is empty, not an ELF program");
  }

  @Test
  void aScriptNamesItsInterpreter() {
    assertRefused("#! /usr/bin/env python3\nprint()\n".getBytes(UTF_8), Reason.SCRIPT)
        .startsWith("is a script for /usr/bin/env python3: ");
  }

  @Test
  void aScriptCannotWriteToTheTerminalByItsInterpreter() {
    assertRefused("#!/bin/\u001b[2J\u202esh".getBytes(UTF_8), Reason.SCRIPT)
        .startsWith("is a script for /bin/?[2J?sh: ");
  }

  @ParameterizedTest
  @CsvSource({
    "4d5a9000, a Windows program (PE)",
    "cffaedfe07000001, a macOS program (Mach-O)",
    "feedfacf01000007, a macOS program (Mach-O)",
    "cafebabe00000002, a macOS program (Mach-O)",
    "cafebabe00000041, a Java class",
    "cafebabe, a Java class",
    "0061736d01000000, a WebAssembly module",
    "504b0304, a zip or jar archive",
    "213c617263683e0a, a static library (ar)",
    "1f8b0800, gzip data",
    "68656c6c6f0a, text",
    "c3a40a, text",
    "0001020304, unknown data",
  })
  void whatIsNoElfFileIsNamed(String bytes, String name) {
    assertRefused(HexFormat.of().parseHex(bytes), Reason.NOT_ELF)
        .isEqualTo("is " + name + ", not an ELF program");
  }

  @Test
  void a32BitProgramNamesItsMachine() {
    assertRefused(
            smallest().patch(ElfLayout.EI_CLASS, 1, 1).patch(ElfLayout.E_MACHINE, 2, 3),
            Reason.NOT_64_BIT)
        .isEqualTo("is a 32-bit program for i386");
    assertRefused(smallest().patch(ElfLayout.EI_CLASS, 1, 1), Reason.NOT_64_BIT)
        .isEqualTo("is a 32-bit program for x86-64");
    assertRefused(smallest().patch(ElfLayout.EI_CLASS, 1, 7), Reason.NOT_64_BIT)
        .contains("class 7");
  }

  @Test
  void aBigEndianProgram() {
    assertRefused(
            smallest().patch(ElfLayout.EI_DATA, 1, 2).patch(ElfLayout.E_MACHINE, 2, 22 << 8),
            Reason.BIG_ENDIAN)
        .isEqualTo("is a big-endian program for s390x");
    assertRefused(smallest().patch(ElfLayout.EI_DATA, 1, 0), Reason.BIG_ENDIAN)
        .contains("data encoding 0");
  }

  @ParameterizedTest
  @CsvSource({"183, aarch64", "243, riscv", "258, loongarch", "4711, the unknown machine 4711"})
  void aProgramForAnotherMachine(int machine, String name) {
    assertRefused(smallest().patch(ElfLayout.E_MACHINE, 2, machine), Reason.OTHER_MACHINE)
        .isEqualTo("is a program for " + name + ", not x86-64");
  }

  @Test
  void aProgramForAnotherSystem() {
    assertRefused(smallest().patch(ElfLayout.EI_OSABI, 1, 9), Reason.OTHER_SYSTEM)
        .isEqualTo("is a program for FreeBSD, not Linux");
  }

  @ParameterizedTest
  @CsvSource({"1, an object file", "4, a core dump", "0, type 0", "65535, type 65535"})
  void anElfFileThatIsNoProgram(int type, String name) {
    assertRefused(smallest().patch(ElfLayout.E_TYPE, 2, type), Reason.NOT_A_PROGRAM).contains(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "/lib64/ld-linux-x86-64.so.2"})
  void aLoaderNameWithoutAnEnd(String name) {
    assertRefused(smallest().interpreter(name.getBytes(UTF_8)), Reason.BAD_INTERPRETER)
        .contains("dynamic loader");
  }

  @Test
  void aLoaderNameThatIsTooLong() {
    assertThat(ElfImage.parse(smallest().interpreter("x".repeat(4095)).file(), LIMIT).interpreter())
        .hasSize(4095);
    assertRefused(smallest().interpreter("x".repeat(4096)), Reason.BAD_INTERPRETER)
        .contains("4097 bytes");
  }

  @Test
  void aLoaderNameOutsideTheFile() {
    assertRefused(
            smallest().interpreter("/ld.so").patchHeader(1, ElfLayout.P_OFFSET, 8, 1 << 20),
            Reason.TRUNCATED)
        .contains("dynamic loader");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5, 16, 63})
  void aFileThatEndsWithinItsHeader(int length) {
    assertRefused(Arrays.copyOf(smallest().bytes(), length), Reason.TRUNCATED)
        .contains("ELF header");
  }

  @Test
  void aFileThatEndsWithinItsProgramHeaders() {
    assertRefused(Arrays.copyOf(smallest().bytes(), 119), Reason.TRUNCATED)
        .contains("program headers");
    assertRefused(smallest().patch(ElfLayout.E_PHOFF, 8, -1), Reason.TRUNCATED);
    assertRefused(smallest().patch(ElfLayout.E_PHOFF, 8, Long.MAX_VALUE), Reason.TRUNCATED);
  }

  @Test
  void aFileThatEndsWithinASegment() {
    assertRefused(Arrays.copyOf(smallest().bytes(), 4096), Reason.TRUNCATED)
        .contains("load segment 0");
    assertRefused(smallest().patchHeader(0, ElfLayout.P_OFFSET, 8, -4096), Reason.TRUNCATED);
  }

  @Test
  void programHeadersOfAnotherSize() {
    assertRefused(smallest().patch(ElfLayout.E_PHENTSIZE, 2, 32), Reason.BAD_PROGRAM_HEADERS)
        .contains("32 bytes");
  }

  @Test
  void tooManyProgramHeaders() {
    var most = smallest();
    for (int i = 1; i < ElfImage.MAX_PROGRAM_HEADERS; i++) {
      most.stack(RW);
    }
    assertThat(ElfImage.parse(most.file(), LIMIT).programHeaderCount()).isEqualTo(128);

    assertRefused(most.stack(RW), Reason.BAD_PROGRAM_HEADERS)
        .contains("129 program headers; at most 128");
  }

  @Test
  void nothingToLoad() {
    assertRefused(fixed().entry(0x40_0000), Reason.NO_LOAD_SEGMENT).contains("no program headers");
    assertRefused(fixed().stack(RW).entry(0x40_0000), Reason.NO_LOAD_SEGMENT);
    assertRefused(
        fixed().load(RX, 0x40_0000, new byte[0], 0).entry(0x40_0000), Reason.NO_LOAD_SEGMENT);
  }

  @Test
  void moreBytesInTheFileThanInMemory() {
    assertRefused(fixed().load(RX, 0x40_0000, CODE, 0).entry(0x40_0000), Reason.BAD_SEGMENT)
        .contains("segment (0)")
        .contains("in the file than in memory");
    assertRefused(smallest().patchHeader(0, ElfLayout.P_FILESZ, 8, -1), Reason.BAD_SEGMENT);
  }

  @ParameterizedTest
  @ValueSource(longs = {0x7fff_ffff_f000L, 0x8000_0000_0000L, -4096, Long.MIN_VALUE})
  void addressesThatUserCodeCannotHave(long address) {
    assertRefused(fixed().load(RX, address, CODE).entry(address), Reason.BAD_SEGMENT)
        .contains("below 2^47");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, -0x40_0000, Long.MIN_VALUE, 1L << 47})
  void sizesThatWrapOrLeaveTheAddressSpace(long size) {
    assertRefused(fixed().load(RX, 0x40_0000, CODE, size).entry(0x40_0000), Reason.BAD_SEGMENT)
        .contains("below 2^47");
  }

  @Test
  void aFixedProgramAtTheBottomOfTheAddressSpace() {
    assertRefused(fixed().load(RX, 0xf000, CODE).entry(0xf000), Reason.BAD_SEGMENT)
        .contains("64 KiB");
    assertThat(
            ElfImage.parse(fixed().load(RX, 0x1_0000, CODE).entry(0x1_0000).file(), LIMIT)
                .lowestPage())
        .isEqualTo(0x1_0000);
  }

  @Test
  void aSegmentThatIsElsewhereInItsPageThanInTheFilesPage() {
    assertRefused(smallest().patchHeader(0, ElfLayout.P_OFFSET, 8, 100), Reason.BAD_SEGMENT)
        .contains("in its page");
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 4095, 1L << 31, Long.MIN_VALUE, -1})
  void anAlignmentThatIsNone(long alignment) {
    assertRefused(smallest().patchHeader(0, ElfLayout.P_ALIGN, 8, alignment), Reason.BAD_SEGMENT)
        .contains("alignment");
  }

  @Test
  void twoSegmentsAtOneByte() {
    assertRefused(
            fixed().load(RX, 0x40_0000, new byte[0x801]).load(RW, 0x40_0800, CODE).entry(0x40_0000),
            Reason.OVERLAPPING_SEGMENTS)
        .contains("0x400800");
    assertRefused(
        fixed().load(RW, 0x40_1000, CODE).load(RX, 0x40_0000, CODE, 0x1001).entry(0x40_0000),
        Reason.OVERLAPPING_SEGMENTS);
    assertRefused(smallest().load(R, 0x40_0000, CODE), Reason.OVERLAPPING_SEGMENTS);
  }

  @Test
  void aPositionIndependentProgramThatIsTooWideForAnyPlace() {
    assertRefused(
            relocatable().load(RX, 0x1000, CODE).load(RW, 1L << 46, CODE).entry(0x1000),
            Reason.BAD_SEGMENT)
        .contains("1 TiB");
  }

  @Test
  void noEntry() {
    assertRefused(smallest().entry(0), Reason.NO_ENTRY).isEqualTo("has no entry point");
    assertRefused(relocatable().load(RX, 0x1000, CODE), Reason.NO_ENTRY)
        .contains("a shared library");
  }

  @Test
  void anEntryThatCannotBeExecuted() {
    assertRefused(smallest().entry(0x40_0001), Reason.ENTRY_NOT_EXECUTABLE).contains("0x400001");
    assertRefused(smallest().entry(-1), Reason.ENTRY_NOT_EXECUTABLE);
    assertRefused(fixed().load(RW, 0x40_0000, CODE).entry(0x40_0000), Reason.ENTRY_NOT_EXECUTABLE);
  }

  @Test
  void moreMemoryThanTheLimit() {
    var large = smallest().load(RW, 0x50_0000, CODE, 1L << 40);

    assertRefused(large, Reason.TOO_LARGE).contains("the limit is 1048576");
    assertThat(ElfImage.parse(large.file(), 1L << 41).segments()).hasSize(2);
  }
}
