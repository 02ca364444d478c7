package dev.mote.values;

import java.util.Arrays;

/// Reads one message: CBOR items, one after the other, within what the protocol allows. The bytes
/// may come from a guest: each length is checked against what is there before anything is made of
/// it.
///
/// **A long message** need not lie in the buffer whole: what follows its beginning is fetched when
/// it is read ([Rest]). So long bytes are copied once, to where they belong.
///
/// It does not count: whoever reads the head of an array reads its items. Every method throws a
/// [ValueException] when what comes next is not what it reads. Not thread-safe.
public final class MessageReader {
  private static final int INDEFINITE = 31;

  /// How much memory the values of a message may take, in bytes: a map in a message has three
  /// bytes, and in the JVM two hundred.
  private static final long MEMORY = 256 << 20;

  private final int deepest;
  private final long memory;
  private byte[] bytes = new byte[0];
  private int origin; // where the message begins in the buffer
  private int at;
  private int loaded; // the buffer has the message up to here, but for bytes that were read past it
  private int end;
  private Rest rest = NOTHING;
  private int depth;
  private long charged;

  /// Bytes are copied past the buffer from this length on.
  private static final int LONG = 16 << 10;

  /// At least so much is fetched at once.
  private static final int PIECE = 4 << 10;

  private static final Rest NOTHING =
      (_, _, _, _) -> {
        throw new IllegalStateException("the message is whole");
      };

  /// Where the bytes of a message are that were not fetched yet. They do not change while the
  /// message is read.
  @FunctionalInterface
  public interface Rest {
    /// @param position of the first byte in the message
    void copy(int position, byte[] target, int offset, int count);
  }

  /// @param deepest how deeply values may be nested
  public MessageReader(int deepest) {
    this(deepest, MEMORY);
  }

  /// @param memory bytes that the values of a message may take as objects
  MessageReader(int deepest, long memory) {
    this.deepest = deepest;
    this.memory = memory;
  }

  /// Begins to read a message.
  ///
  /// @param source not copied; nobody else changes it meanwhile
  public void reset(byte[] source, int offset, int length) {
    reset(source, offset, length, length, NOTHING);
  }

  /// Begins to read a message of which only the beginning is there.
  ///
  /// @param source has room for all of it; the rest is put there as far as it is needed
  /// @param there how many bytes are
  public void reset(byte[] source, int offset, int length, int there, Rest others) {
    bytes = source;
    origin = offset;
    at = offset;
    end = offset + length;
    loaded = offset + there;
    rest = others;
    depth = 0;
    charged = 0;
  }

  /// Makes sure that bytes from the present one on are in the buffer.
  ///
  /// @param count no more than there are in the message
  private void need(int count) {
    if (count > loaded - at) {
      fetch(count);
    }
  }

  private void fetch(int count) {
    int from = Math.max(at, loaded); // what lies before was read past the buffer
    int more = Math.min(end - from, Math.max(PIECE, at + count - from));
    rest.copy(from - origin, bytes, from, more);
    loaded = from + more;
  }

  /// The message must end here.
  public void end() {
    if (at < end) {
      throw ValueException.malformed("%d bytes follow the message".formatted(end - at));
    }
  }

  /// Values within a value follow.
  void enter() {
    if (++depth > deepest) {
      throw new ValueException(
          ValueException.Reason.TOO_DEEP, "the value is nested more deeply than " + deepest);
    }
  }

  void leave() {
    depth--;
  }

  /// Counts memory that values of this message take. An estimate, for compressed pointers; what
  /// matters is that it grows as the truth does.
  void charge(long size) {
    charged += size;
    if (charged > memory) {
      throw new ValueException(
          ValueException.Reason.TOO_LARGE,
          "the values of the message take more memory than %d bytes".formatted(memory));
    }
  }

  /// Counts the object that an integer becomes; small ones are there once for all.
  void chargeBox(long bits) {
    if ((byte) bits != bits) {
      charge(bits < 0 ? 64 : 24); // which may be a BigInteger
    }
  }

