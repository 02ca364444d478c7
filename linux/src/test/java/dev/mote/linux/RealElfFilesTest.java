package dev.mote.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.linux.ElfException.Reason;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/// Files that no test made: the programs of this machine, and the Java runtime that runs the test.
class RealElfFilesTest {
  @Test
  void everyProgramOfThisMachineIsReadOrRefusedForWhatItIs() throws IOException {
    var seen = EnumSet.noneOf(Reason.class);
    try (var programs = Files.list(Path.of("/usr/bin"))) {
      for (Path program : (Iterable<Path>) programs.filter(Files::isRegularFile)::iterator) {
        if (Files.isReadable(program)) {
          check(program, seen);
        }
      }
    }
    assertThat(seen).contains(Reason.SCRIPT);
  }

  private static void check(Path program, EnumSet<Reason> seen) throws IOException {
    try (var arena = Arena.ofConfined()) {
      MemorySegment file = map(program, arena);
      boolean isElf =
          file.byteSize() >= 4
              && file.get(ValueLayout.JAVA_BYTE, 0) == 0x7f
              && new String(file.asSlice(1, 3).toArray(ValueLayout.JAVA_BYTE), US_ASCII)
                  .equals("ELF");
      boolean takenForElf = true;
      try {
        ElfImage image = ElfImage.parse(FileContent.of(file), Long.MAX_VALUE);
        assertThat(image.segments()).isNotEmpty();
        if (image.interpreter() != null) {
          assertThat(image.interpreter()).startsWith("/lib");
          assertThat(NeededLibraries.of(FileContent.of(file)).names())
              .isNotEmpty()
              .allMatch(name -> name.matches("[\\w.+-]+\\.so[.\\w]*"));
        }
      } catch (ElfException refused) {
        seen.add(refused.reason());
        takenForElf = refused.reason() != Reason.NOT_ELF && refused.reason() != Reason.SCRIPT;
      }
      assertThat(takenForElf).as(program.toString()).isEqualTo(isElf);
    }
  }

  @Test
  @SuppressWarnings("restricted") // the library is the one that runs this test
  void aFunctionOfTheRunningJavaRuntimeIsNamed() throws IOException {
    // libjvm.so is stripped of .symtab in most builds; its exported functions are in .dynsym.
    Path library = Path.of(System.getProperty("java.home"), "lib", "server", "libjvm.so");
    try (var arena = Arena.ofConfined()) {
      long loaded =
          SymbolLookup.libraryLookup(library, arena)
              .find("JNI_CreateJavaVM")
              .orElseThrow()
              .address();
      long base = baseOf(library); // before the file is mapped once more
      var found = new Symbols(map(library, arena)).find(loaded - base + 5);

      assertThat(found).hasValue(new Symbols.Place("JNI_CreateJavaVM", 5));
    }
  }

  private static long baseOf(Path library) throws IOException {
    String real = library.toRealPath().toString();
    try (var mappings = Files.lines(Path.of("/proc/self/maps"))) {
      String first = mappings.filter(line -> line.endsWith(real)).findFirst().orElseThrow();
      return Long.parseLong(first.substring(0, first.indexOf('-')), 16);
    }
  }

  private static MemorySegment map(Path file, Arena arena) throws IOException {
    try (var channel = FileChannel.open(file)) {
      return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }
}
