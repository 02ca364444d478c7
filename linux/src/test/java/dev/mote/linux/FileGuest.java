package dev.mote.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A guest that makes file calls one by one, as a test says: real memory of a real virtual machine,
/// whose program never runs. Results are those of the kernel: -errno is a failure.
final class FileGuest implements AutoCloseable {
  static final long WRITABLE = 0x7000_0000L;
  static final long READ_ONLY = 0x7100_0000L;
  static final long UNMAPPED = 0x7200_0000L;
  static final int AT_FDCWD = -100;

  private static final int SCRATCH = 1 << 20;
  private static final Path PROGRAM = program();

  final Guest guest;
  final FileTree tree;
  final ProcessFiles files;
  final FileCalls calls;
  final UserMemory memory;
  private final StandardFiles standard;
  final Credentials credentials;
  private long next = WRITABLE;

  FileGuest() {
    this(FileLimits.defaults(), StandardStreams.none());
  }

  FileGuest(FileLimits limits, StandardStreams streams) {
    this(limits, streams, List.of());
  }

  /// With a tree as root.
  FileGuest(FileLimits limits, TreeNode.Directory root) {
    this(limits, StandardStreams.none(), List.of(), root);
  }

  FileGuest(FileLimits limits, StandardStreams streams, List<GuestSetup.Mount> mounts) {
    this(limits, streams, mounts, null);
  }

