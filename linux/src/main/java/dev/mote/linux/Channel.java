package dev.mote.linux;

import dev.mote.machine.Registers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The messages between a guest and its host, at most one at a time in each direction. What is in
/// them is the affair of the layer above.
///
/// A guest sends and receives by its port (one instruction, registers as for a system call) or by
/// the file `/dev/mote` ([OpenChannel]). A message is copied out of the guest's memory once. The
/// guest does not run while the host has its message, so that a long one can be copied while it is
/// read.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class Channel {
  /// What rax asks for at the port.
  private static final long EXCHANGE = 1;

  private static final long EXCHANGE_PARTS = 2;

  /// More than these a message that is sent by the port does not have.
  private static final int MOST_PARTS = 8;

  /// Of a part in the guest's memory: its address and its length, a u64 each.
  private static final int PART_SIZE = 16;

  /// Before a message in the file: its length, the highest byte first.
  static final int HEADER = 4;

  private static final int SMALL = 512;

  /// What is copied of a message at once; a longer one is copied while it is read.
  private static final int EAGER = 16 << 10;

  /// Larger buffers are given back after use.
  private static final int KEPT = 2 << 20;

  private final int limit;
  private final WaitQueue waiters = new WaitQueue(); // at the file

  /// What the guest sends; behind it, `sentLength` of `sentTotal` bytes have come.
  private byte[] sent = new byte[SMALL];

  private int sentLength;
  private int sentTotal = -1; // -1: not known, fewer than HEADER bytes of the file's header came
  private boolean hasSent;
  private int sentLoaded; // of what was sent by the port, so much was copied
  private final long[] partAt = new long[MOST_PARTS]; // where in the guest's memory all of it is
  private final int[] partLength = new int[MOST_PARTS];
  private int parts;

  /// What the host gave and the guest has not received yet; null for nothing.
  private byte @Nullable [] given;

  private boolean missed; // a read of the file has found nothing since the last message
  private final Message waiting = new Message(); // the same as a message
  private int givenFrom; // counts the file's header too

  /// The thread that stands behind its OUT instruction and waits for a message; null for none.
  private @Nullable Task receiver;

  /// @param limit bytes of a message; 0 for a guest that has nobody to speak with
  Channel(int limit) {
    this.limit = limit;
  }

  /// Those who wait for a message at the file.
  WaitQueue waiters() {
    return waiters;
  }

  boolean isOpen() {
    return limit > 0;
  }

  /// Whether the guest has sent a message that the host has not answered or acknowledged.
  boolean hasSent() {
    return hasSent;
  }

  /// Whether the guest cannot go on before it receives something by the port.
  boolean isReceiving() {
    return receiver != null;
  }

  /// The thread that cannot go on before that.
  @Nullable Task receiver() {
    return receiver;
  }

  /// Whether the guest wants a message from the file, where there is none.
  boolean isWanted() {
    return given == null && !hasSent && (missed || waiters.isAwaited());
  }

  /// Who waited for a message at the port is no more.
  void forgetReceiver() {
    receiver = null;
  }

  byte[] sent() {
    return sent;
  }

  int sentLength() {
    return sentLength;
  }

  /// The guest executed OUT to the port. Its registers are hostile.
  void exchange(Task task, UserMemory memory) {
    Registers registers = task.registers();
    long kind = registers.rax();
    if (kind != EXCHANGE && kind != EXCHANGE_PARTS) {
      registers.rax(-Errno.ENOSYS.value);
      return;
    }
    try {
      if (receiver != null) {
        throw Errno.EBUSY.exception(); // another thread is before it
      }
      parts = 0;
      int length =
          kind == EXCHANGE
              ? addPart(registers.rdi(), registers.rsi(), 0)
              : readParts(memory, registers.rdi(), registers.rsi());
      if (length != 0) {
        send(memory, length);
      }
      receiver = task;
      if (!hasSent && given != null) {
        receive(task, memory, waiting.set(given));
      }
    } catch (ErrnoException e) {
      registers.rax(-e.errno.value);
    }
  }

  /// Notes the parts of a message, each of which is read once.
  ///
  /// @return the length of all of them
  private int readParts(UserMemory memory, long gva, long count) {
    if (count < 1 || count > MOST_PARTS) {
      throw Errno.EINVAL.exception();
    }
    int length = 0;
    for (long at = gva; parts < count; at += PART_SIZE) {
      length = addPart(memory.getLong(at), memory.getLong(at + Long.BYTES), length);
    }
    return length;
  }

  /// @param before the length of the parts before this one
  /// @return the length with this one
  private int addPart(long gva, long length, int before) {
    if (length < 0 || length > limit - before) {
      throw Errno.EMSGSIZE.exception();
    }
    partAt[parts] = gva;
    partLength[parts] = (int) length;
    parts++;
    return before + (int) length;
  }

  private void send(UserMemory memory, int length) {
    if (sentLength > 0 || sentTotal >= 0) {
      throw Errno.EBUSY.exception(); // a message in the file has begun and not ended
    }
    if (length > EAGER) {
      requireReadable(memory); // it is copied later, when nobody can tell the guest
    }
    if (sent.length < length) {
      sent = new byte[length];
    }
    sentLoaded = Math.min(length, EAGER);
    copySent(memory, 0, sent, 0, sentLoaded);
    sentLength = length;
    hasSent = true;
  }

  private void requireReadable(UserMemory memory) {
    for (int i = 0; i < parts; i++) {
      if (memory.readableBytes(partAt[i], partLength[i]) < partLength[i]) {
        throw Errno.EFAULT.exception();
      }
    }
  }

  /// How much of what was sent lies in [#sent()]; the rest is still where the guest has it.
  int sentLoaded() {
    return sentLoaded;
  }

  /// Copies some of the rest. The guest has not run since it sent it.
  void copySent(UserMemory memory, int position, byte[] target, int offset, int count) {
    int from = position; // counted from the beginning of the part
    int done = 0;
    for (int i = 0; done < count; i++) {
      int piece = Math.min(count - done, partLength[i] - from);
      if (piece > 0) {
        memory.read(partAt[i] + from, target, offset + done, piece);
        done += piece;
        from += piece;
      }
      from -= partLength[i];
    }
  }

  /// The host gives the guest a message, which is also its answer to what was sent.
  ///
  /// @param message copied, or written to the guest, before this returns
  void give(UserMemory memory, Message message) {
    forgetSent();
    missed = false;
    given = null; // what it never received is out of date
    Task task = receiver;
    if (task != null) {
      try {
        receive(task, memory, message);
      } catch (ErrnoException e) {
        task.registers().rax(-e.errno.value);
        keep(message);
      }
      task.wake(0);
    } else {
      keep(message);
    }
  }

  /// Nothing answers what the guest sent.
  void acknowledge() {
    forgetSent();
    Task task = receiver;
    if (task != null) {
      receiver = null;
      task.registers().rax(0);
      task.wake(0);
    }
  }

  /// Whether the guest has sent something that was not answered, by the file.
  boolean isWaiting() {
    return hasSent;
  }

  /// Nothing of a message is half said.
  boolean isAtRest() {
    return hasSent || (sentLength == 0 && sentTotal < 0);
  }

  GuestState.ChannelState save() {
    int from = given == null ? 0 : givenFrom; // which tells nothing once a message was received
    return new GuestState.ChannelState(receiver == null ? 0 : receiver.tid, given, from);
  }

  /// @throws IllegalArgumentException if more was received than there was, or there is no such
  ///   thread
  void load(GuestState.ChannelState saved, Scheduler threads) {
    byte[] message = saved.waiting();
    int length = message == null ? 0 : message.length;
    if (length > limit || saved.waitingFrom() < 0 || saved.waitingFrom() > HEADER + length) {
      throw new IllegalArgumentException("a message that waits");
    }
    forgetSent();
    missed = false;
    receiver = saved.receiving() == 0 ? null : threads.find(saved.receiving());
    if (saved.receiving() != 0 && receiver == null) {
      throw new IllegalArgumentException("no thread " + saved.receiving() + " waits at the port");
    }
    given = message;
    givenFrom = saved.waitingFrom();
  }

  private void forgetSent() {
    hasSent = false;
    sentLength = 0;
    sentTotal = -1;
    if (sent.length > KEPT) {
      sent = new byte[SMALL];
    }
    waiters.wake(OpenFile.WRITABLE);
  }

  private void keep(Message message) {
    given = message.joined();
    givenFrom = 0;
    waiters.wake(OpenFile.READABLE);
  }

  /// Puts a message into the buffer that the guest waits with, if it fits.
  private void receive(Task task, UserMemory memory, Message message) {
    Registers registers = task.registers();
    int length = message.size();
    receiver = null;
    if (Long.compareUnsigned(length, registers.r10()) <= 0) {
      message.writeTo(memory, registers.rdx());
      given = null;
    } else if (given == null) {
      keep(message);
    }
    registers.rax(length);
  }

  /// Takes bytes of the file's stream: at most to the end of one message. There is none that the
  /// host has not answered.
  ///
  /// @return how many
  int write(byte[] source, int offset, int length) {
    int taken = 0;
    if (sentTotal < 0) {
      taken = Math.min(length, HEADER - sentLength);
      System.arraycopy(source, offset, sent, sentLength, taken);
      sentLength += taken;
      if (sentLength < HEADER) {
        return taken;
      }
      beginBody();
    }
    int count = Math.min(length - taken, sentTotal - sentLength);
    makeRoom(count);
    System.arraycopy(source, offset + taken, sent, sentLength, count);
    sentLength += count;
    hasSent = sentLength == sentTotal;
    sentLoaded = sentLength;
    return taken + count;
  }

  private void beginBody() {
    int total = ByteBuffer.wrap(sent).getInt();
    sentLength = 0;
    if (total <= 0 || total > limit) {
      throw Errno.EMSGSIZE.exception();
    }
    sentTotal = total;
  }

  /// Grows with what has come, not with what was announced.
  private void makeRoom(int more) {
    int needed = sentLength + more;
    if (needed > sent.length) {
      sent = Arrays.copyOf(sent, Math.min(sentTotal, Math.max(needed, 2 * sent.length)));
    }
  }

  /// Gives bytes of the file's stream.
  ///
  /// @return how many; 0 if there are none
  int read(byte[] target, int offset, int length) {
    byte[] message = given;
    if (message == null) {
      missed = true;
      return 0;
    }
    int done = 0;
    while (done < length && givenFrom < HEADER) {
      target[offset + done++] = (byte) (message.length >>> (8 * (HEADER - 1 - givenFrom++)));
    }
    if (givenFrom < HEADER) {
      return done;
    }
    int count = Math.min(length - done, HEADER + message.length - givenFrom);
    System.arraycopy(message, givenFrom - HEADER, target, offset + done, count);
    givenFrom += count;
    if (givenFrom == HEADER + message.length) {
      given = null;
    }
    return done + count;
  }

  /// How many bytes a read of the file would give at once.
  int available() {
    return given == null ? 0 : HEADER + given.length - givenFrom;
  }
}
