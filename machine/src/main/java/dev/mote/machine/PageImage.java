package dev.mote.machine;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The pages of an address space as they were at one moment: where each was, with which rights, and
/// what was in it. Or what is different from another image, whose pages it shares.
///
/// Immutable and thread-safe, but for [#free].
public final class PageImage {
  /// As rights: there is no such page, though the parent has it.
  public static final byte ABSENT = -1;

  private final @Nullable PageImage parent;
  private final long[] addresses;
  private final byte[] rights;
  private final PageContent content;

  /// @param parent what has the pages that are not listed here; null if there are none
  /// @param addresses guest virtual, of whole pages, strictly ascending
  /// @param rights of each page, those of [PageTables] or [#ABSENT]
  /// @param content of each page; that of an absent one is not looked at
  /// @throws IllegalArgumentException if the addresses or rights are not such
  public PageImage(
      @Nullable PageImage parent, long[] addresses, byte[] rights, PageContent content) {
    if (rights.length != addresses.length) {
      throw new IllegalArgumentException("not as many rights as addresses");
    }
    for (int i = 0; i < addresses.length; i++) {
      long gva = addresses[i];
      if (gva < 0
          || gva >= PageTables.USER_END
          || (gva & (GuestMemory.PAGE_SIZE - 1)) != 0
          || (i > 0 && gva <= addresses[i - 1])) {
        throw new IllegalArgumentException(
            "0x%x is no address of a page, or not in order".formatted(gva));
      }
      if (rights[i] < ABSENT || rights[i] > 7) {
        throw new IllegalArgumentException("%d are no rights".formatted(rights[i]));
      }
    }
    this.parent = parent;
    this.addresses = addresses;
    this.rights = rights;
    this.content = content;
  }

  /// The same, whose pages lie somewhere else.
  ///
  /// @param sameBytes at the same places
  PageImage with(PageContent sameBytes) {
    return new PageImage(parent, addresses, rights, sameBytes);
  }

  /// The image that this one is the difference to.
  public @Nullable PageImage parent() {
    return parent;
  }

  /// How many pages it lists itself.
  public int size() {
    return addresses.length;
  }

  public long address(int page) {
    return addresses[page];
  }

  public byte rights(int page) {
    return rights[page];
  }

  /// Whether the page is all zeros.
  public boolean isZeros(int page) {
    return content.offset(page) == PageContent.ZEROS;
  }

  /// The bytes of a page that is not all zeros; read-only.
  public MemorySegment bytes(int page) {
    return content.memory(page).asSlice(content.offset(page), GuestMemory.PAGE_SIZE).asReadOnly();
  }

  PageContent content() {
    return content;
  }

  /// The place of a page in this image, without its parents.
  ///
  /// @return negative if it does not list it
  int indexOf(long gva) {
    return Arrays.binarySearch(addresses, gva);
  }

  /// How many pages there are, those of the parents included.
  public int totalPages() {
    return Pages.of(this).size();
  }

  /// The address of the first page, those of the parents included, that is in none of some ranges.
  ///
  /// @param starts of the ranges, in order
  /// @param ends of the ranges, which do not overlap
  /// @return negative if there is none
  public long firstOutside(long[] starts, long[] ends) {
    Pages pages = Pages.of(this);
    int range = 0;
    for (int i = 0; i < pages.size(); i++) {
      long gva = pages.address(i);
      while (range < ends.length && ends[range] <= gva) {
        range++;
      }
      if (range == ends.length || starts[range] > gva) {
        return gva;
      }
    }
    return -1;
  }

  /// Gives the memory of its own pages back before the garbage collector would. Neither it nor an
  /// image that has it as parent may be used after that.
  public void free() {
    content.free();
  }

  /// The same, and the host gets the memory back. For many images that are not used for a while.
  public void discard() {
    content.discard();
  }

  /// All pages of an image and its parents, in the order of their addresses.
  static final class Pages {
    private final long[] addresses;
    private final byte[] rights;
    private final PageContent[] contents;
    private final int[] places; // in the content

    private Pages(long[] addresses, byte[] rights, PageContent[] contents, int[] places) {
      this.addresses = addresses;
      this.rights = rights;
      this.contents = contents;
      this.places = places;
    }

    static Pages of(PageImage image) {
      PageImage parent = image.parent;
      Pages below =
          parent == null
              ? new Pages(new long[0], new byte[0], new PageContent[0], new int[0])
              : of(parent);
      return below.under(image);
    }

    /// Merges two rows that are in order; what the upper one lists counts.
    private Pages under(PageImage image) {
      int most = addresses.length + image.size();
      long[] mergedAddresses = new long[most];
      byte[] mergedRights = new byte[most];
      PageContent[] mergedContents = new PageContent[most];
      int[] mergedPlaces = new int[most];
      int count = 0;
      int lower = 0;
      int upper = 0;
      while (lower < addresses.length || upper < image.size()) {
        boolean fromBelow =
            upper == image.size()
                || (lower < addresses.length && addresses[lower] < image.addresses[upper]);
        if (fromBelow) {
          mergedAddresses[count] = addresses[lower];
          mergedRights[count] = rights[lower];
          mergedContents[count] = contents[lower];
          mergedPlaces[count++] = places[lower++];
          continue;
        }
        if (lower < addresses.length && addresses[lower] == image.addresses[upper]) {
          lower++;
        }
        if (image.rights[upper] != ABSENT) {
          mergedAddresses[count] = image.addresses[upper];
          mergedRights[count] = image.rights[upper];
          mergedContents[count] = image.content;
          mergedPlaces[count++] = upper;
        }
        upper++;
      }
      return new Pages(
          Arrays.copyOf(mergedAddresses, count),
          Arrays.copyOf(mergedRights, count),
          Arrays.copyOf(mergedContents, count),
          Arrays.copyOf(mergedPlaces, count));
    }

    int size() {
      return addresses.length;
    }

    long address(int page) {
      return addresses[page];
    }

    int rights(int page) {
      return rights[page];
    }

    /// @return negative if there is no such page
    int indexOf(long gva) {
      return Arrays.binarySearch(addresses, gva);
    }

    MemorySegment memory(int page) {
      return contents[page].memory(places[page]);
    }

    long offset(int page) {
      return contents[page].offset(places[page]);
    }
  }
}
