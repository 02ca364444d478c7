package dev.mote.machine;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which pages of a file are free: rows of pages, of which the smallest that is large enough is
/// taken, and which grow together again. Thread-safe.
final class Extents {
  /// What stands for no place.
  static final int NONE = -1;

  private final TreeMap<Integer, Integer> byStart = new TreeMap<>(); // to how many
  private final TreeSet<Long> bySize = new TreeSet<>(); // how many, and from where
  private long used;

  /// @param pages that there are, from page 0
  Extents(int pages) {
    add(0, pages);
  }

  /// @param pages at least 1
  /// @return the first one, or [#NONE] if no row is long enough
  synchronized int take(int pages) {
    Long found = bySize.ceiling(key(pages, 0));
    if (found == null) {
      return NONE;
    }
    int size = (int) (found >>> 32);
    int start = found.intValue();
    remove(start, size);
    if (size > pages) {
      add(start + pages, size - pages);
    }
    used += pages;
    return start;
  }

  synchronized void free(int start, int pages) {
    used -= pages;
    int from = start;
    int size = pages;
    Map.Entry<Integer, Integer> below = byStart.lowerEntry(start);
    if (below != null && below.getKey() + below.getValue() == start) {
      from = below.getKey();
      size += below.getValue();
      remove(from, below.getValue());
    }
    Integer above = byStart.get(start + pages);
    if (above != null) {
      remove(start + pages, above);
      size += above;
    }
    add(from, size);
  }

  /// How many are taken.
  synchronized long used() {
    return used;
  }

  private void add(int start, int size) {
    byStart.put(start, size);
    bySize.add(key(size, start));
  }

  private void remove(int start, int size) {
    byStart.remove(start);
    bySize.remove(key(size, start));
  }

  private static long key(int size, int start) {
    return (long) size << 32 | start;
  }
}