  /// The major type of the next item.
  int major() {
    return peek() >>> 5;
  }

  /// The first byte of the next item.
  int peek() {
    if (at >= loaded) {
      fetchOne();
    }
    return bytes[at] & 0xff;
  }

  private void fetchOne() {
    if (at >= end) {
      throw ValueException.malformed("the message ends in the middle");
    }
    fetch(1);
  }

  boolean isNull() {
    return peek() == MessageWriter.NULL;
  }

  public void nul() {
    require(isNull(), "null");
    at++;
  }

  public boolean bool() {
    int initial = peek();
    require(initial == MessageWriter.TRUE || initial == MessageWriter.FALSE, "a bool");
    at++;
    return initial == MessageWriter.TRUE;
  }

  public int arrayLength() {
    require(major() == MessageWriter.ARRAY, "a list");
    return length(argument(), 1, "a list");
  }

  public int mapLength() {
    require(major() == MessageWriter.MAP, "a map");
    return length(argument(), 2, "a map");
  }

  /// @throws ValueException also if it is above [Long#MAX_VALUE] or below [Long#MIN_VALUE]
  public long integer() {
    return integer(Type.Int.I64);
  }

  /// Reads an integer of a type; one of [Type.Int#U64] as its bits.
  long integer(Type.Int type) {
    int major = major();
    require(major == MessageWriter.UNSIGNED || major == MessageWriter.NEGATIVE, "an integer");
    long argument = argument();
    boolean negative = major == MessageWriter.NEGATIVE;
    long value = negative ? ~argument : argument;
    boolean fits = argument < 0 ? !negative && type == Type.Int.U64 : type.contains(value);
    if (!fits) {
      throw ValueException.outOfRange(
          (negative ? "-1 - " : "") + Long.toUnsignedString(argument), type);
    }
    return value;
  }

  /// Reads a float of any width that the type has exactly, as its bits.
  int float32() {
    return switch (peek()) {
      case MessageWriter.HALF -> Floats.halfToFloatBits((int) argument());
      case MessageWriter.FLOAT -> (int) argument();
      case MessageWriter.DOUBLE -> {
        long bits = argument();
        if (!Floats.fitsFloat(bits)) {
          throw ValueException.outOfRange(Double.longBitsToDouble(bits), Type.Plain.F32);
        }
        yield Floats.doubleToFloatBits(bits);
      }
      default -> throw wrong("a float");
    };
  }

  /// Reads a float of any width, as the bits of a double.
  long float64() {
    return switch (peek()) {
      case MessageWriter.HALF -> Floats.floatToDoubleBits(Floats.halfToFloatBits((int) argument()));
      case MessageWriter.FLOAT -> Floats.floatToDoubleBits((int) argument());
      case MessageWriter.DOUBLE -> argument();
      default -> throw wrong("a float");
    };
  }

  public String text() {
    require(major() == MessageWriter.TEXT, "a string");
    int length = length(argument(), 1, "a string");
    charge(48L + length);
    need(length);
    String text = Utf8.decode(bytes, at, length);
    at += length;
    return text;
  }

  /// Passes over a string if it is this one, in its shortest form.
  boolean accept(Item expected) {
    int length = expected.length();
    if (length > end - at) {
      return false;
    }
    need(length);
    if (!expected.isAt(bytes, at)) {
      return false;
    }
    at += length;
    return true;
  }

  public byte[] bytes() {
    require(major() == MessageWriter.BYTES, "bytes");
    int length = length(argument(), 1, "bytes");
    charge(16L + length);
    byte[] copy;
    if (length < LONG || at + length <= loaded) {
      need(length);
      copy = Arrays.copyOfRange(bytes, at, at + length);
    } else {
      copy = new byte[length];
      int here = Math.max(0, loaded - at);
      System.arraycopy(bytes, at, copy, 0, here);
      rest.copy(at + here - origin, copy, here, length - here);
    }
    at += length;
    return copy;
  }