  private FileGuest(
      FileLimits limits,
      StandardStreams streams,
      List<GuestSetup.Mount> mounts,
      TreeNode.@Nullable Directory root) {
    guest = Guest.create(setup(limits));
    int both = Mapping.PROT_READ | Mapping.PROT_WRITE;
    guest.process().space().map(Mapping.zeros(WRITABLE, WRITABLE + SCRATCH, both, ""));
    guest.process().space().map(Mapping.zeros(READ_ONLY, READ_ONLY + 4096, Mapping.PROT_READ, ""));
    memory = guest.process().memory();
    tree = new FileTree(limits, guest.process().clock(), root);
    try {
      for (GuestSetup.Mount mount : mounts) {
        tree.mountHost(mount.host(), mount.target());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    tree.addDefaults("test");
    credentials = new Credentials(GuestSetup.Ids.ROOT);
    files = new ProcessFiles(tree, credentials);
    var process =
        new LinuxProcessFacts(guest.process(), new ResourceLimits(limits.openFiles()), credentials);
    var facts = new GuestFacts("test", "6.6.0", "#1", 64L << 20, () -> 0, "test");
    SystemDirectories.mount(tree, facts, process, files);
    standard = new StandardFiles(files, streams, guest.process().events(), Terminal.Host.fixed());
    calls = new FileCalls(files, guest.process().processId());
  }

  private static Path program() {
    try {
      Path file = Files.createTempFile("mote-test", "");
      file.toFile().deleteOnExit();
      return Files.write(file, ElfBuilder.smallest().bytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GuestSetup setup(FileLimits limits) {
    return setup(PROGRAM, limits);
  }

  static GuestSetup setup(Path program, FileLimits limits) {
    try {
      return new GuestSetup(
          ProgramFile.read(program),
          program,
          List.of("one", "two words"),
          List.of("NAME=value"),
          "/",
          null,
          GuestSetup.Ids.ROOT,
          List.of(),
          new GuestLimits(8L << 20, limits, 0),
          0,
          null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean replace(StandardStreams streams) {
    return standard.replace(streams);
  }

  /// Makes a new call.
  long call(int number, long... arguments) {
    guest.process().task().begin();
    return again(number, arguments);
  }

  /// Makes a blocked call again.
  long again(int number, long... arguments) {
    long[] all = new long[6];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    try {
      return calls.call(
          guest.process().task(), number, all[0], all[1], all[2], all[3], all[4], all[5]);
    } catch (ErrnoException e) {
      return -e.errno.value;
    } finally {
      next = WRITABLE;
    }
  }

  /// Puts bytes into the guest's memory; they stay until the next call is over.
  long bytes(byte[] bytes) {
    long at = next;
    memory.write(at, bytes, 0, bytes.length);
    next += bytes.length + 15 & -16;
    return at;
  }

  long text(String text) {
    return bytes((text + "\0").getBytes(StandardCharsets.ISO_8859_1));
  }

  /// Room for a result.
  long room(int length) {
    return bytes(new byte[length]);
  }

  byte[] get(long at, int length) {
    byte[] bytes = new byte[length];
    memory.read(at, bytes, 0, length);
    return bytes;
  }

  long open(String path, int flags, int mode) {
    return call(2, text(path), flags, mode);
  }

  int opened(String path, int flags) {
    long fd = open(path, flags, 0644);
    if (fd < 0) {
      throw new AssertionError(path + ": errno " + -fd);
    }
    return (int) fd;
  }

  long close(long fd) {
    return call(3, fd);
  }

  long write(long fd, String text) {
    return call(1, fd, bytes(text.getBytes(StandardCharsets.ISO_8859_1)), text.length());
  }

  /// What a read gives, or "errno N", or "blocked".
  String read(long fd, int length) {
    long buffer = room(length);
    return result(call(0, fd, buffer, length), buffer);
  }

  String readAgain(long fd, int length) {
    long buffer = room(length);
    return result(again(0, fd, buffer, length), buffer);
  }

  private String result(long count, long buffer) {
    if (count == Task.BLOCKED) {
      return "blocked";
    }
    return count < 0
        ? "errno " + -count
        : new String(get(buffer, (int) count), StandardCharsets.ISO_8859_1);
  }

  String content(String path) {
    int fd = opened(path, OpenFlags.O_RDONLY);
    try {
      return read(fd, 60_000);
    } finally {
      close(fd);
    }
  }

  void put(String path, String content) {
    int fd = opened(path, OpenFlags.O_CREAT | OpenFlags.O_WRONLY | OpenFlags.O_TRUNC);
    write(fd, content);
    close(fd);
  }

  long mkdir(String path) {
    return call(83, text(path), 0755);
  }

  long seek(long fd, long offset, int whence) {
    return call(8, fd, offset, whence);
  }

  String readlink(String path) {
    long buffer = room(4096);
    return result(call(89, text(path), buffer, 4096), buffer);
  }

  /// The fields of `struct stat`.
  Stat stat(String path) {
    return stat(4, text(path));
  }

  Stat lstat(String path) {
    return stat(6, text(path));
  }

  Stat fstat(long fd) {
    return stat(5, fd);
  }

  private Stat stat(int number, long what) {
    long buffer = room(144);
    long result = call(number, what, buffer);
    return new Stat(
        result,
        memory.getLong(buffer),
        memory.getLong(buffer + 8),
        memory.getLong(buffer + 16),
        memory.getInt(buffer + 24),
        memory.getLong(buffer + 48),
        memory.getLong(buffer + 64),
        memory.getLong(buffer + 88));
  }

  record Stat(
      long result,
      long device,
      long inode,
      long links,
      int mode,
      long size,
      long blocks,
      long modifiedSeconds) {}

  /// One `getdents64`: the names it gave.
  List<String> names(long fd, int length) {
    long buffer = room(length);
    long count = call(217, fd, buffer, length);
    List<String> names = new ArrayList<>();
    if (count < 0) {
      return List.of("errno " + -count);
    }
    for (long at = buffer; at < buffer + count; at += memory.getShort(at + 16)) {
      names.add(new String(memory.readString(at + 19, 256), StandardCharsets.ISO_8859_1));
    }
    return names;
  }

  /// The names in a directory, each with what its entry says of its type (`d_type`).
  Map<String, Integer> types(String path) {
    long fd = opened(path, OpenFlags.O_DIRECTORY);
    long buffer = room(4096);
    long count = call(217, fd, buffer, 4096);
    Map<String, Integer> types = new HashMap<>();
    for (long at = buffer; at < buffer + count; at += memory.getShort(at + 16)) {
      String name = new String(memory.readString(at + 19, 256), StandardCharsets.ISO_8859_1);
      types.put(name, memory.getByte(at + 18) & 0xff);
    }
    call(3, fd);
    return types;
  }

  /// The files as a snapshot has them.
  FilesState save() {
    return new FilesSaver(files).save();
  }

  /// Makes this fresh guest's files those of a snapshot.
  FileGuest load(FilesState state) {
    new FilesStateCheck(state, tree.limits(), tree.layer() != null).run();
    new FilesLoader(files, standard, guest.process(), state).load().forEach(OpenFile::release);
    return this;
  }

  @Override
  public void close() {
    standard.close();
    files.close();
    tree.close();
    guest.close();
  }
}
