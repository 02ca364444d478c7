package dev.mote.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SystemCallTableTest {
  @ParameterizedTest
  @CsvSource({
    "0, read, 3",
    "9, mmap, 6",
    "59, execve, 3",
    "158, arch_prctl, 2",
    "202, futex, 6",
    "231, exit_group, 1",
    "257, openat, 4",
    "262, newfstatat, 4",
    "302, prlimit64, 4",
    "332, statx, 5",
    "334, rseq, 4",
    "424, pidfd_send_signal, 4",
    "435, clone3, 2",
    "450, set_mempolicy_home_node, 4",
    "467, open_tree_attr, 5",
  })
  void callsHaveTheirNumbersAndArguments(int number, String name, int arguments) {
    var call = SystemCallTable.of(number).orElseThrow();

    assertThat(call.name()).isEqualTo(name);
    assertThat(call.arguments()).hasSize(arguments);
    assertThat(SystemCallTable.number(name)).isEqualTo(number);
  }

  @Test
  void everyCallIsThereOnce() {
    var calls =
        LongStream.range(0, SystemCallTable.END)
            .mapToObj(SystemCallTable::of)
            .flatMap(Optional::stream)
            .toList();

    // 0 to 335 without a gap, then 424 to 467: numbers between belong to other machines.
    assertThat(calls).hasSize(336 + 44);
    assertThat(new HashSet<>(calls.stream().map(SystemCall::name).toList())).hasSize(calls.size());
    assertThat(calls)
        .allSatisfy(call -> assertThat(call.arguments()).hasSizeLessThanOrEqualTo(6))
        .allSatisfy(call -> assertThat(call.name()).matches("[a-z0-9_]+"));
  }

  @Test
  void numbersWithoutACallAreNamedByTheirValue() {
    assertThat(SystemCallTable.name(1)).isEqualTo("write");
    assertThat(SystemCallTable.name(400)).isEqualTo("syscall_0x190");
    assertThat(SystemCallTable.name(Long.MAX_VALUE)).isEqualTo("syscall_0x7fffffffffffffff");
    assertThat(SystemCallTable.of(-1)).isEmpty();
    assertThat(SystemCallTable.of(1L << 32)).isEmpty();
  }

  @Test
  void namesWithoutACallAreRefused() {
    assertThatThrownBy(() -> SystemCallTable.number("write2"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
