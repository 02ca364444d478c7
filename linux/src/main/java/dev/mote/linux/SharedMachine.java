package dev.mote.linux;

import dev.mote.machine.CpuBaseline;
import dev.mote.machine.Frames;
import dev.mote.machine.Hypervisor;
import dev.mote.machine.HypervisorUnavailableException;
import dev.mote.machine.MachineException;
import dev.mote.machine.PageTables;
import dev.mote.machine.VirtualMachine;
import java.util.ArrayDeque;

/// A virtual machine for several guests, each made from a snapshot, with page tables and frames of
/// its own. One of them runs at a time, and each is restored before it is run: no other one's
/// memory or registers are within its reach, or left.
///
/// The page tables of a guest that is gone serve the next one: under shadow paging a page that was
/// a table had better stay one at its place.
///
/// Not thread-safe.
public final class SharedMachine implements AutoCloseable {
  /// What a guest has of it.
  record Place(Frames frames, PageTables tables) {}

  private final VirtualMachine vm;
  private final int cpuLevel;
  private final ArrayDeque<Place> vacant = new ArrayDeque<>();
  private boolean wornOut;

  private SharedMachine(VirtualMachine vm, int cpuLevel) {
    this.vm = vm;
    this.cpuLevel = cpuLevel;
  }

  /// @param memoryBytes that all its guests may use together
  /// @param guests how many there may be at one time
  /// @param cpuLevel as [GuestSetup#cpuLevel]
  /// @throws GuestFailure if this host cannot run guests
  public static SharedMachine create(long memoryBytes, int guests, int cpuLevel) {
    return new SharedMachine(machine(memoryBytes, guests, cpuLevel), cpuLevel);
  }

  /// One that is made of any virtual machine, which it closes.
  ///
  /// @param cpuLevel as [GuestSetup#cpuLevel]
  public static SharedMachine of(VirtualMachine vm, int cpuLevel) {
    return new SharedMachine(vm, cpuLevel);
  }

  /// A virtual machine of this host, whose failures are told as a guest's.
  static VirtualMachine machine(long memoryBytes, int guests, int cpuLevel) {
    try {
      return Hypervisor.ofThisHost().create(memoryBytes, guests, CpuBaseline.ofLevel(cpuLevel));
    } catch (HypervisorUnavailableException e) {
      throw GuestFailure.ofHost(e.fix(), e);
    } catch (MachineException e) {
      throw GuestFailure.ofHost("", e);
    }
  }

  public int cpuLevel() {
    return cpuLevel;
  }

  /// Whether nothing can run in it any more, or page tables have become scarce in it.
  public boolean isLost() {
    return vm.isLost() || wornOut;
  }

  VirtualMachine vm() {
    return vm;
  }

  Place take(long memoryLimit) {
    for (Place place = vacant.poll(); place != null; place = vacant.poll()) {
      place.frames.limit(memoryLimit);
      if (place.frames.tablesAvailable() >= place.frames.tableLimit() / 2) {
        return place;
      }
      wornOut = true; // its tables are lost until the machine is unmade
    }
    Frames frames = vm.frames(memoryLimit);
    return new Place(frames, new PageTables(vm.memory(), frames));
  }

  void giveBack(Place place) {
    place.tables.clear();
    vacant.add(place);
  }

  /// Frees it, and with it what its guests have.
  @Override
  public void close() {
    vm.close();
  }
}
