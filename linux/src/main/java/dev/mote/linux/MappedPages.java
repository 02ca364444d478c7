package dev.mote.linux;

import dev.mote.machine.GuestMemory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The pages of a file in memory that shared mappings have bound: what such a page holds is in the
/// guest's frame, and the file's own bytes are out of date there.
///
/// One page is bound at one address at a time. Where two mappings show it, it moves to where it is
/// touched; since one thread runs at a time, nobody can see that it was somewhere else. File calls
/// bring the bytes back before they look ([#collect]), and hand theirs out ([#spread]).
///
/// After a restore an address may be that of something else by now; it is looked at before it is
/// used.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class MappedPages {
  private static final long PAGE = AddressSpace.PAGE;

  private final AddressSpace space;
  private final GuestMemory memory;
  private final MemoryFile file;
  private final TreeMap<Long, Place> places = new TreeMap<>(); // by the number of the page
  private final byte[] page; // for one at a time

  /// @param writable whether the program may change the file by it
  private record Place(long gva, boolean writable) {}

  MappedPages(AddressSpace space, GuestMemory memory, MemoryFile file, byte[] page) {
    this.space = space;
    this.memory = memory;
    this.file = file;
    this.page = page;
  }

  boolean isOf(AddressSpace other) {
    return space == other;
  }

  /// A page is bound at an address.
  void bound(long index, long gva, boolean writable) {
    places.put(index, new Place(gva, writable));
  }

  /// A page leaves its address: the file takes its bytes back.
  ///
  /// @return whether the file may be another by that
  boolean release(long index, long gva) {
    Place place = live(index, places.get(index));
    if (place == null || place.gva != gva) {
      return false;
    }
    take(index, place);
    places.remove(index);
    return place.writable;
  }

  /// A page is unbound, wherever it is, because another address is to have it.
  boolean unbind(long index) {
    Place place = live(index, places.get(index));
    if (place == null) {
      places.remove(index);
      return false;
    }
    take(index, place);
    places.remove(index);
    space.tables().release(place.gva, place.gva + PAGE);
    return true;
  }

  /// Before bytes of the file are looked at: those of its pages that are bound come back.
  void collect(long from, long to) {
    if (places.isEmpty() || from >= to) {
      return;
    }
    for (var entry : within(from, to)) {
      Place place = live(entry.getKey(), entry.getValue());
      if (place != null) {
        take(entry.getKey(), place);
      }
    }
  }

  /// After bytes of the file have changed: the pages that are bound are to show them.
  void spread(long from, long to) {
    if (places.isEmpty() || from >= to) {
      return;
    }
    for (var entry : within(from, to)) {
      Place place = live(entry.getKey(), entry.getValue());
      if (place != null) {
        Arrays.fill(page, (byte) 0);
        file.readOwn(entry.getKey() * PAGE, page);
        if (place.writable) {
          file.reserve(entry.getKey() * PAGE); // a hole has freed at least as much
        }
        memory.write(space.tables().gpaToWrite(place.gva), page, 0, page.length);
      }
    }
  }

  /// The file ends here from now on: pages behind are there no more.
  void cut(long size) {
    long first = (size + PAGE - 1) / PAGE;
    var behind = places.tailMap(first, true);
    for (var entry : List.copyOf(behind.entrySet())) {
      Place place = live(entry.getKey(), entry.getValue());
      if (place != null) {
        space.tables().release(place.gva, place.gva + PAGE);
      }
    }
    behind.clear();
    spread(size, size + 1);
  }

  /// Whether a mapping may change the file.
  boolean mayBeWritten() {
    return space.mappings().stream()
        .anyMatch(mapping ->
            mapping.source() instanceof SharedFilePages pages
                && pages.isOf(file)
                && pages.mayWrite());
  }

  private List<Map.Entry<Long, Place>> within(long from, long to) {
    return List.copyOf(places.subMap(from / PAGE, true, (to - 1) / PAGE, true).entrySet());
  }

  private void take(long index, Place place) {
    if (place.writable) {
      memory.read(space.tables().gpa(place.gva), page, 0, page.length);
      file.writeOwn(index * PAGE, page);
    }
  }

  private @Nullable Place live(long index, @Nullable Place place) {
    if (place == null || !space.tables().isBound(place.gva)) {
      return null;
    }
    Mapping mapping = space.find(place.gva);
    return mapping != null
            && mapping.source() instanceof SharedFilePages pages
            && pages.isOf(file)
            && mapping.offset(place.gva) == index * PAGE
        ? place
        : null;
  }
}
