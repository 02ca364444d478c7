package dev.mote.linux;

import java.util.Arrays;

/// A message of the host on its way to the guest, of which one part may lie elsewhere. There is one
/// for each guest, used again and again, so that giving a message makes no object.
final class Message {
  private static final byte[] NOTHING = new byte[0];

  private byte[] bytes = NOTHING;
  private int length; // of bytes
  private int at; // where the part belongs
  private byte[] part = NOTHING;
  private int offset; // of the part
  private int count;

  Message set(byte[] bytes, int length, int at, byte[] part, int offset, int count) {
    this.bytes = bytes;
    this.length = length;
    this.at = at;
    this.part = part;
    this.offset = offset;
    this.count = count;
    return this;
  }

  Message set(byte[] whole) {
    return set(whole, whole.length, 0, NOTHING, 0, 0);
  }

  /// Refers to the caller's arrays no more.
  void clear() {
    set(NOTHING);
  }

  int size() {
    return length + count;
  }

  /// One array of all of it.
  byte[] joined() {
    byte[] all = Arrays.copyOf(bytes, size());
    System.arraycopy(part, offset, all, at, count);
    System.arraycopy(bytes, at, all, at + count, length - at);
    return all;
  }

  void writeTo(UserMemory memory, long gva) {
    memory.write(gva, bytes, 0, count == 0 ? length : at);
    if (count > 0) {
      memory.write(gva + at, part, offset, count);
      memory.write(gva + at + count, bytes, at, length - at);
    }
  }
}
