package dev.mote.trees;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lays an archive over a tree as a layer of an image (image-spec 1.1, `layer.md`).
///
/// A file `.wh.NAME` hides NAME of the layers below, and `.wh..wh..opq` hides all that they have in
/// its directory; neither hides anything of its own layer, wherever in the archive it stands. Other
/// names that begin with `.wh..wh.` are those of aufs, and are left out.
final class Layer {
  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final String OF_AUFS = ".wh..wh.";

  private Layer() {}

  /// @throws TreeException if it is not as it should be; the tree is of no use then
  static void add(Content archive, TreeBuilder to, Budget budget) {
    // Everything below is hidden first, and then comes what this layer has.
    TarReader.forEach(
        archive,
        budget,
        entry -> {
          List<String> names = whiteout(entry);
          if (names != null) {
            hide(names, to);
          }
        });
    TarReader.forEach(
        archive,
        budget,
        entry -> {
          if (whiteout(entry) == null) {
            to.add(entry, archive);
          }
        });
  }

  /// @return null if it is a file like any other
  private static @Nullable List<String> whiteout(TarEntry entry) {
    if (!entry.name().contains(WHITEOUT)) {
      return null;
    }
    List<String> names = PathName.parse(entry.name());
    boolean hides = !names.isEmpty() && names.getLast().startsWith(WHITEOUT);
    return hides || names.stream().anyMatch(name -> name.startsWith(OF_AUFS)) ? names : null;
  }

  private static void hide(List<String> names, TreeBuilder in) {
    List<String> parent = names.subList(0, names.size() - 1);
    if (names.getLast().equals(OPAQUE)) {
      in.clear(parent);
      return;
    }
    if (names.stream().anyMatch(name -> name.startsWith(OF_AUFS))) {
      return;
    }
    String hidden = names.getLast().substring(WHITEOUT.length());
    if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
      throw new FormatException("hides a file without a name");
    }
    in.remove(parent, hidden);
  }
}
