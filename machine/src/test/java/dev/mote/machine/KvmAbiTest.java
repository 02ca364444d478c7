package dev.mote.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The numbers and layouts written down in Java are those of the system's C headers.
class KvmAbiTest {
  @TempDir Path directory;

  private void assertEqualToHeaders(Map<String, Long> expected)
      throws IOException, InterruptedException {
    assertThat(expected).isNotEmpty();
    assertThat(expected)
        .containsExactlyInAnyOrderEntriesOf(CHeaders.evaluate(directory, expected.keySet()));
  }

  private static Map<String, Long> constants(Class<?> type, String prefix)
      throws IllegalAccessException {
    var values = new LinkedHashMap<String, Long>();
    for (Field field : type.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getName().startsWith(prefix)) {
        field.setAccessible(true);
        if (field.get(null) instanceof Number number) {
          values.put(field.getName(), number.longValue());
        }
      }
    }
    return values;
  }

  @Test
  void everyNumberOfKvmIsTheHeaders() throws Exception {
    Map<String, Long> numbers = constants(KvmAbi.class, "KVM_");
    assertThat(numbers).hasSizeGreaterThan(30);
    assertEqualToHeaders(numbers);
  }

  @Test
  void everySystemCallNumberAndFlagIsTheHeaders() throws Exception {
    var numbers = new LinkedHashMap<String, Long>();
    for (String prefix : new String[] {"SYS_", "AT_", "O_", "PROT_", "MAP_", "MADV_", "SA_"}) {
      numbers.putAll(constants(Libc.class, prefix));
    }
    assertThat(numbers).hasSizeGreaterThan(20);
    var expressions = new LinkedHashMap<String, Long>();
    numbers.forEach((name, value) ->
        expressions.put(
            name.startsWith("SYS_") ? "SYS_" + name.substring(4).toLowerCase(Locale.ROOT) : name,
            value));
    assertEqualToHeaders(expressions);
  }

  @Test
  void signalHandlersAreInstalledByGlibcsLayout() throws Exception {
    assertEqualToHeaders(
        Map.of(
            "sizeof(struct sigaction)", 152L,
            "offsetof(struct sigaction, sa_handler)", 0L,
            "offsetof(struct sigaction, sa_flags)", 136L,
            "(long)SIG_DFL", 0L));
  }

  @Test
  void everyFieldOfKvmRunIsWhereTheHeaderHasIt() throws Exception {
    var offsets = new LinkedHashMap<String, Long>();
    offsets.put("offsetof(struct kvm_run, immediate_exit)", KvmRun.IMMEDIATE_EXIT);
    offsets.put("offsetof(struct kvm_run, exit_reason)", KvmRun.EXIT_REASON);
    offsets.put("offsetof(struct kvm_run, io.direction)", KvmRun.IO_DIRECTION);
    offsets.put("offsetof(struct kvm_run, io.size)", KvmRun.IO_SIZE);
    offsets.put("offsetof(struct kvm_run, io.port)", KvmRun.IO_PORT);
    offsets.put("offsetof(struct kvm_run, io.count)", KvmRun.IO_COUNT);
    offsets.put("offsetof(struct kvm_run, internal.suberror)", KvmRun.INTERNAL_SUBERROR);
    offsets.put("offsetof(struct kvm_run, kvm_valid_regs)", KvmRun.VALID_REGS);
    offsets.put("offsetof(struct kvm_run, kvm_dirty_regs)", KvmRun.DIRTY_REGS);
    offsets.put("offsetof(struct kvm_run, s.regs.regs)", KvmRun.REGS);
    offsets.put("sizeof(struct kvm_regs)", KvmRun.REGS_SIZE);
    offsets.put("offsetof(struct kvm_run, s.regs.sregs)", KvmRun.SREGS);
    for (String register :
        "rax rbx rcx rdx rsi rdi rsp rbp r8 r9 r10 r11 r12 r13 r14 r15 rip rflags".split(" ", -1)) {
      offsets.put(
          "offsetof(struct kvm_run, s.regs.regs." + register + ")",
          constants(KvmRun.class, "").get(register.toUpperCase(Locale.ROOT)));
    }
    offsets.put("KVM_SYNC_X86_REGS", KvmAbi.KVM_SYNC_X86_REGS);
    assertEqualToHeaders(offsets);
  }

  @Test
  void everyFieldOfTheSpecialRegistersIsWhereTheHeaderHasIt() throws Exception {
    var offsets = new LinkedHashMap<String, Long>();
    for (String field : "cs ds es fs gs ss tr ldt gdt idt cr0 cr2 cr3 cr4 efer".split(" ", -1)) {
      offsets.put(
          "offsetof(struct kvm_sregs, " + field + ")",
          constants(SpecialRegisters.class, "").get(field.toUpperCase(Locale.ROOT)));
    }
    offsets.put("sizeof(struct kvm_sregs)", SpecialRegisters.SIZE);
    offsets.put("sizeof(struct kvm_segment)", 24L);
    offsets.put("offsetof(struct kvm_segment, base)", 0L);
    offsets.put("offsetof(struct kvm_segment, limit)", 8L);
    offsets.put("offsetof(struct kvm_segment, selector)", 12L);
    offsets.put("offsetof(struct kvm_segment, type)", 14L);
    offsets.put("offsetof(struct kvm_segment, present)", 15L);
    offsets.put("offsetof(struct kvm_segment, dpl)", 16L);
    offsets.put("offsetof(struct kvm_segment, db)", 17L);
    offsets.put("offsetof(struct kvm_segment, s)", 18L);
    offsets.put("offsetof(struct kvm_segment, l)", 19L);
    offsets.put("offsetof(struct kvm_segment, g)", 20L);
    offsets.put("offsetof(struct kvm_segment, avl)", 21L);
    offsets.put("offsetof(struct kvm_segment, unusable)", 22L);
    offsets.put("offsetof(struct kvm_dtable, base)", 0L);
    offsets.put("offsetof(struct kvm_dtable, limit)", 8L);
    assertEqualToHeaders(offsets);
  }

  @Test
  void everyStructureThatIsWrittenByHandHasTheHeadersLayout() throws Exception {
    var offsets = new LinkedHashMap<String, Long>();
    offsets.put("sizeof(struct kvm_userspace_memory_region)", 32L);
    offsets.put("offsetof(struct kvm_userspace_memory_region, slot)", 0L);
    offsets.put("offsetof(struct kvm_userspace_memory_region, flags)", 4L);
    offsets.put("offsetof(struct kvm_userspace_memory_region, guest_phys_addr)", 8L);
    offsets.put("offsetof(struct kvm_userspace_memory_region, memory_size)", 16L);
    offsets.put("offsetof(struct kvm_userspace_memory_region, userspace_addr)", 24L);
    offsets.put("offsetof(struct kvm_msrs, nmsrs)", 0L);
    offsets.put("offsetof(struct kvm_msrs, entries)", 8L);
    offsets.put("sizeof(struct kvm_msr_entry)", 16L);
    offsets.put("offsetof(struct kvm_msr_entry, index)", 0L);
    offsets.put("offsetof(struct kvm_msr_entry, data)", 8L);
    offsets.put("sizeof(struct kvm_xcrs)", 392L);
    offsets.put("offsetof(struct kvm_xcrs, nr_xcrs)", 0L);
    offsets.put("offsetof(struct kvm_xcrs, xcrs[0].xcr)", 8L);
    offsets.put("offsetof(struct kvm_xcrs, xcrs[0].value)", 16L);
    offsets.put("sizeof(struct kvm_xsave)", 4096L);
    offsets.put("offsetof(struct kvm_cpuid2, nent)", 0L);
    offsets.put("offsetof(struct kvm_cpuid2, entries)", 8L);
    offsets.put("sizeof(struct kvm_cpuid_entry2)", 40L);
    offsets.put("offsetof(struct kvm_cpuid_entry2, function)", 0L);
    offsets.put("offsetof(struct kvm_cpuid_entry2, index)", 4L);
    offsets.put("offsetof(struct kvm_cpuid_entry2, flags)", 8L);
    offsets.put("offsetof(struct kvm_cpuid_entry2, eax)", 12L);
    offsets.put("offsetof(struct kvm_cpuid_entry2, ebx)", 16L);
    offsets.put("offsetof(struct kvm_cpuid_entry2, ecx)", 20L);
    offsets.put("offsetof(struct kvm_cpuid_entry2, edx)", 24L);
    assertEqualToHeaders(offsets);
  }
}
