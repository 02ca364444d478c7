package dev.mote.linux;

import dev.mote.machine.HostRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a guest sees as its root: directories in memory, read-only mounts of the host, `/dev`,
/// `/proc` and `/sys`. Processes of one guest share it.
///
/// Names inside this package are strings with one character per byte ([#byteString]), because Linux
/// knows no encoding of names.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class FileTree implements AutoCloseable {
  /// What opened files remember of what they show may take together, in bytes: the names in a
  /// directory of the host, the text of a file in `/proc`.
  private static final long REMEMBERED = 16L << 20;

  private static final int FIRST_MOUNT_NUMBER = 64;
  private static final int MOST_MOUNTS = 128;
  private static final int MOST_LOCKS = 8192;
  private static final int ORDINARY = 0755;

  /// /tmp, also when it is made for a mount below it.
  private static final int TMP = FileMode.S_ISVTX | 0777;

  private final FileLimits limits;
  private final Clock clock;
  private final FileMemory content;
  private final Volume.Budget budget;
  private final Volume memory;
  private final Volume pipes;
  private final Volume anonymous;
  private final Volume shared;
  private final BufferQuotas pipeBytes;
  private final Quota remembered = new Quota(REMEMBERED);
  private final Quota locks = new Quota(MOST_LOCKS);
  private final WatchQuotas watchQuotas = WatchQuotas.ofGuest();
  private final Network network;
  private int lastCookie;
  private final HostNames hostNames;
  private final Devices devices;
  private final List<HostMount> hostMounts = new ArrayList<>();
  private final List<Mounted> mounted = new ArrayList<>();
  private final List<Volume> volumes = new ArrayList<>();

  /// Directories in memory that lie in none: there memory begins.
  private final Set<MemoryDirectory> memoryRoots =
      Collections.newSetFromMap(new IdentityHashMap<>());

  /// What the sandbox came with, and where.
  private final IdentityHashMap<Inode, String> given = new IdentityHashMap<>();

  private final @Nullable TreeLayer layer;
  private Directory root;

  /// One line of `/proc/mounts`.
  record Mounted(Volume volume, String path) {}

  /// A tree with `/dev`, and with what a read-only tree has if there is one below it.
  FileTree(FileLimits limits, Clock clock, TreeNode.@Nullable Directory below) {
    this.limits = limits;
    this.clock = clock;
    this.content = new FileMemory(new Quota(limits.bytes()));
    this.budget = new Volume.Budget(content.bytes, new Quota(limits.files()), content);
    Quota buffers = new Quota(limits.pipeBytes());
    this.pipeBytes = new BufferQuotas(buffers);
    this.network =
        new Network(
            volume(8, "sockfs", Volume.SOCKFS_MAGIC),
            new BufferQuotas(buffers),
            limits.openFiles());
    this.hostNames = new HostNames(randomLong());
    this.memory = volume(25, "tmpfs", Volume.TMPFS_MAGIC);
    this.pipes = volume(13, "pipefs", Volume.PIPEFS_MAGIC);
    this.anonymous = volume(15, "anon_inodefs", Volume.ANON_INODE_MAGIC);
    this.shared = volume(1, "tmpfs", Volume.TMPFS_MAGIC);
    this.layer = below == null ? null : new TreeLayer(this, memory, below);
    MemoryDirectory top = layer == null ? new MemoryDirectory(memory, ORDINARY) : layer.root();
    top.attach(Entry.detached("/", top));
    memoryRoots.add(top);
    given.put(top, "/");
    this.root = top;
    mounted.add(new Mounted(memory, "/"));
    MemoryDirectory dev = new MemoryDirectory(volume(6, "devtmpfs", Volume.TMPFS_MAGIC), ORDINARY);
    mount("/dev", dev);
    this.devices = new Devices(dev);
    given.put(devices.pts(), "/dev/pts");
  }

  private static long randomLong() {
    byte[] bytes = new byte[Long.BYTES];
    HostRandom.fill(bytes);
    return ByteBuffer.wrap(bytes).getLong();
  }

  /// The bytes of a text as a name of this package.
  static String byteString(String text) {
    return byteString(text.getBytes(StandardCharsets.UTF_8));
  }

  static String byteString(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  static byte[] bytes(String byteString) {
    return byteString.getBytes(StandardCharsets.ISO_8859_1);
  }

  Volume volume(int number, String type, long magic) {
    Volume volume = new Volume(number, type, magic, false, budget, clock);
    volumes.add(volume);
    return volume;
  }

  /// The volumes in memory.
  List<Volume> volumes() {
    return volumes;
  }

  /// Where in the tree memory begins.
  Set<MemoryDirectory> memoryRoots() {
    return memoryRoots;
  }

  /// Where something is that the sandbox came with; empty for everything else.
  String givenPath(Inode inode) {
    return given.getOrDefault(inode, "");
  }

  /// A volume of files that the host makes up.
  Volume generatedVolume(int number, String type, long magic) {
    Volume.Budget charged = new Volume.Budget(remembered, budget.files(), content);
    return new Volume(number, type, magic, false, charged, clock);
  }

  /// The read-only tree below; null if there is none.
  @Nullable TreeLayer layer() {
    return layer;
  }

  /// See [TreeLayer#forgetUnused].
  void forgetUnused() {
    if (layer != null) {
      layer.forgetUnused();
    }
  }

  FileLimits limits() {
    return limits;
  }

  Directory root() {
    return root;
  }

  Devices devices() {
    return devices;
  }

  /// Where pipes live.
  Volume pipes() {
    return pipes;
  }

  /// Where files live that have no type at all (eventfd).
  Volume anonymous() {
    return anonymous;
  }

  /// What a file without a type shows as its name: `anon_inode:` and a word.
  Entry anonymousEntry(String word) {
    SpecialFile inode = SpecialFile.of(anonymous, 0600, null, () -> 0);
    return Entry.detached("anon_inode:" + word, inode);
  }

  /// What ties the two events of one rename together, for inotify.
  int nextCookie() {
    return ++lastCookie;
  }

  WatchQuotas watchQuotas() {
    return watchQuotas;
  }

  /// Where sockets find each other.
  Network network() {
    return network;
  }

  /// Where memory files live that have no name (memfd).
  Volume shared() {
    return shared;
  }

  /// How many locks there may be on all files.
  Quota locks() {
    return locks;
  }

  Clock clock() {
    return clock;
  }

  Pipe newPipe() {
    return new Pipe(pipeBytes);
  }

  List<Mounted> mounted() {
    return List.copyOf(mounted);
  }

  /// Adds `/tmp`, `/root` and the few files of `/etc` that libraries look for. What exists stays,
  /// of whatever type it is; none of it counts against the limits.
  void addDefaults(String hostName) {
    addDirectory("/tmp", TMP);
    addDirectory("/root", 0700);
    addText("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
    addText("/etc/group", "root:x:0:\n");
    addText("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\t" + hostName + "\n");
    addText("/etc/hostname", hostName + "\n");
    addText("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n");
  }

  private void addDirectory(String path, int permissions) {
    if (isFree(path)) {
      directory(path, permissions);
    }
  }

  /// Whether a path has no file, not even a link that leads nowhere, and can have one.
  private boolean isFree(String path) {
    try {
      return PathWalk.walk(root, root, path, false).entry() == null;
    } catch (ErrnoException e) {
      return e.errno == Errno.ENOENT && isFree(path.substring(0, path.lastIndexOf('/')));
    }
  }

  private void addText(String path, String text) {
    if (isFree(path)) {
      addFile(path, FileContent.of(text.getBytes(StandardCharsets.US_ASCII)), 0644);
    }
  }

  /// Puts a file with a given content into the tree, and the directories above it. The guest can
  /// read it and take its name away, not change it.
  void addFile(String path, FileContent content, int permissions) {
    place(path, new FixedFile(memory, permissions, content));
  }

  /// Shows a file or directory of the host, read-only.
  ///
  /// @param path absolute, in the guest; "/" makes the directory the guest's root
  /// @throws IOException when it cannot be opened, or is neither a file nor a directory
  void mountHost(Path host, String path) throws IOException {
    if (hostMounts.size() == MOST_MOUNTS) {
      throw new IOException("more than " + MOST_MOUNTS + " mounts");
    }
    Path real = host.toRealPath();
    boolean single = Files.isRegularFile(real);
    Path parent = real.getParent();
    if ((!single && !Files.isDirectory(real)) || (single && parent == null)) {
      throw new IOException(host + " is neither a file nor a directory");
    }
    Volume volume =
        new Volume(
            FIRST_MOUNT_NUMBER + hostMounts.size(),
            "virtiofs",
            Volume.FUSE_MAGIC,
            true,
            new Volume.Budget(remembered, budget.files(), content),
            clock);
    HostMount mount =
        new HostMount(single ? Objects.requireNonNull(parent) : real, volume, hostNames);
    hostMounts.add(mount);
    HostDirectory directory = mount.directory();
    if (single) {
      mount(path, mount.only(directory, real.getFileName()));
    } else {
      mount(path, directory);
    }
  }

  /// Puts the root of another volume on a path.
  void mount(String path, Inode inode) {
    String where = byteString(path);
    mounted.add(new Mounted(inode.volume, where));
    if (PathWalk.namesOf(where).isEmpty()) {
      root = rootOf(inode);
    } else {
      place(path, inode);
    }
  }

  /// Makes a directory the root; what the old root has on its names is put over the new one's.
  private Directory rootOf(Inode inode) {
    if (!(inode instanceof HostDirectory directory) || !(root instanceof MemoryDirectory before)) {
      throw new IllegalArgumentException("only one directory of the host can be the root");
    }
    directory.attach(Entry.detached("/", directory));
    memoryRoots.remove(before);
    given.remove(before);
    given.put(directory, "/");
    for (Entry entry : before.entries()) {
      directory.put(entry.name, entry.inode);
      noteRoot("/" + entry.name, entry.inode);
    }
    return directory;
  }

  /// A directory that is there or is made, with those above it.
  Directory directory(String path, int permissions) {
    Directory current = root;
    List<String> names = PathWalk.namesOf(byteString(path));
    for (int i = 0; i < names.size(); i++) {
      Entry entry = entry(current, names.get(i));
      if (entry == null) {
        boolean isTmp = i == 0 && names.get(i).equals("tmp");
        int mode = isTmp ? TMP : i == names.size() - 1 ? permissions : ORDINARY;
        var made = new MemoryDirectory(memory, mode);
        entry = current.put(names.get(i), made);
        if (!(current instanceof MemoryDirectory)) {
          noteRoot("/" + String.join("/", names.subList(0, i + 1)), made);
        }
      }
      if (!(entry.inode instanceof Directory next)) {
        throw new IllegalArgumentException(path + ": a name above it is not a directory");
      }
      current = next;
    }
    return current;
  }

  /// What a name stands for, or leads to.
  private @Nullable Entry entry(Directory directory, String name) {
    Entry entry = directory.lookup(name);
    if (entry == null || !(entry.inode instanceof SymbolicLink)) {
      return entry;
    }
    try {
      return PathWalk.walk(root, directory, name, true).existing();
    } catch (ErrnoException e) {
      throw new IllegalArgumentException(
          name + ", a name above it, is a link that leads nowhere", e);
    }
  }

  private void place(String path, Inode inode) {
    List<String> names = new ArrayList<>(PathWalk.namesOf(byteString(path)));
    String name = names.removeLast();
    Directory parent =
        directory(
            new String(bytes("/" + String.join("/", names)), StandardCharsets.UTF_8), ORDINARY);
    parent.put(name, inode);
    given.put(inode, byteString(path));
    if (!(parent instanceof MemoryDirectory)) {
      noteRoot(byteString(path), inode);
    }
  }

  private void noteRoot(String path, Inode inode) {
    if (inode instanceof MemoryDirectory directory) {
      memoryRoots.add(directory);
      given.put(directory, path);
    }
  }

  /// Frees what the tree holds of the host: files of its directories, and memory.
  @Override
  public void close() {
    network.close();
    hostMounts.forEach(HostMount::close);
    hostMounts.clear();
    content.close();
  }
}
