package dev.mote.linux;

import dev.mote.linux.SocketAddress.Local;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where the sockets of a guest find each other: a loopback interface and nothing beyond it, and
/// the names of AF_UNIX.
final class Network implements AutoCloseable {
  /// How many open files may be on their way at once.
  static final int MOST_IN_FLIGHT = 512;

  private static final int SOME = 1024;

  private final Volume volume;
  private final BufferQuotas bytes;
  private final Quota sockets;
  private final Quota inFlight = new Quota(MOST_IN_FLIGHT);
  private final Ports streams = new Ports(false);
  private final Ports datagrams = new Ports(true);
  private final Map<String, Socket> abstractNames = new HashMap<>();
  private final IdentityHashMap<Inode, Socket> paths = new IdentityHashMap<>();
  private final IdentityHashMap<Socket, Inode> pathOf = new IdentityHashMap<>();
  private final Set<Socket> all = Collections.newSetFromMap(new IdentityHashMap<>());
  private final ArrayDeque<OpenFile> lost = new ArrayDeque<>();
  private boolean dropping;
  private int nextName;

  /// @param bytes what all sockets share with pipes, and what is each queue's own
  /// @param openFiles how many descriptors a process may have
  Network(Volume volume, BufferQuotas bytes, int openFiles) {
    this.volume = volume;
    this.bytes = bytes;
    // Each descriptor may have an end at the other side that nobody has accepted yet.
    this.sockets = new Quota(SOME + 2L * openFiles);
  }

  BufferQuotas bytes() {
    return bytes;
  }

  /// How many sockets there may be.
  Quota sockets() {
    return sockets;
  }

  Quota inFlight() {
    return inFlight;
  }

  /// The ports of TCP.
  Ports streams() {
    return streams;
  }

  /// The ports of UDP.
  Ports datagrams() {
    return datagrams;
  }

  /// What a new socket is as a file.
  Entry newEntry() {
    SpecialFile inode = SpecialFile.of(volume, FileMode.S_IFSOCK | 0777, null, () -> 0);
    return Entry.detached("socket:[" + inode.number() + "]", inode);
  }

  /// Gives a socket an abstract name.
  ///
  /// @throws ErrnoException EADDRINUSE
  void bind(Local name, Socket socket) {
    if (abstractNames.putIfAbsent(name.name(), socket) != null) {
      throw Errno.EADDRINUSE.exception();
    }
  }

  /// An abstract name that nobody has: five hexadecimal digits.
  Local freeName() {
    while (true) {
      String name = "\0%05x".formatted(nextName++ & 0xfffff);
      if (!abstractNames.containsKey(name)) {
        return new Local(name);
      }
    }
  }

  int nextName() {
    return nextName;
  }

  void nextName(int number) {
    nextName = number & 0xfffff;
  }

  void bind(Inode path, Socket socket) {
    paths.put(path, socket);
    pathOf.put(socket, path);
  }

  @Nullable Socket find(Local abstractName) {
    return abstractNames.get(abstractName.name());
  }

  @Nullable Socket find(Inode path) {
    return paths.get(path);
  }

  /// Where a socket is bound in the tree; null if it is not.
  @Nullable Inode pathOf(Socket socket) {
    return pathOf.get(socket);
  }

  void release(Socket socket, Local name) {
    if (name.isAbstract()) {
      abstractNames.remove(name.name(), socket);
    } else if (name.isPath()) {
      Inode path = pathOf.remove(socket);
      if (path != null) {
        paths.remove(path, socket);
      }
    }
  }

  /// Releases files that nobody will receive. Sockets among them may have others in their queues,
  /// which may again: these are released one after the other, not within each other.
  void drop(List<OpenFile> files) {
    inFlight.release(files.size());
    lost.addAll(files);
    if (dropping) {
      return;
    }
    dropping = true;
    try {
      for (OpenFile file = lost.poll(); file != null; file = lost.poll()) {
        file.release();
      }
    } finally {
      dropping = false;
    }
  }

  /// Files are to be sent. What never arrives, for it is only on its way in itself, makes room.
  ///
  /// @throws ErrnoException ETOOMANYREFS if there is none
  void send(int files) {
    if (!inFlight.tryCharge(files)) {
      collect();
      inFlight.charge(files, Errno.ETOOMANYREFS);
    }
  }

  /// Empties sockets that nobody can receive from any more: those that are held by queues only, and
  /// by none of a socket that somebody else holds.
  private void collect() {
    IdentityHashMap<OpenFile, Integer> sent = new IdentityHashMap<>();
    for (Socket socket : all) {
      socket.incoming().rights().forEach(file -> sent.merge(file, 1, Integer::sum));
    }
    Set<Socket> garbage = Collections.newSetFromMap(new IdentityHashMap<>());
    ArrayDeque<Socket> reached = new ArrayDeque<>();
    for (Socket socket : all) {
      boolean held = socket.references() > sent.getOrDefault(socket, 0);
      if (held) {
        reached.add(socket);
      } else {
        garbage.add(socket);
      }
    }
    for (Socket socket = reached.poll(); socket != null; socket = reached.poll()) {
      for (OpenFile file : socket.incoming().rights()) {
        if (file instanceof Socket inner && garbage.remove(inner)) {
          reached.add(inner);
        }
      }
    }
    List<OpenFile> never = new ArrayList<>();
    garbage.forEach(socket -> never.addAll(socket.incoming().clear()));
    drop(never);
  }

  void opened(Socket socket) {
    all.add(socket);
  }

  void closed(Socket socket) {
    all.remove(socket);
    sockets.release(1);
  }

  /// Ends everything that only sockets hold: what was sent through itself, too.
  @Override
  public void close() {
    for (Socket socket : List.copyOf(all)) {
      drop(socket.incoming().clear());
    }
  }

  /// The sockets of TCP that listen, for whoever connects to them from outside.
  List<StreamSocket> listeners() {
    return streams.listeners();
  }
}