  /// Passes over one item, which must be well-formed.
  public void skip() {
    switch (major()) {
      case MessageWriter.UNSIGNED -> argument();
      case MessageWriter.NEGATIVE -> integer();
      case MessageWriter.BYTES -> {
        int length = length(argument(), 1, "bytes"); // which moves `at`
        at += length;
      }
      case MessageWriter.TEXT -> text();
      case MessageWriter.ARRAY -> {
        int items = arrayLength();
        enter();
        for (int i = 0; i < items; i++) {
          skip();
        }
        leave();
      }
      case MessageWriter.MAP -> AnyDecoder.INSTANCE.read(this); // which compares its keys
      case MessageWriter.SIMPLE -> skipSimple();
      default -> throw wrong("a value");
    }
  }

  private void skipSimple() {
    switch (peek()) {
      case MessageWriter.FALSE, MessageWriter.TRUE, MessageWriter.NULL -> at++;
      case MessageWriter.HALF, MessageWriter.FLOAT, MessageWriter.DOUBLE -> argument();
      default -> throw wrong("a value");
    }
  }

  /// The argument of the head that is next; an unsigned number.
  private long argument() {
    int initial = peek();
    int info = initial & 0x1f;
    if (info < MessageWriter.ONE_BYTE) {
      at++;
      return info;
    }
    if (info > MessageWriter.ONE_BYTE + 3) {
      throw ValueException.malformed(
          info == INDEFINITE
              ? "an item of indefinite length"
              : "0x%02x begins no item".formatted(initial));
    }
    return number(1 << (info - MessageWriter.ONE_BYTE));
  }

  /// The number behind the byte that is next.
  private long number(int size) {
    if (size > end - at - 1) {
      throw ValueException.malformed("the message ends in the middle");
    }
    need(1 + size);
    int from = at + 1;
    at = from + size;
    return switch (size) {
      case 1 -> bytes[from] & 0xff;
      case 2 -> (short) MessageWriter.SHORTS.get(bytes, from) & 0xffff;
      case 4 -> (int) MessageWriter.INTS.get(bytes, from) & 0xffff_ffffL;
      default -> (long) MessageWriter.LONGS.get(bytes, from);
    };
  }

  /// @param least bytes that each element takes
  private int length(long argument, int least, String what) {
    if (argument < 0 || argument > (end - at) / least) {
      throw ValueException.malformed("%s is longer than the message".formatted(what));
    }
    return (int) argument;
  }

  private void require(boolean fits, String expected) {
    if (!fits) {
      throw wrong(expected);
    }
  }

  /// What is next is not what is expected: another type, or nothing that the protocol has.
  private ValueException wrong(String expected) {
    int initial = peek();
    if ((initial & 0x1f) == INDEFINITE) {
      return ValueException.malformed("an item of indefinite length");
    }
    String found =
        switch (initial >>> 5) {
          case MessageWriter.UNSIGNED, MessageWriter.NEGATIVE -> "an integer";
          case MessageWriter.BYTES -> "bytes";
          case MessageWriter.TEXT -> "a string";
          case MessageWriter.ARRAY -> "a list";
          case MessageWriter.MAP -> "a map";
          case MessageWriter.TAG ->
              throw ValueException.malformed("a tag, which integers beyond 64 bits and dates have");
          default ->
              switch (initial) {
                case MessageWriter.TRUE, MessageWriter.FALSE -> "a bool";
                case MessageWriter.NULL -> "null";
                case MessageWriter.HALF, MessageWriter.FLOAT, MessageWriter.DOUBLE -> "a float";
                default ->
                    throw ValueException.malformed("0x%02x begins no item".formatted(initial));
              };
        };
    return ValueException.wrongType("%s is there instead of %s".formatted(found, expected));
  }
}
