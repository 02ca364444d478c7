package dev.mote.linux;

import java.util.ArrayList;
import java.util.List;

/// Writes down what a guest waits on, for [FilesSaver]; [WaitingLoader] makes it again.
final class WaitingSaver {
  private final ProcessFiles files;
  private final FilesSaver saver;
  private final List<WaitingState.Epoll> epolls = new ArrayList<>();
  private final List<WaitingState.Socket> sockets = new ArrayList<>();
  private final List<WaitingState.Notifying> notifiers = new ArrayList<>();

  WaitingSaver(ProcessFiles files, FilesSaver saver) {
    this.files = files;
    this.saver = saver;
  }

  WaitingState save() {
    // What is found may hold more open files: those are added behind it.
    for (int i = 0; i < saver.openFiles().size(); i++) {
      switch (saver.openFiles().get(i)) {
        case EpollSet set -> epolls.add(save(i, set));
        case Socket socket -> sockets.add(save(i, socket));
        case Notifier notifier -> notifiers.add(notifier.save(i, saver.nodeNumbers()));
        default -> {}
      }
    }
    Network network = files.tree.network();
    return new WaitingState(
        epolls,
        sockets,
        notifiers,
        List.of(network.streams().next(), network.datagrams().next()),
        network.nextName());
  }

  private WaitingState.Epoll save(int number, EpollSet set) {
    List<EpollSet.Watch> listed = set.listed();
    var watches = new ArrayList<WaitingState.Watch>();
    for (EpollSet.Watch watch : set.watched()) {
      watches.add(
          new WaitingState.Watch(
              saver.open(watch.file),
              watch.fd,
              watch.events(),
              watch.data(),
              listed.indexOf(watch)));
    }
    return new WaitingState.Epoll(number, watches);
  }

  private WaitingState.Socket save(int number, Socket socket) {
    Socket.Kind kind = socket.kind();
    Errno error = socket.error();
    return new WaitingState.Socket(
        number,
        kind.family(),
        kind.type(),
        kind.protocol(),
        socket.local().toBytes(),
        place(socket),
        error == null ? 0 : error.value,
        socket.receiveShut(),
        socket.sendShut(),
        WaitingState.Credentials.of(socket.owner()),
        socket.options().save(),
        messages(socket),
        socket instanceof StreamSocket stream ? List.of(stream.saveStream(saver::open)) : List.of(),
        socket instanceof DatagramSocket datagram
            ? List.of(datagram.saveDatagram(saver::open))
            : List.of());
  }

  /// The node that a socket is bound to, if it has a name.
  @SuppressWarnings("ReferenceEquality") // the same description
  private int place(Socket socket) {
    if (!(socket.local() instanceof SocketAddress.Local name) || name.name().isEmpty()) {
      return WaitingLoader.NO_NAME;
    }
    if (name.isAbstract()) {
      boolean owns = files.tree.network().find(name) == socket;
      return owns ? WaitingLoader.ABSTRACT : WaitingLoader.NO_NAME;
    }
    Inode path = files.tree.network().pathOf(socket);
    Integer node = path == null ? null : saver.nodeNumbers().get(path);
    return node == null ? WaitingLoader.NO_NAME : node;
  }

  private List<WaitingState.Message> messages(Socket socket) {
    var messages = new ArrayList<WaitingState.Message>();
    for (SocketQueue.Segment segment : socket.incoming().segments()) {
      Ancillary ancillary = segment.ancillary();
      PacketFacts packet = ancillary == null ? null : ancillary.packet();
      messages.add(
          new WaitingState.Message(
              segment.bytes(),
              segment.source == null ? new byte[0] : segment.source.toBytes(),
              ancillary == null ? List.of() : ancillary.rights().stream().map(saver::open).toList(),
              ancillary == null || packet != null
                  ? List.of()
                  : List.of(WaitingState.Credentials.of(ancillary.sender())),
              packet == null || packet.own() == null
                  ? List.of()
                  : List.of(
                      new WaitingState.Packet(
                          packet.own().toBytes(), packet.hops(), packet.trafficClass()))));
    }
    return messages;
  }
}
