package dev.mote;

import dev.mote.linux.SharedMachine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A virtual machine of a pool, with the guests that reside in it: all of one tenant.
///
/// Who has taken it may use it; the rest is guarded by the pool's lock.
final class PoolMachine {
  private final SharedMachine machine;
  private final long capacity;
  private final int mostResidents;
  private final List<PooledSandbox.Resident> residents = new ArrayList<>(); // used last at the end
  private PooledSandbox.@Nullable Resident current; // whose state is in the processor
  boolean busy; // this and the rest are guarded by the pool
  @Nullable String tenant; // null: nobody's yet
  long idleSince;

  PoolMachine(SharedMachine machine, long capacity, int mostResidents) {
    this.machine = machine;
    this.capacity = capacity;
    this.mostResidents = mostResidents;
  }

  SharedMachine machine() {
    return machine;
  }

  /// The guest of a snapshot, if it resides here. Also while somebody else uses the machine, when
  /// the answer may be out of date.
  PooledSandbox.@Nullable Resident find(PooledSandbox what) {
    for (int i = residents.size() - 1; i >= 0; i--) {
      if (residents.get(i).owner() == what) {
        return residents.get(i);
      }
    }
    return null;
  }

  /// The guest of a snapshot, made if it does not reside here; others make room for it.
  ///
  /// @throws SandboxException if it does not fit
  PooledSandbox.Resident use(PooledSandbox what) {
    PooledSandbox.Resident known = find(what);
    if (known == null) {
      makeRoom(what.memoryBytes());
      current = null; // whatever comes of it
      known = what.settle(this);
      current = known;
    } else if (residents.getLast() != known) {
      residents.remove(known);
    } else {
      return known;
    }
    residents.add(known);
    return known;
  }

  private void makeRoom(long bytes) {
    long used = bytes;
    for (PooledSandbox.Resident resident : residents) {
      used += resident.owner().memoryBytes();
    }
    while (!residents.isEmpty() && (used > capacity || residents.size() >= mostResidents)) {
      used -= residents.getFirst().owner().memoryBytes();
      evict(residents.getFirst());
    }
  }

  /// A guest leaves, if it is here.
  void evict(PooledSandbox.@Nullable Resident resident) {
    if (resident != null && residents.remove(resident)) {
      if (current == resident) {
        current = null;
      }
      resident.close();
    }
  }

  boolean isCurrent(PooledSandbox.Resident resident) {
    return current == resident;
  }

  void makeCurrent(PooledSandbox.Resident resident) {
    current = resident;
  }

  /// Whether it is of no use for a later call. By whoever has taken it.
  boolean isLost() {
    PooledSandbox.Resident last = current;
    return machine.isLost() || (last != null && last.sandbox().isWornOut());
  }

  /// Guests that were removed from the pool leave.
  void evictRemoved() {
    for (int i = residents.size() - 1; i >= 0; i--) {
      if (residents.get(i).owner().isRemoved()) {
        evict(residents.get(i));
      }
    }
  }

  void close() {
    residents.forEach(PooledSandbox.Resident::close);
    residents.clear();
    machine.close();
  }
}
