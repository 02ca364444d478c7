package dev.mote.linux;

import static dev.mote.linux.Errno.EFAULT;
import static dev.mote.linux.Errno.ENAMETOOLONG;

import dev.mote.machine.GuestMemory;
import dev.mote.machine.PageTables;
import java.util.Arrays;

/// A program's memory as its system calls reach it: by guest virtual address, with the program's
/// own rights.
///
/// Every address and length is the program's and may be anything. An access to what is not mapped,
/// or not with the right that is needed, throws EFAULT; pages that have no frame yet get one. What
/// is read is a copy: the program may change its memory at any time, so nothing is read twice.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class UserMemory {
  private static final long PAGE = GuestMemory.PAGE_SIZE;

  private final AddressSpace space;
  private final PageTables tables;
  private final GuestMemory memory;

  UserMemory(AddressSpace space, GuestMemory memory) {
    this.space = space;
    tables = space.tables();
    this.memory = memory;
  }

  void read(long gva, byte[] target, int offset, int length) {
    int done = 0;
    while (done < length) {
      long gpa = gpa(gva + done, PageTables.READ);
      int count = inOnePiece(gva + done, gpa, length - done, PageTables.READ);
      memory.read(gpa, target, offset + done, count);
      done += count;
    }
  }

  /// How many bytes lie behind each other in guest physical memory too: frames mostly do, and one
  /// long copy is quicker than many.
  private int inOnePiece(long gva, long gpa, int length, int right) {
    long count = Math.min(length, PAGE - (gva & (PAGE - 1)));
    while (count < length
        && isAccessible(gva + count, right)
        && (right == PageTables.WRITE ? tables.gpaToWrite(gva + count) : tables.gpa(gva + count))
            == gpa + count) {
      count = Math.min(length, count + PAGE);
    }
    return (int) count;
  }

  void write(long gva, byte[] source, int offset, int length) {
    int done = 0;
    while (done < length) {
      long gpa = gpa(gva + done, PageTables.WRITE);
      int count = inOnePiece(gva + done, gpa, length - done, PageTables.WRITE);
      memory.write(gpa, source, offset + done, count);
      done += count;
    }
  }

  /// Copies out a string.
  ///
  /// @param limit the most bytes that it may have, its NUL included
  /// @return the bytes before the NUL
  /// @throws ErrnoException ENAMETOOLONG if there is no NUL within the limit
  byte[] readString(long gva, int limit) {
    int length = 0;
    while (length < limit) {
      long at = gva + length;
      long gpa = gpa(at, PageTables.READ);
      int inPage = (int) Math.min(limit - length, PAGE - (at & (PAGE - 1)));
      for (int i = 0; i < inPage; i++) {
        if (memory.getByte(gpa + i) == 0) {
          byte[] string = new byte[length + i];
          read(gva, string, 0, string.length);
          // The copy may differ from what was counted: the program may have written meanwhile.
          return cutAtNul(string);
        }
      }
      length += inPage;
    }
    throw ENAMETOOLONG.exception();
  }

  private static byte[] cutAtNul(byte[] string) {
    for (int i = 0; i < string.length; i++) {
      if (string[i] == 0) {
        return Arrays.copyOf(string, i);
      }
    }
    return string;
  }

  byte getByte(long gva) {
    return memory.getByte(gpa(gva, PageTables.READ));
  }

  short getShort(long gva) {
    if (crosses(gva, Short.BYTES)) {
      return (short) ((getByte(gva) & 0xff) | (getByte(gva + 1) << 8));
    }
    return memory.getShort(gpa(gva, PageTables.READ));
  }

  int getInt(long gva) {
    if (crosses(gva, Integer.BYTES)) {
      return (getShort(gva) & 0xffff) | (getShort(gva + 2) << 16);
    }
    return memory.getInt(gpa(gva, PageTables.READ));
  }

  long getLong(long gva) {
    if (crosses(gva, Long.BYTES)) {
      return (getInt(gva) & 0xffff_ffffL) | ((long) getInt(gva + 4) << 32);
    }
    return memory.getLong(gpa(gva, PageTables.READ));
  }

  void setByte(long gva, byte value) {
    memory.setByte(gpa(gva, PageTables.WRITE), value);
  }

  void setShort(long gva, short value) {
    if (crosses(gva, Short.BYTES)) {
      setByte(gva, (byte) value);
      setByte(gva + 1, (byte) (value >> 8));
    } else {
      memory.setShort(gpa(gva, PageTables.WRITE), value);
    }
  }

  void setInt(long gva, int value) {
    if (crosses(gva, Integer.BYTES)) {
      setShort(gva, (short) value);
      setShort(gva + 2, (short) (value >> 16));
    } else {
      memory.setInt(gpa(gva, PageTables.WRITE), value);
    }
  }

  void setLong(long gva, long value) {
    if (crosses(gva, Long.BYTES)) {
      setInt(gva, (int) value);
      setInt(gva + 4, (int) (value >> 32));
    } else {
      memory.setLong(gpa(gva, PageTables.WRITE), value);
    }
  }

  /// How many of a range's leading bytes may be read.
  long readableBytes(long gva, long length) {
    return accessible(gva, length, PageTables.READ);
  }

  /// How many of a range's leading bytes may be written.
  long writableBytes(long gva, long length) {
    return accessible(gva, length, PageTables.WRITE);
  }

  private long accessible(long gva, long length, int right) {
    if (gva < 0 || gva >= PageTables.USER_END || length <= 0) {
      return 0;
    }
    long end = gva + Math.min(length, PageTables.USER_END - gva);
    long at = gva;
    while (at < end && isAccessible(at, right)) {
      at = (at & -PAGE) + PAGE;
    }
    return Math.min(at, end) - gva;
  }

  private boolean isAccessible(long gva, int right) {
    return gva >= 0
        && gva < PageTables.USER_END
        && ((tables.rights(gva) & right) != 0
            || space.touch(gva, right) == AddressSpace.Touch.BOUND);
  }

  private static boolean crosses(long gva, int bytes) {
    return (gva & (PAGE - 1)) > PAGE - bytes;
  }

  /// Where the byte lies, once the access is allowed and the page is bound.
  private long gpa(long gva, int right) {
    if (!isAccessible(gva, right)) {
      throw EFAULT.exception();
    }
    return right == PageTables.WRITE ? tables.gpaToWrite(gva) : tables.gpa(gva);
  }
}
