package dev.mote.linux;

import static dev.mote.linux.OpenFlags.O_NONBLOCK;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SocketTest {
  @Test
  void bytesOfManySendersCostMoreThanThemselves() {
    var quota = new Quota(1 << 20);
    var queue = new SocketQueue(new BufferQuotas(quota));
    int sent = 0;
    for (int i = 0; i < 100_000; i++) {
      var with = new Ancillary(List.of(), new Ancillary.Sender(1, i % 2, 0));
      if (queue.room(64 << 10) - queue.extraCost(with) < 1) {
        break;
      }
      queue.append(new byte[1], 0, 1, with);
      sent++;
    }
    assertThat(sent).isBetween(100, (64 << 10) / SocketQueue.MESSAGE_COST + 1);
    assertThat(queue.clear()).isEmpty();
    assertThat(quota.free()).isEqualTo(1 << 20);
  }

  private static final int UNIX = 1;
  private static final int INET = 2;
  private static final int INET6 = 10;
  private static final int STREAM = 1;
  private static final int DGRAM = 2;
  private static final int SEQPACKET = 5;
  private static final int IN = OpenFile.READABLE;
  private static final int OUT = OpenFile.WRITABLE;
  private static final int ERR = OpenFile.POLLERR;
  private static final int HUP = OpenFile.POLLHUP;
  private static final int RDHUP = OpenFile.POLLRDHUP;

  private final FileGuest guest = new FileGuest();

  @AfterEach
  void close() {
    guest.close();
  }

  private int socket(int family, int type) {
    return (int) guest.call(41, family, type, 0);
  }

  private int[] pair(int type) {
    long pair = guest.room(8);
    assertThat(guest.call(53, UNIX, type, 0, pair)).isZero();
    return new int[] {guest.memory.getInt(pair), guest.memory.getInt(pair + 4)};
  }

  private long four(int a, int b, int c, int d, int port) {
    return guest.bytes(
        ByteBuffer.allocate(16)
            .put((byte) INET)
            .put((byte) 0)
            .putShort((short) port)
            .put((byte) a)
            .put((byte) b)
            .put((byte) c)
            .put((byte) d)
            .array());
  }

  private long six(int port, int last) {
    return guest.bytes(
        ByteBuffer.allocate(28)
            .put((byte) INET6)
            .put((byte) 0)
            .putShort((short) port)
            .put(23, (byte) last)
            .array());
  }

  private int port(int fd) {
    long room = guest.room(28);
    long length = guest.bytes(new byte[] {28, 0, 0, 0});
    assertThat(guest.call(51, fd, room, length)).isZero();
    return ByteBuffer.wrap(guest.get(room, 28)).getShort(2) & 0xffff;
  }

  private int listener(int family) {
    int fd = socket(family, STREAM);
    assertThat(guest.call(50, fd, 5)).isZero();
    return fd;
  }

  /// @return the connecting and the accepted end
  private int[] connection() {
    int listener = listener(INET);
    int client = socket(INET, STREAM);
    assertThat(guest.call(42, client, four(127, 0, 0, 1, port(listener)), 16)).isZero();
    int server = (int) guest.call(43, listener, 0, 0);
    assertThat(server).isPositive();
    guest.close(listener);
    return new int[] {client, server};
  }

  private int poll(int fd) {
    return guest.files.descriptors.get(fd).poll();
  }

  private long send(int fd, String text, int flags) {
    return guest.call(44, fd, guest.bytes(text.getBytes(ISO_8859_1)), text.length(), flags, 0, 0);
  }

  private int error(int fd) {
    long value = guest.room(4);
    long length = guest.bytes(new byte[] {4, 0, 0, 0});
    assertThat(guest.call(55, fd, 1, 4, value, length)).isZero();
    return guest.memory.getInt(value);
  }

  private long set(int fd, int level, int name, int value) {
    long at =
        guest.bytes(ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    return guest.call(54, fd, level, name, at, 4);
  }

  @Test
  void aStreamHasBytesAndAnEnd() {
    int[] ends = connection();
    assertThat(guest.write(ends[0], "hello")).isEqualTo(5);
    assertThat(guest.write(ends[0], " you")).isEqualTo(4);
    assertThat(poll(ends[1])).isEqualTo(IN | OUT);
    assertThat(guest.read(ends[1], 7)).isEqualTo("hello y");
    assertThat(guest.call(48, ends[0], 1)).isZero();
    assertThat(poll(ends[1])).isEqualTo(IN | OUT | RDHUP);
    assertThat(guest.read(ends[1], 7)).isEqualTo("ou");
    assertThat(guest.read(ends[1], 7)).isEmpty();
    assertThat(guest.write(ends[1], "back")).isEqualTo(4);
    assertThat(guest.read(ends[0], 7)).isEqualTo("back");
    assertThat(guest.write(ends[0], "x")).isEqualTo(-Errno.EPIPE.value);
    assertThat(guest.guest.process().task().pendingSignals()).isEqualTo(1L << 12);
  }

  @Test
  void whoWritesToAClosedEndIsReset() {
    int[] ends = connection();
    guest.close(ends[1]);
    assertThat(poll(ends[0])).isEqualTo(IN | OUT | RDHUP);
    assertThat(send(ends[0], "x", 0x4000)).isEqualTo(1);
    assertThat(poll(ends[0])).isEqualTo(IN | OUT | ERR | HUP | RDHUP);
    assertThat(guest.read(ends[0], 1)).isEmpty();
    assertThat(send(ends[0], "x", 0x4000)).isEqualTo(-Errno.EPIPE.value);
    assertThat(guest.guest.process().task().pendingSignals()).isZero();
    assertThat(poll(ends[0])).isEqualTo(IN | OUT | HUP | RDHUP);
  }

  @Test
  void closingWithUnreadBytesResets() {
    int[] ends = connection();
    guest.write(ends[0], "unread");
    guest.close(ends[1]);
    assertThat(guest.read(ends[0], 1)).isEqualTo("errno " + Errno.ECONNRESET.value);
    assertThat(guest.read(ends[0], 1)).isEmpty();
    int[] local = pair(STREAM);
    guest.write(local[0], "unread");
    guest.close(local[1]);
    assertThat(guest.read(local[0], 1)).isEqualTo("errno " + Errno.ECONNRESET.value);
  }

  @Test
  void connectingWithoutWaitingIsToldLater() {
    int listener = listener(INET);
    int client = socket(INET, STREAM | O_NONBLOCK);
    assertThat(poll(client)).isEqualTo(OUT | HUP);
    int port = port(listener);
    long result = guest.call(42, client, four(127, 0, 0, 1, port), 16);
    assertThat(result).isEqualTo(-Errno.EINPROGRESS.value);
    assertThat(poll(client)).isEqualTo(OUT);
    assertThat(error(client)).isZero();
    assertThat(guest.call(42, client, four(127, 0, 0, 1, port), 16)).isZero();
    assertThat(guest.call(42, client, four(127, 0, 0, 1, port), 16))
        .isEqualTo(-Errno.EISCONN.value);
  }

  @Test
  void nobodyThereRefuses() {
    int client = socket(INET, STREAM);
    assertThat(guest.call(42, client, four(127, 0, 0, 1, 9), 16))
        .isEqualTo(-Errno.ECONNREFUSED.value);
    int other = socket(INET, STREAM | O_NONBLOCK);
    assertThat(guest.call(42, other, four(127, 0, 0, 1, 9), 16))
        .isEqualTo(-Errno.EINPROGRESS.value);
    assertThat(poll(other)).isEqualTo(IN | OUT | ERR | HUP | RDHUP);
    assertThat(error(other)).isEqualTo(Errno.ECONNREFUSED.value);
  }

  @Test
  void nothingBeyondTheSandboxIsReached() {
    int tcp = socket(INET, STREAM);
    assertThat(guest.call(42, tcp, four(10, 0, 0, 1, 80), 16)).isEqualTo(-Errno.ENETUNREACH.value);
    int udp = socket(INET, DGRAM);
    assertThat(guest.call(42, udp, four(8, 8, 8, 8, 53), 16)).isEqualTo(-Errno.ENETUNREACH.value);
    assertThat(guest.call(49, socket(INET, STREAM), four(10, 0, 0, 1, 80), 16))
        .isEqualTo(-Errno.EADDRNOTAVAIL.value);
    assertThat(guest.call(41, INET, 3, 1)).isEqualTo(-Errno.EPERM.value);
    assertThat(guest.call(41, INET, STREAM, 262)).isEqualTo(-Errno.EPROTONOSUPPORT.value);
    assertThat(guest.call(41, 17, 3, 0)).isEqualTo(-Errno.EAFNOSUPPORT.value);
  }

  @Test
  void portsAreTakenOnce() {
    int first = socket(INET, STREAM);
    assertThat(guest.call(49, first, four(0, 0, 0, 0, 8080), 16)).isZero();
    assertThat(guest.call(49, first, four(0, 0, 0, 0, 8081), 16)).isEqualTo(-Errno.EINVAL.value);
    int second = socket(INET, STREAM);
    assertThat(guest.call(49, second, four(127, 0, 0, 1, 8080), 16))
        .isEqualTo(-Errno.EADDRINUSE.value);
    int six = socket(INET6, STREAM);
    assertThat(guest.call(49, six, six(8080, 0), 28)).isEqualTo(-Errno.EADDRINUSE.value);
    set(six, 41, 26, 1);
    assertThat(guest.call(49, six, six(8080, 0), 28)).isZero();
    guest.close(first);
    assertThat(guest.call(49, second, four(127, 0, 0, 1, 8080), 16)).isZero();
    set(second, 1, 2, 1);
    int third = socket(INET, STREAM);
    set(third, 1, 2, 1);
    assertThat(guest.call(49, third, four(127, 0, 0, 1, 8080), 16)).isZero();
    assertThat(guest.call(50, second, 1)).isZero();
    assertThat(guest.call(50, third, 1)).isEqualTo(-Errno.EADDRINUSE.value);
  }

  @Test
  void aListenerOfBothFamiliesTakesBoth() {
    int listener = listener(INET6);
    int client = socket(INET, STREAM);
    assertThat(guest.call(42, client, four(127, 0, 0, 1, port(listener)), 16)).isZero();
    int other = socket(INET6, STREAM);
    assertThat(guest.call(42, other, six(port(listener), 1), 28)).isZero();
    long room = guest.room(28);
    long length = guest.bytes(new byte[] {28, 0, 0, 0});
    assertThat(guest.call(43, listener, room, length)).isPositive();
    byte[] address = guest.get(room, 28);
    assertThat(address[18]).isEqualTo((byte) 0xff);
    assertThat(address[20]).isEqualTo((byte) 127);
  }

  @Test
  void aFullBacklogMakesCallersWait() {
    int listener = socket(INET, STREAM | O_NONBLOCK);
    guest.call(50, listener, 0);
    int port = port(listener);
    int first = socket(INET, STREAM);
    assertThat(guest.call(42, first, four(127, 0, 0, 1, port), 16)).isZero();
    int second = socket(INET, STREAM);
    assertThat(guest.call(42, second, four(127, 0, 0, 1, port), 16)).isEqualTo(Task.BLOCKED);
    assertThat(poll(second)).isZero();
    assertThat(guest.call(43, listener, 0, 0)).isPositive();
    assertThat(poll(second)).isEqualTo(OUT);
    assertThat(guest.again(42, second, four(127, 0, 0, 1, port), 16)).isZero();
    int third = socket(INET, STREAM | O_NONBLOCK);
    assertThat(guest.call(42, third, four(127, 0, 0, 1, port), 16))
        .isEqualTo(-Errno.EINPROGRESS.value);
    assertThat(guest.call(42, third, four(127, 0, 0, 1, port), 16))
        .isEqualTo(-Errno.EALREADY.value);
    guest.close(listener);
    assertThat(error(third)).isEqualTo(Errno.ECONNREFUSED.value);
  }

  @Test
  void aWriterWaitsUntilThereIsRoom() {
    int[] ends = connection();
    byte[] much = new byte[400_000];
    long at = guest.bytes(much);
    assertThat(guest.call(1, ends[0], at, much.length)).isEqualTo(Task.BLOCKED);
    assertThat(poll(ends[0]) & OUT).isZero();
    long progress = guest.guest.process().task().progress;
    assertThat(progress).isBetween(100_000L, 200_000L);
    String all = guest.read(ends[1], 300_000);
    assertThat(all.length()).isEqualTo((int) progress);
    assertThat(poll(ends[0]) & OUT).isNotZero();
  }

  @Test
  void datagramsKeepTheirSizesAndTellTheirSource() {
    int server = socket(INET, DGRAM | O_NONBLOCK);
    assertThat(guest.call(49, server, four(127, 0, 0, 1, 5000), 16)).isZero();
    int client = socket(INET, DGRAM);
    long to = four(127, 0, 0, 1, 5000);
    assertThat(guest.call(44, client, guest.bytes("one".getBytes(ISO_8859_1)), 3, 0, to, 16))
        .isEqualTo(3);
    to = four(127, 0, 0, 1, 5000);
    assertThat(guest.call(44, client, 0, 0, 0, to, 16)).isZero();
    long room = guest.room(10);
    long name = guest.room(16);
    long length = guest.bytes(new byte[] {16, 0, 0, 0});
    assertThat(guest.call(45, server, room, 2, 0x20, name, length)).isEqualTo(3);
    int source = ByteBuffer.wrap(guest.get(name, 16)).getShort(2) & 0xffff;
    assertThat(source).isEqualTo(port(client)).isBetween(32768, 60999);
    assertThat(guest.read(server, 10)).isEmpty();
    assertThat(guest.read(server, 10)).isEqualTo("errno " + Errno.EAGAIN.value);
    guest.close(server);
    assertThat(guest.call(42, client, four(127, 0, 0, 1, 5000), 16)).isZero();
    assertThat(send(client, "x", 0)).isEqualTo(1);
    assertThat(send(client, "x", 0)).isEqualTo(-Errno.ECONNREFUSED.value);
  }

  @Test
  void namesInTheTreeAndAbstractOnesAreFound() {
    for (String name : List.of("/tmp/s", "\0abstract")) {
      byte[] address = ("\1\0" + name).getBytes(ISO_8859_1);
      int listener = socket(UNIX, STREAM);
      assertThat(guest.call(49, listener, guest.bytes(address), address.length)).isZero();
      int again = socket(UNIX, STREAM);
      assertThat(guest.call(49, again, guest.bytes(address), address.length))
          .isEqualTo(-Errno.EADDRINUSE.value);
      assertThat(guest.call(42, again, guest.bytes(address), address.length))
          .isEqualTo(-Errno.ECONNREFUSED.value);
      assertThat(guest.call(50, listener, 1)).isZero();
      assertThat(guest.call(42, again, guest.bytes(address), address.length)).isZero();
      int wrong = socket(UNIX, DGRAM);
      assertThat(guest.call(42, wrong, guest.bytes(address), address.length))
          .isEqualTo(-Errno.EPROTOTYPE.value);
      int end = (int) guest.call(288, listener, 0, 0, O_NONBLOCK);
      guest.write(again, "hi");
      assertThat(guest.read(end, 9)).isEqualTo("hi");
      guest.close(listener);
      assertThat(guest.call(42, socket(UNIX, STREAM), guest.bytes(address), address.length))
          .isEqualTo(-Errno.ECONNREFUSED.value);
    }
    assertThat(guest.stat("/tmp/s").mode()).isEqualTo(FileMode.S_IFSOCK | 0755);
  }

  @Test
  void packetsOfAPairKeepTheirSizes() {
    int[] ends = pair(SEQPACKET);
    guest.write(ends[0], "first");
    guest.write(ends[0], "second");
    assertThat(guest.read(ends[1], 3)).isEqualTo("fir");
    assertThat(guest.read(ends[1], 30)).isEqualTo("second");
    guest.close(ends[0]);
    assertThat(guest.read(ends[1], 3)).isEmpty();
    assertThat(poll(ends[1]) & ~OpenFile.POLLWRBAND).isEqualTo(IN | OUT | HUP | RDHUP);
  }

  private long message(long vector, long count, long control, long controlLength) {
    return guest.bytes(
        ByteBuffer.allocate(56)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(16, vector)
            .putLong(24, count)
            .putLong(32, control)
            .putLong(40, controlLength)
            .array());
  }

  private long vector(long at, long length) {
    return guest.bytes(
        ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(at).putLong(length).array());
  }

  private long sendFiles(int over, int... fds) {
    ByteBuffer control =
        ByteBuffer.allocate(16 + 4 * fds.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(16 + 4L * fds.length)
            .putInt(1)
            .putInt(1);
    for (int fd : fds) {
      control.putInt(fd);
    }
    long at = guest.bytes(control.array());
    long vector = vector(guest.bytes(new byte[] {'x'}), 1);
    return guest.call(46, over, message(vector, 1, at, control.capacity()), 0x40);
  }

  private List<Integer> receiveFiles(int over, int room) {
    long control = guest.room(Math.max(1, room));
    long vector = vector(guest.room(4), 4);
    long message = message(vector, 1, control, room);
    assertThat(guest.call(47, over, message, 0x40)).isEqualTo(1);
    List<Integer> fds = new ArrayList<>();
    long used = guest.memory.getLong(message + 40);
    for (int at = 16; at + 4 <= used && at + 4 <= guest.memory.getLong(control); at += 4) {
      fds.add(guest.memory.getInt(control + at));
    }
    return fds;
  }

  @Test
  void openFilesAreHandedOver() {
    int[] ends = pair(STREAM);
    int file = guest.opened("/etc/hostname", OpenFlags.O_RDONLY);
    assertThat(sendFiles(ends[0], file, file)).isEqualTo(1);
    guest.close(file);
    List<Integer> fds = receiveFiles(ends[1], 64);
    assertThat(fds).hasSize(2);
    assertThat(guest.read(fds.get(1), 20)).isEqualTo("test\n");
    assertThat(sendFiles(ends[0], 77)).isEqualTo(-Errno.EBADF.value);
    assertThat(sendFiles(ends[0], fds.get(0))).isEqualTo(1);
    assertThat(receiveFiles(ends[1], 0)).isEmpty();
    assertThat(guest.tree.network().inFlight().free()).isEqualTo(Network.MOST_IN_FLIGHT);
  }

  @Test
  void whatIsSentThroughItselfMakesRoom() {
    int[] kept = pair(DGRAM);
    assertThat(sendFiles(kept[0], kept[1])).isEqualTo(1); // in flight in a socket that is open
    for (int i = 0; i < 2 * Network.MOST_IN_FLIGHT; i++) {
      int[] ends = pair(DGRAM);
      assertThat(sendFiles(ends[0], ends[0])).isEqualTo(1);
      assertThat(sendFiles(ends[0], ends[1])).isEqualTo(1);
      guest.close(ends[0]);
      guest.close(ends[1]);
    }
    assertThat(receiveFiles(kept[1], 64)).hasSize(1);
  }

  @Test
  void whatIsSentThroughEachOtherMakesRoomUnlessSomebodyHasAnEnd() {
    int[] root = pair(DGRAM);
    int[] first = pair(DGRAM);
    int[] second = pair(DGRAM);
    assertThat(sendFiles(first[0], second[1])).isEqualTo(1);
    assertThat(sendFiles(second[0], first[1])).isEqualTo(1);
    assertThat(sendFiles(root[0], first[1])).isEqualTo(1); // by which both are reached
    for (int fd : new int[] {first[0], first[1], second[0], second[1]}) {
      guest.close(fd);
    }
    for (int i = 0; i < Network.MOST_IN_FLIGHT; i++) {
      int[] ends = pair(DGRAM);
      assertThat(sendFiles(ends[0], ends[1])).isEqualTo(1);
      guest.close(ends[0]);
      guest.close(ends[1]);
    }
    List<Integer> outer = receiveFiles(root[1], 64);
    assertThat(outer).hasSize(1);
    List<Integer> inner = receiveFiles(outer.getFirst(), 64);
    assertThat(inner).hasSize(1);
    assertThat(receiveFiles(inner.getFirst(), 64)).hasSize(1);
  }

  @Test
  void moreFilesThanMayBeOnTheirWayAreRefused() {
    int refused = 0;
    for (int i = 0; i < Network.MOST_IN_FLIGHT + 10; i++) {
      int[] ends = pair(DGRAM);
      refused += sendFiles(ends[0], ends[0]) == -Errno.ETOOMANYREFS.value ? 1 : 0;
    }
    assertThat(refused).isEqualTo(10);
  }

  @Test
  void whatIsSentThroughItselfEndsWithTheTree() {
    long free = guest.tree.network().sockets().free();
    int timer = (int) guest.call(283, 1, 0);
    long setting = guest.bytes(new byte[32]);
    guest.memory.setLong(setting + 16, 1000);
    assertThat(guest.call(286, timer, 0, setting, 0)).isZero();
    int[] ends = pair(STREAM);
    assertThat(sendFiles(ends[0], timer, ends[1])).isEqualTo(1);
    guest.close(timer);
    guest.close(ends[0]);
    guest.close(ends[1]);
    assertThat(guest.tree.network().sockets().free()).isLessThan(free);
    guest.tree.close();
    assertThat(guest.tree.network().sockets().free()).isEqualTo(free);
    assertThat(guest.guest.process().alarms().next()).isEqualTo(Alarms.OFF);
  }

  @Test
  void theHostSeesWhetherSomebodyWaitsAtAListener() {
    int listener = listener(INET);
    StreamSocket socket = guest.tree.network().listeners().getFirst();
    assertThat(socket.waiters().isAwaited()).isFalse();
    assertThat(guest.call(43, listener, 0, 0)).isEqualTo(Task.BLOCKED);
    assertThat(socket.waiters().isAwaited()).isTrue();
    guest.guest.process().task().begin();
    int epoll = (int) guest.call(291, 0);
    byte[] event = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    assertThat(guest.call(233, epoll, 1, listener, guest.bytes(event))).isZero();
    assertThat(socket.waiters().isAwaited()).isFalse();
    assertThat(guest.call(232, epoll, guest.room(12), 1, -1)).isEqualTo(Task.BLOCKED);
    assertThat(socket.waiters().isAwaited()).isTrue();
  }

  @Test
  void aChainOfQueuesIsReleasedAtOnce() {
    int[] last = pair(STREAM);
    for (int i = 0; i < Network.MOST_IN_FLIGHT - 1; i++) {
      int[] next = pair(STREAM);
      assertThat(sendFiles(next[0], last[1])).isEqualTo(1);
      guest.close(last[0]);
      guest.close(last[1]);
      last = next;
    }
    guest.close(last[0]);
    guest.close(last[1]);
    assertThat(guest.tree.network().inFlight().free()).isEqualTo(Network.MOST_IN_FLIGHT);
  }

  @Test
  void lengthsOfMessagesAreChecked() {
    int[] ends = pair(STREAM);
    long vector = vector(guest.room(4), 4);
    assertThat(guest.call(46, ends[0], message(vector, 1025, 0, 0), 0))
        .isEqualTo(-Errno.EMSGSIZE.value);
    assertThat(guest.call(46, ends[0], message(vector, -1, 0, 0), 0))
        .isEqualTo(-Errno.EMSGSIZE.value);
    vector = vector(guest.room(4), 4);
    assertThat(guest.call(46, ends[0], message(vector, 1, vector, 1L << 40), 0))
        .isEqualTo(-Errno.ENOBUFS.value);
    vector = vector(guest.room(4), -1);
    assertThat(guest.call(46, ends[0], message(vector, 1, 0, 0), 0)).isEqualTo(-Errno.EINVAL.value);
    long control = guest.bytes(new byte[32]);
    vector = vector(guest.room(4), 4);
    assertThat(guest.call(46, ends[0], message(vector, 1, control, 32), 0))
        .isEqualTo(-Errno.EINVAL.value);
    assertThat(guest.call(46, ends[0], FileGuest.UNMAPPED, 0)).isEqualTo(-Errno.EFAULT.value);
    assertThat(guest.call(42, ends[0], FileGuest.UNMAPPED, 200)).isEqualTo(-Errno.EINVAL.value);
    assertThat(guest.call(42, ends[0], FileGuest.UNMAPPED, -1)).isEqualTo(-Errno.EINVAL.value);
    assertThat(guest.call(49, ends[0], FileGuest.UNMAPPED, 16)).isEqualTo(-Errno.EFAULT.value);
  }

  @Test
  void fullSocketsAreBounded() {
    byte[] much = new byte[200_000];
    long free = guest.tree.network().bytes().shared().free();
    List<int[]> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int[] ends = pair(STREAM | O_NONBLOCK);
      all.add(ends);
      guest.call(1, ends[0], guest.bytes(much), much.length);
      guest.call(1, ends[1], guest.bytes(much), much.length);
    }
    assertThat(guest.tree.network().bytes().shared().free()).isZero();
    long queued = 0;
    for (int[] ends : all) {
      for (int end : ends) {
        queued += ((Socket) guest.files.descriptors.get(end)).incoming().bytes();
      }
    }
    assertThat(queued).isLessThanOrEqualTo(free + 400 * SocketQueue.OWN);
    int[] last = all.getLast();
    assertThat(guest.write(last[0], "x")).isEqualTo(-Errno.EAGAIN.value);
    guest.read(last[1], 60_000);
    assertThat(guest.write(last[0], "x")).isEqualTo(1);
    all.forEach(ends -> {
      guest.close(ends[0]);
      guest.close(ends[1]);
    });
    assertThat(guest.tree.network().bytes().shared().free()).isEqualTo(free);
  }

  @Test
  void socketsAreCounted() {
    long free = guest.tree.network().sockets().free();
    int listener = listener(INET);
    int port = port(listener);
    int made = 0;
    while (true) {
      int client = socket(INET, STREAM | O_NONBLOCK);
      if (client < 0) {
        assertThat(client).isEqualTo(-Errno.EMFILE.value);
        break;
      }
      guest.call(42, client, four(127, 0, 0, 1, port), 16);
      made++;
    }
    assertThat(made).isGreaterThan(1000);
    guest.files.descriptors.closeRange(3, 5000);
    assertThat(guest.tree.network().sockets().free()).isEqualTo(free);
  }

  @Test
  void interfacesAreListed() {
    int fd = (int) guest.call(41, 16, 3, 0);
    long request =
        guest.bytes(
            ByteBuffer.allocate(20)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(20)
                .putShort((short) 22)
                .putShort((short) 0x301)
                .putInt(7)
                .array());
    assertThat(guest.call(44, fd, request, 20, 0, 0, 0)).isEqualTo(20);
    String answer = guest.read(fd, 4096);
    assertThat(answer).contains("\177\0\0\1").contains("lo\0");
  }
}
