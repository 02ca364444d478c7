package dev.mote.linux;

import java.util.List;

/// What a guest waits on, at one moment, as data: epoll sets, sockets and what they hold, watches
/// of files. Numbers of open files are places in [FilesState#open].
///
/// @param nextPorts the ports that TCP and UDP give out next
/// @param nextName of the abstract names that AF_UNIX gives out
public record WaitingState(
    List<Epoll> epolls,
    List<Socket> sockets,
    List<Notifying> notifiers,
    List<Integer> nextPorts,
    int nextName) {
  static WaitingState none() {
    return new WaitingState(List.of(), List.of(), List.of(), List.of(), 0);
  }

  /// @param set an open file
  public record Epoll(int set, List<Watch> watches) {}

  /// @param file an open file
  /// @param place in the list of those that may be ready; -1 for none
  public record Watch(int file, int fd, int events, long data, int place) {}

  /// A socket, in part by what kind it is: `stream` or `datagram` has one element, or neither.
  ///
  /// @param open an open file
  /// @param local its address as the kernel tells it
  /// @param path the node that it is bound to; -1 for none
  /// @param error its number; 0 for none
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  public record Socket(
      int open,
      int family,
      int type,
      int protocol,
      byte[] local,
      int path,
      int error,
      boolean receiveShut,
      boolean sendShut,
      Credentials owner,
      Options options,
      List<Message> queue,
      List<Stream> stream,
      List<Datagram> datagram) {}

  public record Credentials(int pid, int uid, int gid) {
    static Credentials of(Ancillary.Sender sender) {
      return new Credentials(sender.pid(), sender.uid(), sender.gid());
    }

    Ancillary.Sender toSender() {
      return new Ancillary.Sender(pid, uid, gid);
    }
  }

  public record Options(List<Option> values, long receiveNanos, long sendNanos, int linger) {}

  public record Option(int level, int name, int value) {}

  /// @param source an address; empty for none
  /// @param rights open files that are on their way
  /// @param sender has one element, or none
  /// @param packet has one element for a datagram of the Internet, else none
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  public record Message(
      byte[] bytes,
      byte[] source,
      List<Integer> rights,
      List<Credentials> sender,
      List<Packet> packet) {}

  /// @param destination an address
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  public record Packet(byte[] destination, int hops, int trafficClass) {}

  /// How far a connection is.
  public enum State {
    NEW,
    LISTENING,
    CONNECTING,
    CONNECTED,

    /// There was a connection.
    CLOSED
  }

  /// @param peer an open file; -1 for none
  /// @param arrived open files
  /// @param callers open files
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  public record Stream(
      State state,
      int peer,
      byte[] peerAddress,
      Credentials peerOwner,
      int backlog,
      List<Integer> arrived,
      List<Integer> callers,
      boolean owesResult,
      boolean unaccepted,
      boolean autobound,
      boolean finished,
      boolean wantsRoom) {}

  /// @param peer an open file; -1 for none
  /// @param peerAddress empty for none
  @SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
  public record Datagram(int peer, byte[] peerAddress, boolean autobound) {}

  /// What inotify watches and has to tell.
  ///
  /// @param open an open file
  public record Notifying(
      int open, int lastWatch, boolean overflown, List<NodeWatch> watches, List<Notice> notices) {}

  /// @param node a file
  public record NodeWatch(int number, int node, int mask) {}

  public record Notice(int watch, int mask, int cookie, String name) {}
}
