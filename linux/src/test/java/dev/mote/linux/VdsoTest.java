package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The shared object, read as a C library reads it.
class VdsoTest {
  private final ByteBuffer image = ByteBuffer.wrap(Vdso.image()).order(ByteOrder.LITTLE_ENDIAN);
  private final Map<Integer, Integer> dynamic = dynamic();

  private Map<Integer, Integer> dynamic() {
    var entries = new HashMap<Integer, Integer>();
    for (int at = image.getInt(programHeader(1) + 8); image.getInt(at) != 0; at += 16) {
      entries.put(image.getInt(at), image.getInt(at + 8));
    }
    return entries;
  }

  private int programHeader(int index) {
    return image.getInt(ElfLayout.E_PHOFF) + index * ElfLayout.PHDR_SIZE;
  }

  private int tag(int tag) {
    assertThat(dynamic).containsKey(tag);
    return dynamic.get(tag);
  }

  private String string(int offset) {
    int start = tag(5) + offset;
    int end = start;
    while (image.get(end) != 0) {
      end++;
    }
    return new String(image.array(), start, end - start, StandardCharsets.US_ASCII);
  }

  /// The symbols that a walk through the only chain of DT_HASH meets.
  private List<Integer> symbols() {
    int hash = tag(4);
    assertThat(image.getInt(hash)).as("buckets").isEqualTo(1);
    var found = new ArrayList<Integer>();
    for (int i = image.getInt(hash + 8); i != 0; i = image.getInt(hash + 12 + 4 * i)) {
      found.add(tag(6) + i * 24);
    }
    assertThat(image.getInt(hash + 4)).as("symbols").isEqualTo(found.size() + 1);
    return found;
  }

  @Test
  void itIsASharedObjectOfOnePageThatIsReadAndExecuted() {
    assertThat(image.capacity()).isEqualTo(4096);
    assertThat(image.getInt(0)).isEqualTo(0x464c_457f);
    assertThat(image.getShort(ElfLayout.E_TYPE)).isEqualTo((short) ElfLayout.ET_DYN);
    assertThat(image.getShort(ElfLayout.E_MACHINE)).isEqualTo((short) ElfLayout.EM_X86_64);
    assertThat(image.getShort(ElfLayout.E_PHNUM)).isEqualTo((short) 2);
    int load = programHeader(0);
    assertThat(image.getInt(load)).isEqualTo(ElfLayout.PT_LOAD);
    assertThat(image.getInt(load + ElfLayout.P_FLAGS)).isEqualTo(ElfLayout.PF_R | ElfLayout.PF_X);
    assertThat(image.getLong(load + ElfLayout.P_OFFSET)).isZero();
    assertThat(image.getLong(load + ElfLayout.P_VADDR)).isZero();
    assertThat(image.getLong(load + ElfLayout.P_FILESZ)).isBetween(1024L, 4096L);
  }

  @Test
  void everyFunctionIsThereUnderBothItsNames() {
    var names = new ArrayList<String>();
    for (int symbol : symbols()) {
      names.add(string(image.getInt(symbol)));
      boolean weak = !names.getLast().startsWith("__");
      assertThat(image.get(symbol + 4)).as("binding, function").isEqualTo((byte) (weak ? 34 : 18));
      assertThat(image.getShort(symbol + 6)).as("section").isNotZero();
      assertThat(image.getLong(symbol + 8)).as("address").isBetween(1024L, 4095L);
      assertThat(image.getLong(symbol + 16)).as("size").isBetween(8L, 200L);
    }
    assertThat(names)
        .containsExactlyInAnyOrder(
            "__vdso_clock_gettime",
            "__vdso_gettimeofday",
            "__vdso_time",
            "__vdso_clock_getres",
            "__vdso_getcpu",
            "clock_gettime",
            "gettimeofday",
            "time",
            "clock_getres",
            "getcpu",
            "__mote_restore_id");
  }

  @Test
  void everySymbolIsOfLinuxsVersion() {
    int definition = tag(0x6fff_fffc);
    assertThat(tag(0x6fff_fffd)).as("versions").isEqualTo(2);
    assertThat(image.getShort(definition + 2)).as("VER_FLG_BASE").isEqualTo((short) 1);
    definition += image.getInt(definition + 16);
    assertThat(image.getShort(definition + 2)).isZero();
    assertThat(image.getShort(definition + 4)).as("index").isEqualTo((short) 2);
    assertThat(image.getInt(definition + 8)).as("hash").isEqualTo(0x3ae7_5f6);
    int name = image.getInt(definition + image.getInt(definition + 12));
    assertThat(string(name)).isEqualTo("LINUX_2.6");
    for (int i = 1; i <= symbols().size(); i++) {
      assertThat(image.getShort(tag(0x6fff_fff0) + 2 * i)).isEqualTo((short) 2);
    }
  }

  @Test
  void itHasItsName() {
    assertThat(string(tag(14))).isEqualTo("linux-vdso.so.1");
  }
}
