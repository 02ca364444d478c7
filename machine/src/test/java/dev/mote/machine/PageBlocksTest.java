package dev.mote.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Memory that is given back reads as zeros; what stays reads as it was.
class PageBlocksTest {
  private static int[] taken(int count) {
    int[] blocks = PageBlocks.take(count);
    for (int block : blocks) {
      memory(block).fill((byte) 0x5a);
    }
    return blocks;
  }

  private static MemorySegment memory(int block) {
    return PageBlocks.piece(block).asSlice(PageBlocks.offset(block), GuestMemory.PAGE_SIZE);
  }

  private static byte first(int block) {
    return memory(block).get(ValueLayout.JAVA_BYTE, 0);
  }

  @Test
  void theHostHasTheMemoryOfWhatWasFreedTogether() {
    int[] blocks = taken(40_000); // more than two pieces
    int[] everyThird = every(blocks, i -> i / 64 % 3 == 0); // in rows that are worth a call
    int[] others = every(blocks, i -> i / 64 % 3 != 0);
    int inUse = PageBlocks.inUse();
    PageBlocks.free(everyThird);
    assertThat(PageBlocks.inUse()).isEqualTo(inUse - everyThird.length);
    assertThat(Arrays.stream(everyThird).map(PageBlocksTest::first)).containsOnly(0);
    assertThat(Arrays.stream(others).map(PageBlocksTest::first)).containsOnly(0x5a);
    int[] again = taken(everyThird.length);
    assertThat(Arrays.stream(again).map(PageBlocksTest::first)).containsOnly(0x5a);
    PageBlocks.free(others);
    assertThat(Arrays.stream(again).map(PageBlocksTest::first)).containsOnly(0x5a);
    PageBlocks.free(again);
  }

  /// A system call for each would cost more than the memory is worth.
  @Test
  void aFewStay() {
    int[] blocks = taken(16);
    PageBlocks.free(blocks);
    assertThat(Arrays.stream(blocks).map(PageBlocksTest::first)).containsOnly(0x5a);
  }

  private static int[] every(int[] blocks, IntPredicate wanted) {
    return IntStream.range(0, blocks.length).filter(wanted).map(i -> blocks[i]).toArray();
  }
}
