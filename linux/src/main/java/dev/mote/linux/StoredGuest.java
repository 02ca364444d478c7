package dev.mote.linux;

import dev.mote.machine.CpuBaseline;
import dev.mote.machine.CpuState;
import dev.mote.machine.Hypervisor;
import dev.mote.machine.HypervisorUnavailableException;
import dev.mote.machine.MachineException;
import dev.mote.machine.PageImage;
import dev.mote.machine.Processor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A guest at rest as it is stored: a tree of records of plain values. Its program, its files and
/// its pages are stored beside it.
///
/// It may come from a file that somebody made up: [#image] checks it.
///
/// @param architecture of the processor
/// @param path absolute; any if the program is a file of the root or a mount
/// @param programGiven whether it is
/// @param cpu what it was shown of the processor
/// @param pages how many it has, those of all layers together
/// @param given what it needs of what whoever loads it gives
/// @param state without its files
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
public record StoredGuest(
    String architecture,
    String path,
    boolean programGiven,
    List<String> arguments,
    List<String> environment,
    String workingDirectory,
    Limits limits,
    int cpuLevel,
    Cpu cpu,
    long[] general,
    int[] segments,
    long fsBase,
    long gsBase,
    byte[] extended,
    int pages,
    Given given,
    GuestState state) {
  private static final String ARCHITECTURE = "x86-64";
  private static final long LEAST_MEMORY = 1 << 20;
  private static final int LEAST_MESSAGE = 1 << 10;
  private static final int LARGEST_MESSAGE = 1 << 30;
  private static final FilesState NO_FILES =
      new FilesState(
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          0,
          0,
          0,
          WaitingState.none());

  /// As [GuestLimits] and [FileLimits].
  public record Limits(
      long memoryBytes,
      long fileBytes,
      int files,
      int openFiles,
      long pipeBytes,
      long streamBytes,
      int messageBytes) {
    static Limits of(GuestLimits limits) {
      FileLimits files = limits.files();
      return new Limits(
          limits.memoryBytes(),
          files.bytes(),
          files.files(),
          files.openFiles(),
          files.pipeBytes(),
          files.streamBytes(),
          limits.messageBytes());
    }

    GuestLimits checked() {
      if (memoryBytes < LEAST_MEMORY || memoryBytes > Hypervisor.MAX_MEMORY) {
        throw new IllegalArgumentException("the memory limit is %d bytes".formatted(memoryBytes));
      }
      if (messageBytes != 0 && (messageBytes < LEAST_MESSAGE || messageBytes > LARGEST_MESSAGE)) {
        throw new IllegalArgumentException("the message limit is %d bytes".formatted(messageBytes));
      }
      return new GuestLimits(
          memoryBytes,
          new FileLimits(fileBytes, files, openFiles, pipeBytes, streamBytes),
          messageBytes);
    }
  }

  /// What the guest was shown of the host. No place on the host is named: whoever loads a snapshot
  /// says where things are.
  ///
  /// @param root whether it has a tree below its files
  /// @param mounts where in the guest it was shown something
  /// @param files those that must be as they were
  public record Given(boolean root, List<String> mounts, List<NeededFile> files) {
    private static final int MOST_MOUNTS = 128;

    static Given of(GuestSetup setup, FilesState state) {
      List<String> mounts = setup.mounts().stream().map(GuestSetup.Mount::target).toList();
      if (setup.root() == null && mounts.isEmpty()) {
        return new Given(false, mounts, List.of());
      }
      try (var needed = new NeededFiles(setup, state)) {
        return new Given(setup.root() != null, mounts, needed.list());
      }
    }

    /// What is given, in the order in which the guest was shown it.
    ///
    /// @throws IllegalArgumentException if it is not that for which the snapshot asks
    GuestSources checked(GuestSources sources) {
      if (root != (sources.root() != null)) {
        throw new IllegalArgumentException(
            root
                ? "its program has a root, which must be given again: the one it was taken with"
                : "its program has no root, and one is given");
      }
      if (mounts.size() > MOST_MOUNTS || new HashSet<>(mounts).size() != mounts.size()) {
        throw new IllegalArgumentException("its mounts are none");
      }
      var found = new ArrayList<GuestSetup.Mount>();
      for (String target : mounts) {
        requireAbsolute("the place of a mount", target);
        found.add(
            sources.mounts().stream()
                .filter(mount -> mount.target().equals(target))
                .findFirst()
                .orElseThrow(() ->
                    new IllegalArgumentException(
                        "its program is shown something at %s, which must be given again"
                            .formatted(target))));
      }
      for (var mount : sources.mounts()) {
        if (!mounts.contains(mount.target())) {
          throw new IllegalArgumentException(
              "its program is shown nothing at %s, where something is given"
                  .formatted(mount.target()));
        }
      }
      return new GuestSources(sources.root(), found);
    }
  }

  /// As [Processor].
  public record Cpu(List<Integer> features, String digest, long xcr0, int xsaveSize) {
    Processor processor() {
      return new Processor(features, digest, xcr0, xsaveSize);
    }
  }

  /// @throws IllegalArgumentException if the guest has what cannot be stored
  /// @throws GuestFailure if this host cannot run guests
  public static StoredGuest of(GuestImage image) {
    GuestSetup setup = image.setup();
    Processor shown = processor(setup.cpuLevel());
    CpuState cpu = image.cpu();
    return new StoredGuest(
        ARCHITECTURE,
        (setup.program() == null ? setup.path() : setup.path().toAbsolutePath().normalize())
            .toString(),
        setup.program() == null,
        setup.arguments(),
        setup.environment(),
        setup.workingDirectory(),
        Limits.of(setup.limits()),
        setup.cpuLevel(),
        new Cpu(shown.features(), shown.digest(), cpu.xcr0(), shown.xsaveSize()),
        cpu.general(),
        cpu.segments(),
        cpu.fsBase(),
        cpu.gsBase(),
        cpu.extended(),
        image.pages().totalPages(),
        Given.of(setup, image.state().files()),
        image.state().withFiles(NO_FILES));
  }

  private static Processor processor(int level) {
    try {
      return Hypervisor.ofThisHost().processor(CpuBaseline.ofLevel(level));
    } catch (HypervisorUnavailableException e) {
      throw GuestFailure.ofHost(e.fix(), e);
    } catch (MachineException e) {
      throw GuestFailure.ofHost("", e);
    }
  }

  /// The guest again. What can only be seen when it is started is checked then.
  ///
  /// @param program the one that is stored; null if it is a file of what is given
  /// @param layer the topmost of its pages
  /// @param sources what its program is shown of the host
  /// @throws IllegalArgumentException if something is not as [#of] writes it, or the guest cannot
  ///   go on with this host's processor
  /// @throws GuestFailure if this host cannot run guests
  public GuestImage image(
      @Nullable ProgramFile program, FilesState files, PageLayer layer, GuestSources sources) {
    requireThisProcessor();
    if (programGiven != (program == null)) {
      throw new IllegalArgumentException("whether it has a program of its own is contradictory");
    }
    GuestLimits checkedLimits = limits.checked();
    var registers = new CpuState(general, segments, fsBase, gsBase, extended, cpu.xcr0());
    if (extended.length != cpu.xsaveSize()) {
      throw new IllegalArgumentException(
          "%d bytes of extended state, not %d".formatted(extended.length, cpu.xsaveSize()));
    }
    registers.requireLoadable();
    GuestSources shown = given.checked(sources);
    var setup =
        new GuestSetup(
            program,
            checkedPath(),
            checkedStrings("an argument", arguments),
            checkedStrings("a variable", environment),
            requireAbsolute("the working directory", workingDirectory),
            shown.root(),
            GuestSetup.Ids.ROOT, // those that it has by now are in the state
            shown.mounts(),
            checkedLimits,
            cpuLevel,
            null);
    new FilesStateCheck(files, checkedLimits.files(), shown.root() != null).run();
    GuestState whole = state.withFiles(files.outsideHeap());
    long programBytes = program == null ? 0 : program.bytes().byteSize();
    new GuestStateCheck(whole, checkedLimits, programBytes, registers).run();
    requirePages(layer.image());
    if (given.root() || !given.mounts().isEmpty()) {
      try (var needed = new NeededFiles(setup, files)) {
        needed.require(given.files());
      }
    } else if (!given.files().isEmpty()) {
      throw new IllegalArgumentException("it needs files of nothing");
    }
    return new GuestImage(setup, layer.image(), registers, whole);
  }

  private void requireThisProcessor() {
    if (!architecture.equals(ARCHITECTURE)) {
      throw new IllegalArgumentException("it is of a processor other than " + ARCHITECTURE);
    }
    String obstacle = cpu.processor().obstacle(processor(cpuLevel), cpuLevel == 0);
    if (obstacle != null) {
      throw new IllegalArgumentException(
          "its guest was shown %s; a snapshot that is to travel is taken with a processor baseline,"
                  .formatted(obstacle)
              + " such as x86-64-v3");
    }
  }

  private Path checkedPath() {
    if (programGiven) {
      if (path.isEmpty() || path.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("the program's path is none");
      }
      return Path.of(path);
    }
    Path absolute = Path.of(requireAbsolute("the program's path", path));
    if (!absolute.normalize().equals(absolute)) {
      throw new IllegalArgumentException("the program's path is not normal");
    }
    return absolute;
  }

  private static String requireAbsolute(String what, String text) {
    if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(what + " is not absolute");
    }
    return text;
  }

  private static List<String> checkedStrings(String what, List<String> strings) {
    for (String string : strings) {
      if (string.indexOf('\0') >= 0) {
        throw new IllegalArgumentException(what + " contains a NUL character");
      }
    }
    return strings;
  }

  private void requirePages(PageImage image) {
    if (image.totalPages() != pages) {
      throw new IllegalArgumentException("%d pages, not %d".formatted(image.totalPages(), pages));
    }
    if (pages * AddressSpace.PAGE > limits.memoryBytes()) {
      throw new IllegalArgumentException(pages + " pages are more than the memory limit");
    }
    var mappings = state.mappings();
    long stray =
        image.firstOutside(
            mappings.stream().mapToLong(GuestState.MappingState::start).toArray(),
            mappings.stream().mapToLong(GuestState.MappingState::end).toArray());
    if (stray >= 0) {
      throw new IllegalArgumentException("the page at 0x%x is in no mapping".formatted(stray));
    }
  }
}
