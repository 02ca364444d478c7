package dev.mote.linux;

import static dev.mote.linux.ElfBuilder.sectionHeaders;
import static dev.mote.linux.ElfBuilder.smallest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mote.linux.Symbols.Place;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SymbolsTest {
  private static final int LOCAL = 0;
  private static final int GLOBAL = 1 << 4;
  private static final int WEAK = 2 << 4;
  private static final int OBJECT = 1;

  private static String find(ElfBuilder program, long address) {
    return find(program.bytes(), address);
  }

  private static String find(byte[] file, long address) {
    return new Symbols(MemorySegment.ofArray(file)).find(address).map(Place::toString).orElse("");
  }

  @Test
  void anAddressIsNamedByTheFunctionAroundIt() {
    var program = smallest().function("main", 0x40_1000, 0x80).function("exit", 0x40_2000, 0x10);

    assertThat(find(program, 0x40_1000)).isEqualTo("main+0x0");
    assertThat(find(program, 0x40_107f)).isEqualTo("main+0x7f");
    assertThat(find(program, 0x40_2005)).isEqualTo("exit+0x5");
  }

  @Test
  void addressesOutsideOfEveryFunctionHaveNoName() {
    var program = smallest().function("main", 0x40_1000, 0x80);

    assertThat(find(program, 0x40_0fff)).isEmpty();
    assertThat(find(program, 0x40_1080)).isEmpty();
    assertThat(find(program, -1)).isEmpty();
    assertThat(find(program, 0)).isEmpty();
  }

  @Test
  void aFunctionWithoutASizeReachesToTheNext() {
    var program = smallest().function("_start", 0x40_1000, 0).function("main", 0x40_1040, 0x10);

    assertThat(find(program, 0x40_1020)).isEqualTo("_start+0x20");
    assertThat(find(program, 0x40_1048)).isEqualTo("main+0x8");
    assertThat(find(program, 0x41_0fff)).isEqualTo("_start+0xffff");
    assertThat(find(program, 0x41_1000)).isEmpty();
  }

  @Test
  void theInnermostFunctionWins() {
    var program = smallest().function("outer", 0x40_1000, 0x100).function("inner", 0x40_1020, 0x10);

    assertThat(find(program, 0x40_1025)).isEqualTo("inner+0x5");
    assertThat(find(program, 0x40_1035)).isEqualTo("outer+0x35");
  }

  @Test
  void ofSeveralNamesTheGlobalOneIsShown() {
    var program =
        smallest()
            .symbol("local", 0x40_1000, 16, LOCAL | ElfLayout.STT_FUNC, 1)
            .symbol("global", 0x40_1000, 16, GLOBAL | ElfLayout.STT_FUNC, 1)
            .symbol("weak", 0x40_1000, 16, WEAK | ElfLayout.STT_FUNC, 1)
            .symbol("label", 0x40_1000, 0, GLOBAL | ElfLayout.STT_NOTYPE, 1);

    assertThat(find(program, 0x40_1000)).isEqualTo("global+0x0");
  }

  @Test
  void dataAndUndefinedSymbolsAreNoFunctions() {
    var program =
        smallest()
            .symbol("table", 0x40_1000, 16, GLOBAL | OBJECT, 1)
            .symbol("extern", 0x40_1000, 16, GLOBAL | ElfLayout.STT_FUNC, 0);

    assertThat(find(program, 0x40_1000)).isEmpty();
  }

  @Test
  void aStrippedProgramIsNamedByItsDynamicSymbols() {
    assertThat(find(smallest().stripped().function("main", 0x40_1000, 0x80), 0x40_1001))
        .isEqualTo("main+0x1");
  }

  @Test
  void aFileWithoutSymbolsHasNoNames() {
    assertThat(find(smallest(), 0x40_0000)).isEmpty();
    assertThat(find(new byte[0], 0)).isEmpty();
    assertThat(find(new byte[64], 0)).isEmpty();
  }

  @Test
  void namesAreMadePrintableAndCut() {
    assertThat(find(smallest().function("a\u001b[31mb\n", 0x40_1000, 1), 0x40_1000))
        .isEqualTo("a?[31mb?+0x0");
    assertThat(find(smallest().function("x".repeat(100_000), 0x40_1000, 1), 0x40_1000))
        .hasSize(Printable.MAX_LENGTH + "+0x0".length())
        .endsWith("x...+0x0");
  }

  @Test
  void tablesOutsideOfTheFileAreNotRead() {
    byte[] file = smallest().function("main", 0x40_1000, 0x80).bytes();
    int symbols = sectionHeaders(file) + ElfLayout.SHDR_SIZE;
    for (int field : new int[] {ElfLayout.SH_OFFSET, ElfLayout.SH_SIZE, ElfLayout.SH_LINK}) {
      byte[] broken = file.clone();
      Arrays.fill(broken, symbols + field, symbols + field + 8, (byte) 0x7f);

      assertThat(find(broken, 0x40_1000)).as("field " + field).isEmpty();
    }
  }

  @Test
  void aNameOutsideOfItsTableIsNone() {
    byte[] file = smallest().function("main", 0x40_1000, 0x80).bytes();
    int names = sectionHeaders(file) + 2 * ElfLayout.SHDR_SIZE;
    file[names + ElfLayout.SH_SIZE] = 1;

    assertThat(find(file, 0x40_1000)).isEmpty();
  }
}
