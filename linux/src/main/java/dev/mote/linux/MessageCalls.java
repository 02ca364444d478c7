package dev.mote.linux;

import static dev.mote.linux.SocketOptions.IPPROTO_IP;
import static dev.mote.linux.SocketOptions.IPPROTO_IPV6;
import static dev.mote.linux.SocketTransfer.MSG_CMSG_CLOEXEC;
import static dev.mote.linux.SocketTransfer.MSG_CTRUNC;
import static dev.mote.linux.SocketTransfer.MSG_DONTWAIT;
import static dev.mote.linux.SocketTransfer.MSG_EOR;
import static dev.mote.linux.SocketTransfer.MSG_TRUNC;

import dev.mote.linux.SocketAddress.Internet;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `sendto`, `recvfrom`, `sendmsg`, `recvmsg` and their kin.
final class MessageCalls {
  /// `struct mmsghdr`: a msghdr, and how many bytes were moved at 56.
  private static final int ONE_OF_MANY = 64;

  private static final int MOST_MESSAGES = 1024;
  private static final int MSG_WAITFORONE = 0x10000;

  private final ProcessFiles files;
  private final SocketCalls sockets;
  private final SocketTransfer transfer;

  MessageCalls(ProcessFiles files, SocketCalls sockets, SocketTransfer transfer) {
    this.files = files;
    this.sockets = sockets;
    this.transfer = transfer;
  }

  long sendto(
      Task task, int fd, long buffer, long count, int flags, long address, int addressLength) {
    UserBuffer bytes = UserBuffer.of(task.memory(), buffer, count);
    Socket socket = sockets.socket(fd);
    var to = sockets.destinationOf(task, socket, address, addressLength);
    Ancillary with = SocketTransfer.plain(socket, files.credentials().sender(task));
    return transfer.send(task, socket, bytes, flags, to, with);
  }

  long recvfrom(Task task, int fd, long buffer, long count, int flags, long address, long length) {
    UserBuffer bytes = UserBuffer.of(task.memory(), buffer, count);
    Socket socket = sockets.socket(fd);
    var arrival = new SocketTransfer.Arrival();
    long result = transfer.receive(task, socket, bytes, flags, arrival);
    if (result != Task.BLOCKED) {
      arrival.dropFiles();
      if (address != 0) {
        SocketCalls.store(task, name(arrival), address, length);
      }
    }
    return result;
  }

  private static byte[] name(SocketTransfer.Arrival arrival) {
    SocketAddress source = arrival.source;
    return source == null || source.equals(SocketAddress.Local.UNNAMED)
        ? new byte[0]
        : source.toBytes();
  }

  long sendmsg(Task task, int fd, long message, int flags) {
    Socket socket = sockets.socket(fd);
    return send(task, socket, MessageHeader.read(task, message), flags);
  }

  private long send(Task task, Socket socket, MessageHeader header, int flags) {
    UserBuffer bytes = header.buffer(task);
    Ancillary.Sender self = files.credentials().sender(task);
    Ancillary with =
        socket.kind().isLocal()
            ? header.ancillary(task, files.descriptors, self, files.credentials().euid() == 0)
            : socket.kind().isUdp()
                ? header.packet(task, socket.kind().family() == SocketAddress.AF_INET6)
                : null;
    var to = sockets.destinationOf(task, socket, header.name(), header.nameLength());
    return transfer.send(task, socket, bytes, flags, to, with);
  }

  long recvmsg(Task task, int fd, long message, int flags) {
    Socket socket = sockets.socket(fd);
    return receive(task, socket, MessageHeader.read(task, message), flags);
  }

  private long receive(Task task, Socket socket, MessageHeader header, int flags) {
    var arrival = new SocketTransfer.Arrival();
    long result = transfer.receive(task, socket, header.buffer(task), flags, arrival);
    if (result == Task.BLOCKED) {
      return result;
    }
    int told = flags & MSG_CMSG_CLOEXEC;
    told |= arrival.truncated ? MSG_TRUNC : 0;
    boolean packet = socket.kind().type() == Socket.SOCK_SEQPACKET;
    told |= packet && result > 0 ? MSG_EOR : 0;
    UserMemory memory = task.memory();
    long used = 0;
    try {
      ControlWriter control = new ControlWriter(memory, header.control(), header.controlLength());
      control.write(socket, arrival.ancillary, (flags & MSG_CMSG_CLOEXEC) != 0);
      told |= control.truncated ? MSG_CTRUNC : 0;
      used = control.used;
    } finally {
      arrival.dropFiles(); // what was installed has references of its own
    }
    if (header.name() != 0) {
      byte[] name = name(arrival);
      memory.write(header.name(), name, 0, Math.min(name.length, header.nameLength()));
      memory.setInt(header.address() + 8, name.length);
    }
    memory.setInt(header.address() + 48, told);
    memory.setLong(header.address() + 40, used);
    return result;
  }

  /// Writes what goes with a message where the receiver has room for it.
  ///
  /// ```
  /// struct cmsghdr: len 0 (64 bits), level 8, type 12; then the data; the next one 8-aligned
  /// ```
  private final class ControlWriter {
    private final UserMemory memory;
    private final long start;
    private final long room;
    private long used;
    private boolean truncated;

    ControlWriter(UserMemory memory, long start, long room) {
      this.memory = memory;
      this.start = start;
      this.room = start == 0 ? 0 : Math.max(0, room);
    }

