package dev.mote.trees;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.mote.json.Quote;
import dev.mote.linux.TreeNode.Meta;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads the entries of a tar archive, one after the other: POSIX ustar and pax, GNU, star, Unix 7.
/// It knows nothing of other entries: an entry may have any name.
final class TarReader {
  /// Bytes of an extended header or a long name.
  private static final int LARGEST_SPECIAL = 1 << 20;

  private final Content archive;
  private final Budget budget;
  private final PaxFields global;
  private final byte[] block = new byte[TarHeader.BLOCK];
  private long position;

  // What is known of the entry that is being read.
  private long begin;
  private @Nullable String name;
  private @Nullable String longName;
  private @Nullable String longLink;
  private PaxFields pax;

  private TarReader(Content archive, Budget budget) {
    this.archive = archive;
    this.budget = budget;
    this.global = new PaxFields(budget);
    this.pax = new PaxFields(budget);
  }

  /// Hands over every entry.
  ///
  /// @param action may throw a [FormatException] too
  /// @throws TreeException if the archive is not as it should be
  static void forEach(Content archive, Budget budget, Consumer<TarEntry> action) {
    var reader = new TarReader(archive, budget);
    try {
      for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
        action.accept(entry);
      }
    } catch (FormatException e) {
      throw e.of(reader.place());
    }
  }

  /// Whether something is a tar archive, as far as the first block tells.
  static boolean isTar(Content content) {
    if (content.size() < TarHeader.BLOCK) {
      return false;
    }
    var block = new byte[TarHeader.BLOCK];
    content.copy(0, block, 0, block.length);
    try {
      return TarHeader.isZero(block) || new TarHeader(block).type() <= 0x7f;
    } catch (FormatException e) {
      return false;
    }
  }

  private String place() {
    return name == null
        ? "%s at byte %d".formatted(archive.name(), begin)
        : "%s, entry %s at byte %d,".formatted(archive.name(), Quote.quote(name), begin);
  }

  /// @return null at the end
  private @Nullable TarEntry next() {
    name = null;
    begin = position;
    longName = null;
    longLink = null;
    pax = new PaxFields(budget);
    while (readBlock()) {
      var header = new TarHeader(block);
      budget.entry();
      switch (header.type()) {
        case TarHeader.PAX, TarHeader.SOLARIS_PAX -> {
          pax = new PaxFields(budget);
          pax.read(special(header));
        }
        case TarHeader.PAX_GLOBAL -> global.read(special(header));
        case TarHeader.GNU_LONG_NAME -> longName = untilZero(special(header));
        case TarHeader.GNU_LONG_LINK -> longLink = untilZero(special(header));
        case TarHeader.GNU_VOLUME -> special(header);
        default -> {
          return entry(header);
        }
      }
    }
    return null;
  }

  /// @return false at the end mark
  private boolean readBlock() {
    nextBlock();
    if (!TarHeader.isZero(block)) {
      return true;
    }
    if (longName != null) {
      throw new FormatException("ends where an entry should follow a long name");
    }
    return false;
  }

  private void nextBlock() {
    if (archive.size() - position < TarHeader.BLOCK) {
      throw new FormatException("is cut short: it has no end mark", "get the whole archive");
    }
    archive.copy(position, block, 0, TarHeader.BLOCK);
    position += TarHeader.BLOCK;
  }

  /// Content that is about an entry and no entry.
  private byte[] special(TarHeader header) {
    long size = header.size();
    if (size < 0 || size > LARGEST_SPECIAL) {
      throw new FormatException("has a header of %d bytes".formatted(size));
    }
    var bytes = new byte[(int) size];
    archive.copy(take(size), bytes, 0, bytes.length);
    return bytes;
  }

  private static String untilZero(byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, ISO_8859_1);
  }

  /// Passes content.
  ///
  /// @return where it lies
  private long take(long size) {
    if (size < 0) {
      throw new FormatException("has a negative size");
    }
    if (size > archive.size() - position) {
      throw new FormatException("is cut short", "get the whole archive");
    }
    long start = position;
    position += size + TarHeader.BLOCK - 1 & -TarHeader.BLOCK;
    return start;
  }

  private TarEntry entry(TarHeader header) {
    String sparseName = pax.get("GNU.sparse.name");
    name = sparseName != null ? sparseName : text("path", longName, header.name());
    String link = text("linkpath", longLink, header.link());
    char type = type(header);
    long size = number("size", header.size());
    Meta meta = meta(header);
    long device = isDevice(type) ? device(header) : 0;
    return switch (header.type()) {
      case TarHeader.GNU_SPARSE -> oldSparse(header, size, meta);
      case TarHeader.FILE, TarHeader.OLD_FILE, TarHeader.CONTIGUOUS_FILE -> {
        if (isSparse()) {
          yield sparse(size, meta);
        }
        yield new TarEntry(name, type, meta, "", 0, take(size), size, null);
      }
      case TarHeader.GNU_DIRECTORY -> new TarEntry(name, type, meta, "", 0, take(size), 0, null);
      // These have no content, whatever their size says.
      default -> new TarEntry(name, type, meta, link, device, position, 0, null);
    };
  }

  /// What an entry of this type is: archives of Unix 7 tell directories by their slash.
  private char type(TarHeader header) {
    char type = header.type();
    return switch (type) {
      case TarHeader.FILE, TarHeader.OLD_FILE, TarHeader.CONTIGUOUS_FILE ->
          entryName().endsWith("/") ? TarHeader.DIRECTORY : TarHeader.FILE;
      case TarHeader.GNU_SPARSE -> TarHeader.FILE;
      case TarHeader.GNU_DIRECTORY -> TarHeader.DIRECTORY;
      case TarHeader.HARD_LINK,
          TarHeader.SYMBOLIC_LINK,
          TarHeader.CHARACTER_DEVICE,
          TarHeader.BLOCK_DEVICE,
          TarHeader.DIRECTORY,
          TarHeader.FIFO ->
          type;
      default ->
          throw new FormatException(
              "is of the type %s, which is not known"
                  .formatted(Quote.quote(Character.toString(type))),
              "make the archive in the format pax or ustar");
    };
  }

  private String entryName() {
    return name == null ? "" : name;
  }

  private static boolean isDevice(char type) {
    return type == TarHeader.CHARACTER_DEVICE || type == TarHeader.BLOCK_DEVICE;
  }

  private Meta meta(TarHeader header) {
    String modified = pax.get("mtime", global);
    PaxTime time = modified == null ? new PaxTime(header.modified(), 0) : PaxTime.parse(modified);
    return new Meta(
        header.permissions(),
        id("uid", header.uid()),
        id("gid", header.gid()),
        time.seconds(),
        time.nanos());
  }

  /// A user or a group: all of 32 bits but the highest number, which Linux takes for "none".
  private int id(String key, long inHeader) {
    long id = number(key, inHeader);
    if (id < 0 || id >= 0xffff_ffffL) {
      throw new FormatException("has a %s that is out of range".formatted(key));
    }
    return (int) id;
  }

  /// As the kernel's `new_encode_dev` has it.
  private static long device(TarHeader header) {
    long major = header.major();
    long minor = header.minor();
    if (major < 0 || major > 0xfff || minor < 0 || minor > 0xf_ffff) {
      throw new FormatException("has a device number that is out of range");
    }
    return (minor & 0xff) | major << 8 | (minor & ~0xff) << 12;
  }

  private String text(String key, @Nullable String gnu, String inHeader) {
    String value = pax.get(key, global);
    return value != null ? value : gnu != null ? gnu : inHeader;
  }

  private long number(String key, long inHeader) {
    String value = pax.get(key, global);
    return value == null ? inHeader : PaxFields.decimal(value, Long.MAX_VALUE, key);
  }

  // Sparse files, in the four formats that GNU tar has had ("Storing Sparse Files" in its manual).

  private boolean isSparse() {
    return pax.get("GNU.sparse.major") != null
        || pax.get("GNU.sparse.size") != null
        || pax.get("GNU.sparse.map") != null
        || !pax.pieces().isEmpty();
  }

  private TarEntry oldSparse(TarHeader header, long stored, Meta meta) {
    SparsePairs pieces = header.pieces(new SparsePairs(budget));
    long size = header.realSize();
    boolean more = header.hasMorePieces();
    while (more) {
      nextBlock();
      more = TarHeader.addPieces(block, pieces);
    }
    return sparse(meta, pieces.map(size, take(stored), stored));
  }

  private TarEntry sparse(long stored, Meta meta) {
    if ("1".equals(pax.get("GNU.sparse.major"))) {
      return sparse1(stored, meta);
    }
    String map = pax.get("GNU.sparse.map");
    SparsePairs pieces = pax.pieces();
    if (map != null && !map.isEmpty()) {
      pieces = new SparsePairs(budget);
      for (String number : map.split(",", -1)) {
        pieces.add(PaxFields.decimal(number, Long.MAX_VALUE, "its sparse map"));
      }
    }
    return sparse(meta, pieces.map(sparseSize("GNU.sparse.size"), take(stored), stored));
  }

  /// The map lies before the content, in blocks of its own: lines of decimal numbers, the first of
  /// which counts the pieces.
  private TarEntry sparse1(long stored, Meta meta) {
    long start = take(stored);
    var map = new DecimalLines(archive, start, stored);
    long count = map.next();
    var pieces = new SparsePairs(budget);
    for (long i = 0; i < count; i++) {
      pieces.add(map.next());
      pieces.add(map.next());
    }
    long mapSize = map.read() + TarHeader.BLOCK - 1 & -TarHeader.BLOCK;
    if (mapSize > stored) {
      throw new FormatException("is sparse, with a map that is cut short");
    }
    long size = sparseSize("GNU.sparse.realsize");
    return sparse(meta, pieces.map(size, start + mapSize, stored - mapSize));
  }

  private long sparseSize(String key) {
    String size = pax.get(key);
    return size == null ? -1 : PaxFields.decimal(size, Long.MAX_VALUE, key);
  }

  private TarEntry sparse(Meta meta, SparseMap map) {
    return new TarEntry(entryName(), TarHeader.FILE, meta, "", 0, map.start(), map.size(), map);
  }
}
