package dev.mote.linux;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `/proc/<pid>`: what a process can learn of itself.
final class ProcessDirectory {
  private static final int OWNER_ONLY = 0500;

  private final Volume volume;
  private final ProcessFacts process;
  private final ProcessFiles files;

  private ProcessDirectory(Volume volume, ProcessFacts process, ProcessFiles files) {
    this.volume = volume;
    this.process = process;
    this.files = files;
  }

  static GeneratedDirectory of(Volume volume, ProcessFacts process, ProcessFiles files) {
    return new ProcessDirectory(volume, process, files).whole();
  }

  private GeneratedDirectory whole() {
    return common()
        .with("comm", text(() -> process.name() + "\n"))
        .with("stat", text(() -> ProcessText.stat(process)))
        .with("status", text(() -> ProcessText.status(process, files)))
        .with("task", new GeneratedDirectory(volume, 0555, threads()));
  }

  /// The directories of the threads: that of a thread is made once.
  private GeneratedDirectory.Source threads() {
    Map<Integer, GeneratedDirectory> known = new HashMap<>();
    return new GeneratedDirectory.Source() {
      @Override
      public List<String> names() {
        return process.threads().stream().map(String::valueOf).toList();
      }

      @Override
      public @Nullable Inode find(String name) {
        int tid = numberOf(name);
        List<Integer> present = process.threads();
        known.keySet().retainAll(present);
        return present.contains(tid)
            ? known.computeIfAbsent(tid, ProcessDirectory.this::ofThread)
            : null;
      }

      @Override
      public int directories() {
        return process.threads().size();
      }
    };
  }

  private GeneratedDirectory ofThread(int tid) {
    return common()
        .with("comm", text(() -> thread(tid).name() + "\n"))
        .with("stat", text(() -> ProcessText.stat(process, thread(tid))))
        .with("status", text(() -> ProcessText.status(process, thread(tid), files)));
  }

  private ProcessFacts.ThreadFacts thread(int tid) {
    ProcessFacts.ThreadFacts thread = process.thread(tid);
    if (thread == null) {
      throw Errno.ESRCH.exception();
    }
    return thread;
  }

  /// What a thread has of its process.
  private GeneratedDirectory common() {
    return new GeneratedDirectory(volume)
        .with("cgroup", text(() -> "0::/\n"))
        .with("cmdline", process::commandLine)
        .with("cwd", place(() -> files.workingDirectory().entry()))
        .with("environ", process::environment)
        .with("exe", executable())
        .with("fd", descriptors(OWNER_ONLY, this::link))
        .with("fdinfo", descriptors(OWNER_ONLY | 0055, this::information))
        .with("limits", text(() -> ProcessText.limits(process)))
        .with("maps", process::maps)
        .with("mountinfo", text(() -> SystemText.mountInformation(files.tree)))
        .with("mounts", text(() -> SystemText.mounts(files.tree)))
        .with("oom_score", text(() -> "0\n"))
        .with("oom_score_adj", text(() -> "0\n"))
        .with("root", place(() -> files.root().entry()))
        .with("statm", text(() -> ProcessText.statm(process)));
  }

  private static Supplier<byte[]> text(Supplier<String> text) {
    return () -> text.get().getBytes(StandardCharsets.UTF_8);
  }

  private SymbolicLink place(Supplier<Entry> where) {
    return SymbolicLink.magic(volume, volume.nextInode(), () -> where.get().path(), where);
  }

  private SymbolicLink executable() {
    return SymbolicLink.magic(
        volume, volume.nextInode(), () -> process.program().path(), this::executableEntry);
  }

  private @Nullable Entry executableEntry() {
    RunningProgram program = process.program();
    Entry known = program.entry();
    return known != null
        ? known
        : PathWalk.walk(files.tree.root(), files.tree.root(), program.executable(), true).entry();
  }

  private GeneratedDirectory descriptors(int mode, Function<Integer, @Nullable Inode> file) {
    return new GeneratedDirectory(
        volume,
        mode,
        new GeneratedDirectory.Source() {
          @Override
          public List<String> names() {
            return files.descriptors.numbers().stream().map(String::valueOf).toList();
          }

          @Override
          public @Nullable Inode find(String name) {
            int fd = numberOf(name);
            return files.descriptors.find(fd) == null ? null : file.apply(fd);
          }
        });
  }

  /// A descriptor's number as it is written without signs or leading zeros; -1 for anything else.
  private static int numberOf(String name) {
    boolean number =
        name.length() <= 6
            && name.chars().allMatch(c -> c >= '0' && c <= '9')
            && (name.equals("0") || !name.startsWith("0"));
    return number && !name.isEmpty() ? Integer.parseInt(name) : -1;
  }

  private Inode link(int fd) {
    // Numbers beyond those that the volume gives out, so that a descriptor keeps its own.
    long number = (1L << 32) + fd;
    return SymbolicLink.magic(
        volume, number, () -> files.descriptors.get(fd).entry().path(), () -> entryOf(fd));
  }

  private @Nullable Entry entryOf(int fd) {
    OpenFile file = files.descriptors.find(fd);
    return file == null ? null : file.entry();
  }

  private @Nullable Inode information(int fd) {
    OpenFile file = files.descriptors.find(fd);
    if (file == null) {
      return null;
    }
    return new GeneratedFile(
        volume, 0444, text(() -> ProcessText.descriptor(file, files.descriptors.closesOnExec(fd))));
  }
}
