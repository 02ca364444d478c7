package dev.mote.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// What a program says of a message: its address, its bytes, and what goes with them.
///
/// ```
/// struct msghdr: name 0, namelen 8 (32 bits), iov 16, iovlen 24, control 32, controllen 40,
///                flags 48 (32 bits): 56 bytes
/// ```
///
/// @param address of the structure
/// @param nameLength 0 to 128
record MessageHeader(
    long address,
    long name,
    int nameLength,
    long vector,
    long vectorLength,
    long control,
    long controlLength) {
  static final int BYTES = 56;
  static final int SCM_RIGHTS = 1;
  static final int SCM_CREDENTIALS = 2;
  static final int CONTROL_HEADER = 16;

  private static final int MOST_RANGES = 1024;
  private static final int MOST_RIGHTS = 253;

  /// What may go with one message (`optmem_max`).
  private static final int MOST_CONTROL = 20_480;

  /// @throws ErrnoException EFAULT, or EINVAL or EMSGSIZE for lengths that cannot be
  static MessageHeader read(Task task, long address) {
    byte[] bytes = new byte[BYTES];
    task.memory().read(address, bytes, 0, BYTES);
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long name = in.getLong(0);
    int nameLength = name == 0 ? 0 : in.getInt(8);
    if (nameLength < 0) {
      throw Errno.EINVAL.exception();
    }
    long ranges = in.getLong(24);
    if (ranges < 0 || ranges > MOST_RANGES) {
      throw Errno.EMSGSIZE.exception();
    }
    return new MessageHeader(
        address,
        name,
        Math.min(nameLength, SocketAddress.MOST_BYTES),
        in.getLong(16),
        ranges,
        in.getLong(32),
        in.getLong(40));
  }

  UserBuffer buffer(Task task) {
    return UserBuffer.ofVector(task.memory(), vector, vectorLength);
  }

  /// What goes with a message to be sent over AF_UNIX. The files are not retained.
  ///
  /// @throws ErrnoException EINVAL, EBADF, EPERM, or ENOBUFS if it is too much
  Ancillary ancillary(Task task, Descriptors descriptors, Ancillary.Sender self, boolean mayClaim) {
    List<OpenFile> rights = new ArrayList<>();
    Ancillary.Sender sender = self;
    ByteBuffer in = controlBytes(task);
    int at = 0;
    while (in.capacity() - at >= CONTROL_HEADER) {
      ByteBuffer data = controlData(in, at);
      if (in.getInt(at + 8) == SocketOptions.SOL_SOCKET) {
        switch (in.getInt(at + 12)) {
          case SCM_RIGHTS -> addRights(data, descriptors, rights);
          case SCM_CREDENTIALS -> sender = credentials(data, self, mayClaim);
          default -> throw Errno.EINVAL.exception();
        }
      }
      at = next(in, at);
    }
    return new Ancillary(rights, sender);
  }

  /// What a message to be sent over the Internet is to have in its header.
  ///
  /// @param sixth whether the socket is of AF_INET6
  /// @throws ErrnoException EINVAL, ENODEV, or ENOBUFS if it is too much
  Ancillary packet(Task task, boolean sixth) {
    PacketFacts facts = PacketFacts.USUAL;
    ByteBuffer in = controlBytes(task);
    int at = 0;
    while (in.capacity() - at >= CONTROL_HEADER) {
      ByteBuffer data = controlData(in, at);
      int level = in.getInt(at + 8);
      int type = in.getInt(at + 12);
      if (level != SocketOptions.SOL_SOCKET) {
        facts = facts.with(sixth, level, type, data);
      } else if (type != SCM_RIGHTS && type != SCM_CREDENTIALS) { // which are no use here
        throw Errno.EINVAL.exception();
      }
      at = next(in, at);
    }
    return Ancillary.of(facts);
  }

  /// @throws ErrnoException EINVAL if the length cannot be
  private static ByteBuffer controlData(ByteBuffer in, int at) {
    long length = in.getLong(at);
    if (length < CONTROL_HEADER || length > in.capacity() - at) {
      throw Errno.EINVAL.exception();
    }
    return in.slice(at + CONTROL_HEADER, (int) length - CONTROL_HEADER)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int next(ByteBuffer in, int at) {
    return at + (int) Math.min(in.capacity() - at, (in.getLong(at) + 7) & ~7L);
  }

  private ByteBuffer controlBytes(Task task) {
    if (controlLength == 0 || control == 0) {
      return ByteBuffer.allocate(0);
    }
    if (controlLength < 0 || controlLength > MOST_CONTROL) {
      throw Errno.ENOBUFS.exception();
    }
    byte[] bytes = new byte[(int) controlLength];
    task.memory().read(control, bytes, 0, bytes.length);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void addRights(ByteBuffer data, Descriptors descriptors, List<OpenFile> rights) {
    while (data.remaining() >= Integer.BYTES) {
      OpenFile file = descriptors.get(data.getInt());
      if (rights.size() == MOST_RIGHTS) {
        throw Errno.EINVAL.exception();
      }
      rights.add(file);
    }
  }

  /// ```
  /// struct ucred: pid 0, uid 4, gid 8: 12 bytes
  /// ```
  private static Ancillary.Sender credentials(
      ByteBuffer data, Ancillary.Sender self, boolean mayClaim) {
    if (data.remaining() != Ancillary.Sender.BYTES) {
      throw Errno.EINVAL.exception();
    }
    var claimed = new Ancillary.Sender(data.getInt(0), data.getInt(4), data.getInt(8));
    if (!mayClaim && !claimed.equals(self)) {
      throw Errno.EPERM.exception();
    }
    return claimed;
  }
}
