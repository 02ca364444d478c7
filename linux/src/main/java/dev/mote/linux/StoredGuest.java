package dev.mote.linux;

import dev.mote.machine.CpuBaseline;
import dev.mote.machine.CpuState;
import dev.mote.machine.Hypervisor;
import dev.mote.machine.HypervisorUnavailableException;
import dev.mote.machine.MachineException;
import dev.mote.machine.PageImage;
import dev.mote.machine.Processor;
import java.nio.file.Path;
import java.util.List;

/// A guest at rest as it is stored: a tree of records of plain values. Its program, its files and
/// its pages are stored beside it.
///
/// It may come from a file that somebody made up: [#image] checks it.
///
/// @param architecture of the processor
/// @param path absolute
/// @param cpu what it was shown of the processor
/// @param pages how many it has, those of all layers together
/// @param state without its files
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
public record StoredGuest(
    String architecture,
    String path,
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
    if (!setup.mounts().isEmpty()) {
      throw new IllegalArgumentException(
          "it shows the guest %s of this machine, and a mount cannot travel; start it without"
              .formatted(setup.mounts().getFirst().host()));
    }
    if (setup.root() != null) {
      throw new IllegalArgumentException(
          "its root is a tree of this machine, which cannot travel; start it without");
    }
    if (setup.program() == null) {
      throw new IllegalArgumentException("its program is a file of its file tree");
    }
    Processor shown = processor(setup.cpuLevel());
    CpuState cpu = image.cpu();
    return new StoredGuest(
        ARCHITECTURE,
        setup.path().toAbsolutePath().normalize().toString(),
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
  /// @param layer the topmost of its pages
  /// @throws IllegalArgumentException if something is not as [#of] writes it, or the guest cannot
  ///   go on with this host's processor
  /// @throws GuestFailure if this host cannot run guests
  public GuestImage image(ProgramFile program, FilesState files, PageLayer layer) {
    requireThisProcessor();
    GuestLimits checkedLimits = limits.checked();
    var registers = new CpuState(general, segments, fsBase, gsBase, extended, cpu.xcr0());
    if (extended.length != cpu.xsaveSize()) {
      throw new IllegalArgumentException(
          "%d bytes of extended state, not %d".formatted(extended.length, cpu.xsaveSize()));
    }
    registers.requireLoadable();
    var setup =
        new GuestSetup(
            program,
            checkedPath(),
            checkedStrings("an argument", arguments),
            checkedStrings("a variable", environment),
            requireAbsolute("the working directory", workingDirectory),
            null,
            GuestSetup.Ids.ROOT, // those that it has by now are in the state
            List.of(),
            checkedLimits,
            cpuLevel,
            null);
    new FilesStateCheck(files, checkedLimits.files()).run();
    GuestState whole = state.withFiles(files.outsideHeap());
    new GuestStateCheck(whole, checkedLimits, program.bytes().byteSize(), registers).run();
    requirePages(layer.image());
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
