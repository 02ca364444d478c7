package dev.mote.trees;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Decodes the compressed blocks of one frame (RFC 8878, section 3.1.1.3). Tables and offsets last
/// from one block to the next.
final class ZstdBlock {
  /// Bytes that a block may have, compressed or not.
  static final int LARGEST = 128 << 10;

  private static final int MOST_LENGTH_LOG = 9;
  private static final int MOST_OFFSET_LOG = 8;
  private static final int LARGEST_OFFSET_CODE = 31;

  private static final int[] LITERALS_BITS =
      extraBits(16, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
  private static final int[] LITERALS_BASE = bases(0, LITERALS_BITS);
  private static final int[] MATCH_BITS =
      extraBits(32, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
  private static final int[] MATCH_BASE = bases(3, MATCH_BITS);

  private static final FseTable DEFAULT_LITERALS =
      predefined(6, "4 3 2 2 2 2 2 2 2 2 2 2 2 1 1 1 2 2 2 2 2 2 2 2 2 3 2 1 1 1 1 1 -1 -1 -1 -1");
  private static final FseTable DEFAULT_OFFSETS =
      predefined(5, "1 1 1 1 1 1 2 2 2 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 -1 -1 -1 -1 -1");
  private static final FseTable DEFAULT_MATCHES =
      predefined(
          6,
          "1 4 3 2 2 2 2 2 2 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"
              + " -1 -1 -1 -1 -1 -1 -1");

  private final byte[] literals = new byte[LARGEST];
  private int literalsSize;
  private @Nullable HuffmanTable huffman;
  private @Nullable FseTable literalsTable;
  private @Nullable FseTable offsetsTable;
  private @Nullable FseTable matchesTable;
  private int repeated1 = 1;
  private int repeated2 = 4;
  private int repeated3 = 8;

  /// Decodes a block.
  ///
  /// @param block followed by [BackwardBits#PADDING] bytes
  /// @param target of which `limit` bytes from `at` may be written
  /// @param history bytes before `at` that the block may refer to
  /// @return where its content ends
  /// @throws FormatException if it is none
  int decode(byte[] block, int size, byte[] target, int at, int limit, int history) {
    int position = literals(block, size);
    return sequences(block, position, size, new Output(target, at, at + limit, history));
  }

  // Literals, section 3.1.1.3.1.

  private int literals(byte[] block, int size) {
    require(size > 0);
    int type = block[0] & 3;
    int format = block[0] >>> 2 & 3;
    if (type < 2) {
      return plainLiterals(block, size, type == 1, format);
    }
    int headerSize = format < 2 ? 3 : format + 2;
    require(size >= headerSize);
    int bits = format < 2 ? 10 : format == 2 ? 14 : 18;
    long header = littleEndian(block, 0, headerSize) >>> 4;
    literalsSize = (int) (header & ((1 << bits) - 1));
    int compressed = (int) (header >>> bits);
    require(literalsSize <= LARGEST && compressed <= size - headerSize);
    int start = headerSize;
    int end = headerSize + compressed;
    if (type == 2) {
      HuffmanTable.Read read = HuffmanTable.read(block, start, end);
      huffman = read.table();
      start = read.end();
    }
    if (huffman == null) {
      throw new FormatException("is no sound Zstandard: a block repeats a table that there is not");
    }
    if (format == 0) {
      huffman.decode(new BackwardBits(block, start, end), literals, 0, literalsSize);
    } else {
      fourStreams(huffman, block, start, end);
    }
    return end;
  }

  private int plainLiterals(byte[] block, int size, boolean repeated, int format) {
    int headerSize = (format & 1) == 0 ? 1 : format == 1 ? 2 : 3;
    require(size >= headerSize);
    literalsSize = (int) littleEndian(block, 0, headerSize) >>> (headerSize == 1 ? 3 : 4);
    int stored = repeated ? 1 : literalsSize;
    require(literalsSize <= LARGEST && stored <= size - headerSize);
    if (repeated) {
      Arrays.fill(literals, 0, literalsSize, block[headerSize]);
    } else {
      System.arraycopy(block, headerSize, literals, 0, literalsSize);
    }
    return headerSize + stored;
  }

  private void fourStreams(HuffmanTable table, byte[] block, int start, int end) {
    require(end - start >= 6);
    int part = (literalsSize + 3) / 4;
    require(3 * part <= literalsSize);
    int from = start + 6;
    for (int i = 0; i < 4; i++) {
      int to = i == 3 ? end : from + (int) littleEndian(block, start + 2 * i, 2);
      require(to <= end);
      int last = i == 3 ? literalsSize : (i + 1) * part;
      table.decode(new BackwardBits(block, from, to), literals, i * part, last);
      from = to;
    }
  }

  // Sequences, section 3.1.1.3.2.

  private int sequences(byte[] block, int start, int size, Output output) {
    require(start < size);
    int first = block[start] & 0xff;
    int position = start + (first < 128 ? 1 : first < 255 ? 2 : 3);
    require(position <= size);
    int count =
        first < 128
            ? first
            : first < 255
                ? ((first - 128) << 8) + (block[start + 1] & 0xff)
                : (int) littleEndian(block, start + 1, 2) + 0x7f00;
    if (count == 0) {
      require(position == size);
      output.literals(literals, 0, literalsSize);
      return output.position;
    }
    require(position < size);
    int modes = block[position++];
    require((modes & 3) == 0);
    var tables = new Tables(block, position, size);
    FseTable literalLengths =
        tables.read(
            modes >>> 6 & 3,
            DEFAULT_LITERALS,
            literalsTable,
            LITERALS_BITS.length - 1,
            MOST_LENGTH_LOG);
    FseTable offsets =
        tables.read(
            modes >>> 4 & 3, DEFAULT_OFFSETS, offsetsTable, LARGEST_OFFSET_CODE, MOST_OFFSET_LOG);
    FseTable matchLengths =
        tables.read(
            modes >>> 2 & 3, DEFAULT_MATCHES, matchesTable, MATCH_BITS.length - 1, MOST_LENGTH_LOG);
    literalsTable = literalLengths;
    offsetsTable = offsets;
    matchesTable = matchLengths;

    var bits = new BackwardBits(block, tables.position, size);
    int literalState = literalLengths.first(bits);
    int offsetState = offsets.first(bits);
    int matchState = matchLengths.first(bits);
    int used = 0;
    for (int i = 0; i < count; i++) {
      int offsetCode = offsets.symbol(offsetState);
      long offsetValue = (1L << offsetCode) + (bits.read(offsetCode) & 0xffff_ffffL);
      int matchCode = matchLengths.symbol(matchState);
      int match = MATCH_BASE[matchCode] + bits.read(MATCH_BITS[matchCode]);
      int literalCode = literalLengths.symbol(literalState);
      int literal = LITERALS_BASE[literalCode] + bits.read(LITERALS_BITS[literalCode]);
      require(bits.left() >= 0 && literal <= literalsSize - used);
      output.literals(literals, used, literal);
      used += literal;
      output.match(offset(offsetValue, literal == 0), match);
      if (i < count - 1) {
        literalState = literalLengths.next(literalState, bits);
        matchState = matchLengths.next(matchState, bits);
        offsetState = offsets.next(offsetState, bits);
      }
    }
    require(bits.left() == 0);
    output.literals(literals, used, literalsSize - used);
    return output.position;
  }

  /// Values to 3 mean offsets that were used before (section 3.1.1.5).
  private int offset(long value, boolean noLiterals) {
    if (value > 3) {
      require(value - 3 <= Integer.MAX_VALUE);
      repeated3 = repeated2;
      repeated2 = repeated1;
      repeated1 = (int) (value - 3);
      return repeated1;
    }
    int which = (int) value + (noLiterals ? 1 : 0);
    if (which == 1) {
      return repeated1;
    }
    int offset = which == 2 ? repeated2 : which == 3 ? repeated3 : repeated1 - 1;
    if (which != 2) {
      repeated3 = repeated2;
    }
    repeated2 = repeated1;
    repeated1 = offset;
    return offset;
  }

  /// The tables at the head of the sequences.
  private static final class Tables {
    private final byte[] block;
    private final int end;
    private int position;

    Tables(byte[] block, int position, int end) {
      this.block = block;
      this.position = position;
      this.end = end;
    }

    FseTable read(
        int mode,
        FseTable predefined,
        @Nullable FseTable previous,
        int largestSymbol,
        int largestLog) {
      return switch (mode) {
        case 0 -> predefined;
        case 1 -> {
          require(position < end);
          int symbol = block[position++] & 0xff;
          require(symbol <= largestSymbol);
          yield FseTable.always(symbol);
        }
        case 2 -> {
          var reader = new FseReader(block, position, end);
          FseTable table = reader.read(largestSymbol, largestLog);
          position = reader.position();
          yield table;
        }
        default -> {
          if (previous == null) {
            throw new FormatException(
                "is no sound Zstandard: a block repeats a table that there is not");
          }
          yield previous;
        }
      };
    }
  }

  /// What the block has become so far.
  private static final class Output {
    private final byte[] target;
    private final int end;
    private final int earliest;
    private int position;

    Output(byte[] target, int position, int end, int history) {
      this.target = target;
      this.position = position;
      this.end = end;
      this.earliest = position - history;
    }

    void literals(byte[] from, int start, int count) {
      require(count <= end - position);
      System.arraycopy(from, start, target, position, count);
      position += count;
    }

    void match(int offset, int count) {
      require(offset > 0 && offset <= position - earliest && count <= end - position);
      int from = position - offset;
      if (offset >= count) {
        System.arraycopy(target, from, target, position, count);
      } else if (offset == 1) {
        Arrays.fill(target, position, position + count, target[from]);
      } else {
        for (int i = 0; i < count; i++) {
          target[position + i] = target[from + i];
        }
      }
      position += count;
    }
  }

  private static void require(boolean sound) {
    if (!sound) {
      throw new FormatException("is no sound Zstandard: a block is damaged");
    }
  }

  private static long littleEndian(byte[] bytes, int start, int count) {
    long value = 0;
    for (int i = count - 1; i >= 0; i--) {
      value = value << 8 | (bytes[start + i] & 0xff);
    }
    return value;
  }

  private static int[] extraBits(int without, int... bits) {
    var all = new int[without + bits.length];
    System.arraycopy(bits, 0, all, without, bits.length);
    return all;
  }

  /// Each code begins where the one before it ends.
  private static int[] bases(int first, int[] bits) {
    var bases = new int[bits.length];
    int base = first;
    for (int i = 0; i < bits.length; i++) {
      bases[i] = base;
      base += 1 << bits[i];
    }
    return bases;
  }

  private static FseTable predefined(int log, String probabilities) {
    String[] texts = probabilities.split(" ");
    var values = new short[texts.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Short.parseShort(texts[i]);
    }
    return new FseTable(log, values);
  }
}
