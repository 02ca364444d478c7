package dev.mote.linux;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a guest waits on is the same after it was saved and made again.
class WaitingSnapshotTest {
  private static final int ET = 1 << 31;

  private FileGuest guest = new FileGuest();

  @AfterEach
  void close() {
    guest.close();
  }

  private FilesState restore() {
    FilesState state = guest.save();
    FileGuest other = new FileGuest();
    other.load(state);
    guest.close();
    guest = other;
    return state;
  }

  private int[] pair(int type) {
    long pair = guest.room(8);
    assertThat(guest.call(53, 1, type, 0, pair)).isZero();
    return new int[] {guest.memory.getInt(pair), guest.memory.getInt(pair + 4)};
  }

  private void watch(int epoll, int fd, int events) {
    byte[] event =
        ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putInt(events).putLong(fd).array();
    assertThat(guest.call(233, epoll, 1, fd, guest.bytes(event))).isZero();
  }

  private List<Long> ready(int epoll) {
    long array = guest.room(120);
    long count = guest.call(232, epoll, array, 10, 0);
    return java.util.stream.LongStream.range(0, count)
        .map(i -> guest.memory.getLong(array + 12 * i + 4))
        .boxed()
        .toList();
  }

  @Test
  void epollSetsKeepWhatTheyHaveNotTold() {
    int epoll = (int) guest.call(291, 0);
    int told = (int) guest.call(290, 1, 0);
    int untold = (int) guest.call(290, 1, 0);
    watch(epoll, told, 1 | ET);
    assertThat(ready(epoll)).containsExactly((long) told);
    watch(epoll, untold, 1 | ET);
    restore();
    assertThat(ready(epoll)).containsExactly((long) untold);
    long one = guest.bytes(new byte[] {1, 0, 0, 0, 0, 0, 0, 0});
    guest.call(1, told, one, 8);
    assertThat(ready(epoll)).containsExactly((long) told);
  }

  @Test
  void connectionsKeepTheirBytesAndTheirFiles() {
    int[] ends = pair(1);
    guest.write(ends[0], "queued");
    int file = guest.opened("/etc/hostname", 0);
    SocketQueue queue = ((Socket) guest.files.descriptors.get(ends[0])).incoming();
    OpenFile open = guest.files.descriptors.get(file);
    guest.tree.network().inFlight().charge(1, Errno.EINVAL);
    queue.append(
        new byte[] {'f'}, 0, 1, new Ancillary(List.of(open.retain()), Ancillary.Sender.NOBODY));
    guest.close(file);
    restore();
    assertThat(guest.read(ends[1], 10)).isEqualTo("queued");
    assertThat(guest.tree.network().inFlight().free()).isEqualTo(Network.MOST_IN_FLIGHT - 1);
    guest.write(ends[1], "on");
    assertThat(guest.read(ends[0], 1)).isEqualTo("f");
    assertThat(guest.tree.network().inFlight().free()).isEqualTo(Network.MOST_IN_FLIGHT);
    assertThat(guest.read(ends[0], 10)).isEqualTo("on");
    guest.close(ends[1]);
    assertThat(guest.read(ends[0], 10)).isEmpty();
  }

  private long address(int port) {
    byte[] bytes = {2, 0, (byte) (port >> 8), (byte) port, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    return guest.bytes(bytes);
  }

  @Test
  void listenersKeepWhoHasArrived() {
    int listener = (int) guest.call(41, 2, 1, 0);
    guest.call(49, listener, address(8080), 16);
    guest.call(50, listener, 5);
    int client = (int) guest.call(41, 2, 1, 0);
    assertThat(guest.call(42, client, address(8080), 16)).isZero();
    guest.write(client, "early");
    restore();
    int server = (int) guest.call(43, listener, 0, 0);
    assertThat(guest.read(server, 9)).isEqualTo("early");
    guest.write(server, "answer");
    assertThat(guest.read(client, 9)).isEqualTo("answer");
    int another = (int) guest.call(41, 2, 1, 0);
    assertThat(guest.call(49, another, address(8080), 16)).isEqualTo(-Errno.EADDRINUSE.value);
    assertThat(guest.call(42, another, address(8080), 16)).isZero();
  }

  @Test
  void namesStayBound() {
    byte[] path = "\1\0/tmp/s".getBytes(ISO_8859_1);
    byte[] name = "\1\0\0name".getBytes(ISO_8859_1);
    for (byte[] address : List.of(path, name)) {
      int listener = (int) guest.call(41, 1, 1, 0);
      assertThat(guest.call(49, listener, guest.bytes(address), address.length)).isZero();
      guest.call(50, listener, 5);
    }
    restore();
    for (byte[] address : List.of(path, name)) {
      int client = (int) guest.call(41, 1, 1, 0);
      assertThat(guest.call(42, client, guest.bytes(address), address.length)).isZero();
    }
  }

  @Test
  void timersGoOn() {
    int timer = (int) guest.call(283, 1, OpenFlags.O_NONBLOCK);
    long setting =
        guest.bytes(
            ByteBuffer.allocate(32)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, 5)
                .putLong(16, 1000)
                .array());
    assertThat(guest.call(286, timer, 0, setting, 0)).isZero();
    FilesState.OpenTimer before = (FilesState.OpenTimer) guest.files.descriptors.get(timer).save(0);
    restore();
    assertThat(guest.files.descriptors.get(timer).save(0)).isEqualTo(before);
    assertThat(guest.guest.process().alarms().next()).isEqualTo(before.due());
  }

