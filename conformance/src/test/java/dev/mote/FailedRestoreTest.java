package dev.mote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.linux.SharedMachine;
import dev.mote.machine.Frames;
import dev.mote.machine.Hypervisor;
import dev.mote.machine.MachineException;
import dev.mote.machine.Vcpu;
import dev.mote.machine.VirtualMachine;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Restores that fail on their way: at their files, among their pages, at the processor. What they
/// leave, no call finds.
///
/// In the package of the pool, whose machines are replaced by such that fail.
@Tag("every-kvm")
class FailedRestoreTest {
  @TempDir Path folder;

  /// Machines that fail when they are told to.
  private static final class Faults {
    private final List<Frames> frames = new ArrayList<>(); // of each guest
    private @Nullable String method; // of a machine, that fails
    private int made;

    SharedMachine create(long memoryBytes, int guests, int cpuLevel) {
      made++;
      VirtualMachine vm =
          Hypervisor.ofThisHost()
              .create(memoryBytes, guests, dev.mote.machine.CpuBaseline.ofLevel(cpuLevel));
      return SharedMachine.of(failing(VirtualMachine.class, vm), cpuLevel);
    }

    private <T> T failing(Class<T> type, T real) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (_, called, arguments) -> {
                if (called.getName().equals(method)) {
                  throw new MachineException("made to fail");
                }
                try {
                  Object result = called.invoke(real, arguments);
                  if (result instanceof Frames of) {
                    frames.add(of);
                  }
                  return result instanceof Vcpu vcpu ? failing(Vcpu.class, vcpu) : result;
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              }));
    }
  }

  /// Tests run in the module's directory, and in the project's on the emulated machine.
  private static Program program(String name) {
    Path module = Path.of(Files.exists(Path.of("cases")) ? "" : "conformance");
    return Program.of(module.resolve("target/programs").resolve(name));
  }

  private static Snapshot snapshot(SandboxBuilder builder) {
    try (var sandbox = builder.memory(MemorySize.ofMebibytes(16)).start()) {
      return sandbox.snapshot();
    }
  }

  private static SandboxPool pool(Faults faults) {
    return SandboxPool.builder()
        .machines(1)
        .machineMemory(MemorySize.ofMebibytes(64))
        .machinesFrom(faults::create)
        .build();
  }

  /// The last step: the processor's state cannot be loaded. The machine is of no use any more.
  @Test
  void aMachineThatFailsIsReplaced() {
    var faults = new Faults();
    Snapshot snapshot = snapshot(Sandbox.builder(program("functions-fresh")));
    try (var pool = pool(faults)) {
      PooledSandbox pooled = pool.add(Sandbox.builder(snapshot));
      PooledSandbox other = pool.add(Sandbox.builder(snapshot));
      assertThat(pooled.call("count", Long.class)).isEqualTo(1);
      assertThat(other.call("count", Long.class)).isEqualTo(1);
      faults.method = "load";
      assertThatThrownBy(() -> pooled.call("count", Long.class))
          .isInstanceOf(HostException.class)
          .hasMessageContaining("made to fail");
      faults.method = null;
      assertThat(pooled.call("count", Long.class)).isEqualTo(1);
      assertThat(other.call("count", Long.class)).isEqualTo(1);
      assertThat(faults.made).isEqualTo(2);
      assertThat(pool.statistics().busy()).isZero();
    }
  }

  @Test
  void aMachineInWhichNoGuestSettlesIsReplaced() {
    var faults = new Faults();
    Snapshot snapshot = snapshot(Sandbox.builder(program("functions-fresh")));
    try (var pool = pool(faults)) {
      PooledSandbox first = pool.add(Sandbox.builder(snapshot));
      PooledSandbox second = pool.add(Sandbox.builder(snapshot));
      assertThat(first.call("count", Long.class)).isEqualTo(1);
      faults.method = "load";
      assertThatThrownBy(() -> second.call("count", Long.class)).isInstanceOf(HostException.class);
      faults.method = null;
      assertThat(first.call("count", Long.class)).isEqualTo(1);
      assertThat(second.call("count", Long.class)).isEqualTo(1);
      assertThat(faults.made).isEqualTo(2);
    }
  }

  /// In the middle of the pages: a page that the call has unmapped finds no frame. Some pages are
  /// those of the snapshot by then and some those of the call.
  @Test
  void aRestoreThatFailsAmongItsPagesLeavesNothing() {
    var faults = new Faults();
    Snapshot snapshot = snapshot(Sandbox.builder(program("functions-left")));
    try (var pool = pool(faults)) {
      PooledSandbox pooled = pool.add(Sandbox.builder(snapshot));
      assertThat(pooled.call("sum_kept", Long.class)).isEqualTo(256);
      pooled.call("unmap_kept", Void.class);
      Frames frames = faults.frames.getLast();
      frames.limit(1 << 20);
      assertThatThrownBy(() -> pooled.call("vector", Long.class))
          .isInstanceOf(SandboxException.class);
      for (int i = 0; i < 3; i++) {
        assertThat(pooled.call("vector", Long.class)).isZero();
        assertThat(pooled.call("sum_kept", Long.class)).isEqualTo(256);
      }
      assertThat(pool.statistics().busy()).isZero();
    }
  }

  /// The first step: a mount is not there any more. The machine is not at fault, and stays.
  @Test
  void aMountThatIsGoneIsToldAndFoundAgain() throws IOException {
    var faults = new Faults();
    Path shown = Files.createDirectory(folder.resolve("shown"));
    Snapshot snapshot = snapshot(Sandbox.builder(program("functions-fresh")).mount(shown, "/mnt"));
    Snapshot plain = snapshot(Sandbox.builder(program("functions-fresh")));
    try (var pool = pool(faults)) {
      PooledSandbox pooled = pool.add(Sandbox.builder(snapshot));
      PooledSandbox other = pool.add(Sandbox.builder(plain));
      for (int round = 0; round < 5; round++) {
        assertThat(pooled.call("change", Long.class, 5L)).isEqualTo(1);
        Path away = folder.resolve("away");
        Files.move(shown, away);
        assertThatThrownBy(() -> pooled.call("count", Long.class))
            .isInstanceOf(ProgramException.class)
            .hasMessageContaining("cannot be mounted");
        assertThatThrownBy(() -> pooled.call("count", Long.class)) // nor settled
            .isInstanceOf(ProgramException.class);
        assertThat(other.call("count", Long.class)).isEqualTo(1);
        Files.move(away, shown);
        assertThat(pooled.call("count", Long.class)).isEqualTo(1);
      }
      assertThat(faults.made).isEqualTo(1);
    }
  }

  /// A sandbox of its own takes no calls between a restore that failed and one that does not.
  @Test
  void aSandboxThatCouldNotBeRestoredTakesNoCalls() throws IOException {
    Path shown = Files.createDirectory(folder.resolve("shown"));
    try (var sandbox =
        Sandbox.builder(program("functions-fresh"))
            .memory(MemorySize.ofMebibytes(16))
            .mount(shown, "/mnt")
            .start()) {
      Snapshot snapshot = sandbox.snapshot();
      Path away = folder.resolve("away");
      for (int round = 0; round < 3; round++) {
        sandbox.call("change", Long.class, 7L);
        Files.move(shown, away);
        assertThatThrownBy(() -> sandbox.restore(snapshot)).isInstanceOf(ProgramException.class);
        assertThatThrownBy(() -> sandbox.call("count", Long.class))
            .isInstanceOf(PoisonedException.class)
            .hasMessageContaining("could not be restored");
        assertThat(sandbox.poisonedBy()).isPresent();
        Files.move(away, shown);
        sandbox.restore(snapshot);
        assertThat(sandbox.call("count", Long.class)).isEqualTo(1);
      }
    }
  }
}
