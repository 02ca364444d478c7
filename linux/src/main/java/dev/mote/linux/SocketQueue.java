package dev.mote.linux;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What has been sent to a socket and not been read yet: bytes of a stream, or messages.
///
/// All queues of a guest, and its pipes, share a budget. The first page of each queue is its own as
/// long as not very many are full.
final class SocketQueue {
  /// What every queue may hold whatever the others do, in bytes.
  static final int OWN = 4096;

  /// What a message counts beside its bytes.
  static final int MESSAGE_COST = 512;

  /// Small writes to a stream are collected in pieces up to this size.
  private static final int PIECE = 16 << 10;

  private final Quota quota;
  private final Quota own;
  private final ArrayDeque<Segment> segments = new ArrayDeque<>();
  private long used;
  private long charged;
  private long ownCharged;
  private long bytes;

  SocketQueue(BufferQuotas quotas) {
    quota = quotas.shared();
    own = quotas.own();
  }

  /// A message, or a part of a stream.
  static final class Segment {
    private byte[] content;
    private int start;
    private int end;

    /// Who sent it; null in a stream.
    final @Nullable SocketAddress source;

    /// What came with its first byte.
    private @Nullable Ancillary ancillary;

    private final int extra;

    private Segment(
        byte[] content, @Nullable SocketAddress source, @Nullable Ancillary ancillary, int extra) {
      this.content = content;
      this.end = content.length;
      this.source = source;
      this.ancillary = ancillary;
      this.extra = extra;
    }

    int length() {
      return end - start;
    }

    byte[] bytes() {
      byte[] copy = new byte[length()];
      System.arraycopy(content, start, copy, 0, copy.length);
      return copy;
    }

    @Nullable Ancillary ancillary() {
      return ancillary;
    }

    private boolean isLike(@Nullable Ancillary with) {
      return with == null ? ancillary == null : with.joins(ancillary);
    }

    private boolean takes(int count, @Nullable Ancillary with) {
      return extra == 0 && source == null && isLike(with) && length() + count <= PIECE;
    }

    private void append(byte[] from, int offset, int count) {
      if (end + count > content.length) {
        int wanted = Math.min(PIECE, Math.max(2 * length(), length() + count));
        byte[] moved = new byte[wanted];
        System.arraycopy(content, start, moved, 0, length());
        end = length();
        start = 0;
        content = moved;
      }
      System.arraycopy(from, offset, content, end, count);
      end += count;
    }
  }

  boolean isEmpty() {
    return segments.isEmpty();
  }

  int count() {
    return segments.size();
  }

  /// How many bytes can be read.
  long bytes() {
    return bytes;
  }

  long used() {
    return used;
  }

  /// How much more it takes, in bytes; never more than its budget allows.
  ///
  /// @param capacity what it may hold
  long room(long capacity) {
    long missing = Math.max(0, OWN - used); // of its own
    long more = own.free() < missing ? own.free() : missing + quota.free();
    return Math.max(0, Math.min(capacity - used, more));
  }

  /// What the next bytes of a stream count beside themselves: the files that come with them or a
  /// change of the sender begin a segment, however few bytes that has.
  int extraCost(@Nullable Ancillary ancillary) {
    Segment last = segments.peekLast();
    boolean files = ancillary != null && ancillary.hasRights();
    return files || (last != null && !last.isLike(ancillary)) ? MESSAGE_COST : 0;
  }

  /// Adds bytes of a stream, for which there must be room, with [#extraCost].
  void append(byte[] from, int offset, int count, @Nullable Ancillary ancillary) {
    Segment last = segments.peekLast();
    if (last != null && last.takes(count, ancillary)) {
      last.append(from, offset, count);
    } else {
      byte[] copy = new byte[count];
      System.arraycopy(from, offset, copy, 0, count);
      int extra = extraCost(ancillary);
      segments.add(new Segment(copy, null, ancillary, extra));
      use(extra);
    }
    bytes += count;
    use(count);
  }

  /// Adds a message.
  ///
  /// @return false if there is no room for it; an empty queue takes every message that the budget
  ///   allows
  boolean add(
      byte[] message,
      @Nullable SocketAddress source,
      @Nullable Ancillary ancillary,
      long capacity) {
    long cost = message.length + (long) MESSAGE_COST;
    if (room(isEmpty() ? Math.max(capacity, cost) : capacity) < cost) {
      return false;
    }
    segments.add(new Segment(message, source, ancillary, MESSAGE_COST));
    bytes += message.length;
    use(cost);
    return true;
  }

  private void use(long amount) {
    used += amount;
    long wanted = Math.max(0, used - OWN);
    if (wanted > charged) {
      quota.charge(wanted - charged, Errno.ENOBUFS);
    } else {
      quota.release(charged - wanted);
    }
    charged = wanted;
    long wantedOwn = Math.min(used, OWN);
    if (wantedOwn > ownCharged) {
      own.charge(wantedOwn - ownCharged, Errno.ENOBUFS);
    } else {
      own.release(ownCharged - wantedOwn);
    }
    ownCharged = wantedOwn;
  }

  @Nullable Segment head() {
    return segments.peek();
  }

  Iterable<Segment> segments() {
    return segments;
  }

  /// Takes the first message.
  Segment take() {
    Segment first = segments.remove();
    bytes -= first.length();
    use(-first.length() - (long) first.extra);
    return first;
  }

  /// Takes bytes off the first segment.
  ///
  /// @param count at most its length
  void read(byte[] target, int offset, int count) {
    Segment first = segments.element();
    System.arraycopy(first.content, first.start, target, offset, count);
    first.start += count;
    first.ancillary = first.ancillary == null ? null : first.ancillary.withoutRights();
    bytes -= count;
    use(-count);
    if (first.length() == 0) {
      segments.remove();
      use(-first.extra);
    }
  }

  /// Copies bytes without taking them.
  ///
  /// @return how many there were
  int peek(byte[] target, int length) {
    int done = 0;
    for (Iterator<Segment> all = segments.iterator(); all.hasNext() && done < length; ) {
      Segment segment = all.next();
      int count = Math.min(length - done, segment.length());
      System.arraycopy(segment.content, segment.start, target, done, count);
      done += count;
    }
    return done;
  }

  /// The files that are on their way in it.
  List<OpenFile> rights() {
    return segments.stream()
        .map(Segment::ancillary)
        .filter(a -> a != null)
        .flatMap(a -> a.rights().stream())
        .toList();
  }

  /// Empties it.
  ///
  /// @return the files that nobody will receive
  List<OpenFile> clear() {
    List<OpenFile> lost = rights();
    segments.clear();
    bytes = 0;
    use(-used);
    return lost;
  }
}