  @Test
  void watchedDirectoriesStayWatched() {
    int notifier = (int) guest.call(294, OpenFlags.O_NONBLOCK);
    assertThat(guest.call(254, notifier, guest.text("/tmp"), 0x100)).isEqualTo(1);
    guest.put("/tmp/before", "x");
    restore();
    guest.put("/tmp/after", "x");
    assertThat(guest.read(notifier, 200)).contains("before").contains("after");
  }

  @Test
  void whatIsMadeUpIsRefused() {
    int[] ends = pair(1);
    int epoll = (int) guest.call(291, 0);
    watch(epoll, ends[0], 1);
    FilesState good = guest.save();
    WaitingState waiting = good.waiting();
    WaitingState.Socket socket = waiting.sockets().getFirst();
    refused(good, waiting(waiting, List.of(), waiting.sockets().subList(0, 1)));
    refused(good, waiting(waiting, List.of(), List.of(socket, socket)));
    var loop = new WaitingState.Watch(waiting.epolls().getFirst().set(), 5, 1, 0, 0);
    refused(
        good,
        waiting(
            waiting,
            List.of(new WaitingState.Epoll(loop.file(), List.of(loop))),
            waiting.sockets()));
    refused(
        good,
        waiting(waiting, List.of(new WaitingState.Epoll(99, List.of(loop))), waiting.sockets()));
  }

  @Test
  void theLineOfAListenerIsNotMadeUp() {
    guest.call(41, 1, 1, 0);
    guest.call(41, 1, 2, 0);
    int[] ends = pair(1);
    FilesState good = guest.save();
    WaitingState waiting = good.waiting();
    int last = waiting.sockets().size() - 1;
    for (var stream : waiting.sockets().get(last).stream()) {
      assertThat(ends[0]).isPositive();
      for (List<Integer> line : List.of(List.of(0), List.of(waiting.sockets().get(last).open()))) {
        refused(good, withLine(waiting, last, stream, line, List.of()));
        refused(good, withLine(waiting, last, stream, List.of(), line));
      }
    }
  }

  private static WaitingState withLine(
      WaitingState from,
      int number,
      WaitingState.Stream stream,
      List<Integer> arrived,
      List<Integer> callers) {
    var sockets = new java.util.ArrayList<>(from.sockets());
    var s = sockets.get(number);
    var spoiled =
        new WaitingState.Stream(
            stream.state(),
            stream.peer(),
            stream.peerAddress(),
            stream.peerOwner(),
            stream.backlog(),
            arrived,
            callers,
            stream.owesResult(),
            stream.unaccepted(),
            stream.autobound(),
            stream.finished(),
            stream.wantsRoom());
    sockets.set(
        number,
        new WaitingState.Socket(
            s.open(),
            s.family(),
            s.type(),
            s.protocol(),
            s.local(),
            s.path(),
            s.error(),
            s.receiveShut(),
            s.sendShut(),
            s.owner(),
            s.options(),
            s.queue(),
            List.of(spoiled),
            List.of()));
    return waiting(from, from.epolls(), sockets);
  }

  private static WaitingState waiting(
      WaitingState from, List<WaitingState.Epoll> epolls, List<WaitingState.Socket> sockets) {
    return new WaitingState(epolls, sockets, from.notifiers(), from.nextPorts(), from.nextName());
  }

  private static void refused(FilesState good, WaitingState waiting) {
    FilesState bad =
        new FilesState(
            good.volumes(),
            good.nodes(),
            good.origins(),
            good.places(),
            good.pipes(),
            good.open(),
            good.descriptors(),
            good.locks(),
            good.root(),
            good.workingDirectory(),
            good.umask(),
            waiting);
    try (FileGuest other = new FileGuest()) {
      assertThatThrownBy(() -> other.load(bad)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