    void write(Socket socket, @Nullable Ancillary ancillary, boolean cloexec) {
      if (ancillary == null) {
        return;
      }
      PacketFacts packet = ancillary.packet();
      if (packet != null) {
        writePacket(socket, packet);
        return;
      }
      if (socket.options().passesCredentials()) {
        Ancillary.Sender sender = ancillary.sender();
        byte[] data =
            ByteBuffer.allocate(Ancillary.Sender.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(sender.pid())
                .putInt(sender.uid())
                .putInt(sender.gid())
                .array();
        put(SocketOptions.SOL_SOCKET, MessageHeader.SCM_CREDENTIALS, data);
      }
      if (ancillary.hasRights()) {
        writeRights(ancillary.rights(), cloexec);
      }
    }

    private void writePacket(Socket socket, PacketFacts packet) {
      SocketOptions options = socket.options();
      Internet to = Objects.requireNonNull(packet.own());
      boolean fourth = to.unmapped().family() == SocketAddress.AF_INET;
      if (options.is(IPPROTO_IPV6, PacketFacts.IPV6_RECVPKTINFO)) {
        put(IPPROTO_IPV6, PacketFacts.IPV6_PKTINFO, packet.info6());
      }
      if (fourth) {
        if (options.is(IPPROTO_IP, PacketFacts.IP_PKTINFO)) {
          put(IPPROTO_IP, PacketFacts.IP_PKTINFO, packet.info4());
        }
        if (options.is(IPPROTO_IP, PacketFacts.IP_RECVTTL)) {
          put(IPPROTO_IP, PacketFacts.IP_TTL, number(packet.hops()));
        }
        if (options.is(IPPROTO_IP, PacketFacts.IP_RECVTOS)) {
          put(IPPROTO_IP, PacketFacts.IP_TOS, new byte[] {(byte) packet.trafficClass()});
        }
        return;
      }
      if (options.is(IPPROTO_IPV6, PacketFacts.IPV6_RECVHOPLIMIT)) {
        put(IPPROTO_IPV6, PacketFacts.IPV6_HOPLIMIT, number(packet.hops()));
      }
      if (options.is(IPPROTO_IPV6, PacketFacts.IPV6_RECVTCLASS)) {
        put(IPPROTO_IPV6, PacketFacts.IPV6_TCLASS, number(packet.trafficClass()));
      }
    }

    private static byte[] number(int value) {
      return ByteBuffer.allocate(Integer.BYTES)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(value)
          .array();
    }

    private void writeRights(List<OpenFile> rights, boolean cloexec) {
      long fitting = Math.max(0, (room - used - MessageHeader.CONTROL_HEADER) / Integer.BYTES);
      ByteBuffer numbers =
          ByteBuffer.allocate(rights.size() * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      for (OpenFile file : rights) {
        if (numbers.position() / Integer.BYTES >= fitting) {
          break;
        }
        try {
          numbers.putInt(files.descriptors.add(file.retain(), cloexec));
        } catch (ErrnoException e) {
          break; // no descriptor is free
        }
      }
      int count = numbers.position();
      truncated |= count / Integer.BYTES < rights.size();
      if (count > 0) {
        byte[] data = new byte[count];
        numbers.get(0, data);
        put(SocketOptions.SOL_SOCKET, MessageHeader.SCM_RIGHTS, data);
      }
    }

    private void put(int level, int type, byte[] data) {
      long left = room - used;
      if (left < MessageHeader.CONTROL_HEADER) {
        truncated = true;
        return;
      }
      int length = MessageHeader.CONTROL_HEADER + data.length;
      int fitting = (int) Math.min(left, length);
      truncated |= fitting < length;
      memory.setLong(start + used, fitting);
      memory.setInt(start + used + 8, level);
      memory.setInt(start + used + 12, type);
      memory.write(
          start + used + MessageHeader.CONTROL_HEADER,
          data,
          0,
          fitting - MessageHeader.CONTROL_HEADER);
      used += Math.min(left, (length + 7) & ~7);
    }
  }

  /// Sends messages until one must wait.
  long sendmmsg(Task task, int fd, long messages, int count, int flags) {
    Socket socket = sockets.socket(fd);
    int most = (int) Math.min(Integer.toUnsignedLong(count), MOST_MESSAGES);
    for (int i = 0; i < most; i++) {
      long at = messages + (long) i * ONE_OF_MANY;
      int how = i == 0 ? flags : flags | MSG_DONTWAIT;
      long result;
      try {
        result = send(task, socket, MessageHeader.read(task, at), how);
        if (result == Task.BLOCKED) {
          return result;
        }
        task.memory().setInt(at + MessageHeader.BYTES, (int) result);
      } catch (ErrnoException e) {
        return partial(i, e);
      }
    }
    return most;
  }

  /// Waits for a first message, and takes those that are there with it.
  long recvmmsg(Task task, int fd, long messages, int count, int flags, long timeout) {
    Socket socket = sockets.socket(fd);
    if (timeout != 0) {
      TimeCalls.nanos(task.memory().getLong(timeout), task.memory().getLong(timeout + 8));
    }
    int most = (int) Math.min(Integer.toUnsignedLong(count), MOST_MESSAGES);
    for (int i = 0; i < most; i++) {
      long at = messages + (long) i * ONE_OF_MANY;
      int how = i == 0 ? flags : flags | MSG_DONTWAIT;
      try {
        long result = receive(task, socket, MessageHeader.read(task, at), how & ~MSG_WAITFORONE);
        if (result == Task.BLOCKED) {
          return result;
        }
        task.memory().setInt(at + MessageHeader.BYTES, (int) result);
      } catch (ErrnoException e) {
        return partial(i, e);
      }
    }
    return most;
  }

  private static long partial(int done, ErrnoException error) {
    if (done > 0) {
      return done;
    }
    throw error;
  }
}
