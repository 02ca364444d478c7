package dev.mote.trees;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Decompresses Zstandard (RFC 8878): any number of frames, with skippable ones between them. Pure
/// Java that touches arrays only: whatever the data is, the worst is a [FormatException].
///
/// Windows up to 128 MiB are read, as the `zstd` command does without further options; their memory
/// is taken as the content grows. Dictionaries are not known.
final class ZstdInputStream extends InputStream {
  static final int MAGIC = 0xfd2fb528;
  private static final int SKIPPABLE = 0x184d2a50;
  private static final long LARGEST_WINDOW = 128 << 20;
  private static final int SMALLEST_WINDOW = 1 << 10;

  private final InputStream in;
  private final byte[] block = new byte[ZstdBlock.LARGEST + BackwardBits.PADDING];

  /// The last bytes of the frame, of which those from `given` to `end` are still to be read.
  private byte[] content = new byte[2 * ZstdBlock.LARGEST];

  private int given;
  private int end;
  private @Nullable Frame frame;

  ZstdInputStream(InputStream in) {
    this.in = in;
  }

  /// Whether a frame of data for others begins so.
  static boolean isSkippable(int magic) {
    return (magic & ~0xf) == SKIPPABLE;
  }

  /// A frame that is being read.
  private static final class Frame {
    final int window;

    /// Of its content; -1 if it does not say.
    final long size;

    final @Nullable Xxh64 checksum;
    final ZstdBlock blocks = new ZstdBlock();
    long decoded;

    Frame(int window, long size, boolean checked) {
      this.window = window;
      this.size = size;
      this.checksum = checked ? new Xxh64() : null;
    }

    int largestBlock() {
      return Math.min(window, ZstdBlock.LARGEST);
    }

    /// How far back a match may lie.
    int history() {
      return (int) Math.min(window, decoded);
    }
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, target.length);
    while (given == end) {
      if (frame == null) {
        frame = nextFrame();
        if (frame == null) {
          return -1;
        }
      }
      decodeBlock(frame);
    }
    int read = Math.min(count, end - given);
    System.arraycopy(content, given, target, offset, read);
    given += read;
    return read;
  }

  /// @return null at the end of the data
  private @Nullable Frame nextFrame() throws IOException {
    while (true) {
      int first = in.read();
      if (first < 0) {
        return null;
      }
      int magic = first | ((int) number(3) << 8);
      if (magic == MAGIC) {
        given = 0;
        end = 0;
        return frameHeader();
      }
      if (!isSkippable(magic)) {
        throw new FormatException(
            "is no sound Zstandard: there is no frame where one should begin");
      }
      in.skipNBytes(number(4));
    }
  }

  private Frame frameHeader() throws IOException {
    int descriptor = (int) number(1);
    boolean single = (descriptor & 0x20) != 0;
    if ((descriptor & 0x08) != 0) {
      throw new FormatException("is no sound Zstandard: a frame header is damaged");
    }
    long window = single ? 0 : window((int) number(1));
    int dictionary = descriptor & 3;
    if (number(dictionary == 3 ? 4 : dictionary) != 0) {
      throw new FormatException("needs a Zstandard dictionary", "compress it without one");
    }
    int sizeField = descriptor >>> 6;
    long size =
        sizeField == 0 && !single ? -1 : number(1 << sizeField) + (sizeField == 1 ? 256 : 0);
    if (size < -1 || (single && size > LARGEST_WINDOW) || window > LARGEST_WINDOW) {
      throw new FormatException(
          "needs a Zstandard window of more than 128 MiB", "compress it with --long=27 or less");
    }
    int needed = (int) (single ? Math.max(size, SMALLEST_WINDOW) : window);
    return new Frame(needed, size, (descriptor & 0x04) != 0);
  }

  private static long window(int descriptor) {
    long base = 1L << (10 + (descriptor >>> 3));
    return base + base / 8 * (descriptor & 7);
  }

  private void decodeBlock(Frame into) throws IOException {
    int header = (int) number(3);
    int size = header >>> 3;
    int limit = into.largestBlock();
    int type = (header >>> 1) & 3;
    if (size > limit || type == 3) {
      throw new FormatException("is no sound Zstandard: a block is damaged");
    }
    makeRoom(into.history(), limit);
    int start = end;
    switch (type) {
      case 0 -> {
        readFully(content, end, size);
        end += size;
      }
      case 1 -> {
        Arrays.fill(content, end, end + size, (byte) number(1));
        end += size;
      }
      default -> {
        readFully(block, 0, size);
        end = into.blocks.decode(block, size, content, end, limit, into.history());
      }
    }
    into.decoded += end - start;
    if (into.checksum != null) {
      into.checksum.update(content, start, end - start);
    }
    if (into.size >= 0 && into.decoded > into.size) {
      throw new FormatException("is no sound Zstandard: a frame has more content than it says");
    }
    if ((header & 1) != 0) {
      finish(into);
    }
  }

  private void finish(Frame ended) throws IOException {
    if (ended.size >= 0 && ended.decoded != ended.size) {
      throw new FormatException("is no sound Zstandard: a frame has less content than it says");
    }
    if (ended.checksum != null && number(4) != (ended.checksum.digest() & 0xffff_ffffL)) {
      throw new FormatException("is no sound Zstandard: a checksum is wrong");
    }
    frame = null;
  }

  /// Everything was given: only the history is kept, and moved rarely enough.
  private void makeRoom(int history, int limit) {
    if (content.length - end >= limit) {
      return;
    }
    if (history > content.length / 2 || content.length < history + limit) {
      content = Arrays.copyOf(content, Math.max(2 * content.length, history + limit));
    } else {
      System.arraycopy(content, end - history, content, 0, history);
      end = history;
    }
    given = end;
  }

  private void readFully(byte[] target, int at, int count) throws IOException {
    if (in.readNBytes(target, at, count) < count) {
      throw new FormatException("is no sound Zstandard: it is cut short");
    }
  }

  /// A little-endian number.
  private long number(int bytes) throws IOException {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      long next = in.read();
      if (next < 0) {
        throw new FormatException("is no sound Zstandard: it is cut short");
      }
      value |= next << (8 * i);
    }
    return value;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
