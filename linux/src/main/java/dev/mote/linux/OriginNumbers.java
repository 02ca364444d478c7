package dev.mote.linux;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;

/// Places in the tree below as a snapshot numbers them.
final class OriginNumbers {
  private final List<FilesState.Origin> origins = new ArrayList<>();
  private final IdentityHashMap<TreePlace, Integer> numbers = new IdentityHashMap<>();

  List<FilesState.Origin> list() {
    return origins;
  }

  /// The number of a place, after those above it.
  int number(TreePlace place) {
    var missing = new ArrayDeque<TreePlace>();
    for (TreePlace at = place; at != null && !numbers.containsKey(at); at = at.parent) {
      missing.push(at);
    }
    for (TreePlace at : missing) {
      int parent = at.parent == null ? -1 : Objects.requireNonNull(numbers.get(at.parent));
      numbers.put(at, origins.size());
      origins.add(new FilesState.Origin(parent, at.name));
    }
    return Objects.requireNonNull(numbers.get(place));
  }
}
