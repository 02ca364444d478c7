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
  private boolean broken; // the host failed in it
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
      known = settle(what);
      current = known;
    } else if (residents.getLast() != known) {
      residents.remove(known);
    } else {
      return known;
    }
    residents.add(known);
    return known;
  }

  private PooledSandbox.Resident settle(PooledSandbox what) {
    try {
      return what.settle(this);
    } catch (RuntimeException | Error e) {
      noteFailure(e);
      throw e;
    }
  }

  /// A guest could not be put to its snapshot. Nobody runs it any more, for it may be any mixture:
  /// it leaves, and is made anew for the next call. By whoever has taken the machine.
  void restoreFailed(PooledSandbox.Resident resident, Throwable why) {
    noteFailure(why);
    evict(resident);
  }

  /// If it is not the snapshot that cannot be had, what failed is the machine or the host: it is of
  /// no use then.
  private void noteFailure(Throwable why) {
    broken |= !(why instanceof ProgramException);
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
    return broken || machine.isLost() || (last != null && last.sandbox().isWornOut());
  }

  /// Whether a guest in it was removed from the pool.
  boolean hasRemoved() {
    for (int i = 0; i < residents.size(); i++) {
      if (residents.get(i).owner().isRemoved()) {
        return true;
      }
    }
    return false;
  }

  /// Guests that were removed from the pool leave. By whoever has taken it.
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
