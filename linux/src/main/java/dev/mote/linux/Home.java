package dev.mote.linux;

import dev.mote.machine.CpuState;
import dev.mote.machine.Frames;
import dev.mote.machine.GuestMemory;
import dev.mote.machine.PageImage;
import dev.mote.machine.PageTables;
import dev.mote.machine.Residence;
import dev.mote.machine.RestoreStub;
import dev.mote.machine.VirtualMachine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The snapshot that a guest is put back to, and how.
///
/// Only what has changed is put back. Without a system call or a fault nothing of the layer has;
/// files are made anew if a call was made that may have changed them.
///
/// Not thread-safe: it belongs to the thread that runs the guest.
final class Home {
  /// Where [RestoreStub] is put, between the stack and what mmap places.
  private static final long STUB = 0x7fff_f800_0000L;

  private final LinuxProcess process;
  private final VirtualMachine vm;
  private final Residence residence;
  private final Residence.Keeper keeper;
  private final GuestImage image;
  private GuestImage at; // what the guest was put to last
  private List<Mapping> mappings; // of what it was put to last, with sources among its open files
  private RestoreStub.@Nullable Place stub;
  private boolean writesStub; // the image's own is that of another state, or made up
  private long clockPage; // guest physical address; negative for none
  private final int tablesLeft; // when the guest had just come home
  private long pagesCopied;

  private Home(
      LinuxProcess process, Residence residence, GuestImage image, List<Mapping> mappings) {
    this.process = process;
    this.vm = process.vm();
    this.residence = residence;
    keeper = process.space()::mayBind;
    tablesLeft = process.frames().tablesAvailable();
    this.image = image;
    at = image;
    this.mappings = mappings;
    findPages();
  }

  /// Those that are written to at each restore.
  private void findPages() {
    stub = stub(process.space().tables(), image.state().stub());
    clockPage = process.vdsoClock().page();
  }

  private static RestoreStub.@Nullable Place stub(PageTables tables, long gva) {
    if (gva == 0 || !tables.isBound(gva) || !tables.isBound(gva + AddressSpace.PAGE)) {
      return null;
    }
    long gpa = tables.gpa(gva);
    boolean inOnePiece = tables.gpa(gva + AddressSpace.PAGE) == gpa + AddressSpace.PAGE;
    return inOnePiece && isUsable(tables, gva) && isUsable(tables, gva + AddressSpace.PAGE)
        ? new RestoreStub.Place(gva, gpa)
        : null;
  }

  private static boolean isUsable(PageTables tables, long gva) {
    return tables.rights(gva) == (PageTables.READ | PageTables.EXECUTE);
  }

  GuestImage image() {
    return image;
  }

  /// Whether calls have used up page tables, which keep their places for good: a later call might
  /// not have enough.
  boolean isWornOut() {
    return process.frames().tablesAvailable() < tablesLeft / 2;
  }

  /// How many pages all restores have copied.
  long pagesCopied() {
    return pagesCopied;
  }

  /// Takes a snapshot of a guest that rests, which then is at home in it.
  ///
  /// @param before where it was at home, whose pages the new image shares
  static Home capture(LinuxProcess process, SystemCalls calls, @Nullable Home before) {
    AddressSpace space = process.space();
    VirtualMachine vm = process.vm();
    CpuState cpu = vm.vcpu().save();
    long stub = putStub(process, cpu);
    GuestState state = calls.save(stub, null);
    Residence residence =
        Residence.capture(
            vm.memory(),
            process.frames(),
            space.tables(),
            before == null ? null : before.residence);
    List<Mapping> mappings = List.copyOf(space.mappings());
    var image = new GuestImage(process.setup(), residence.image(), cpu, state);
    space.load(mappings);
    calls.filesAreSaved();
    return new Home(process, residence, image, mappings);
  }

  /// The same without staying there: what is different from this home, to be put on top of it. What
  /// the layer knows is shared with what the guest was put to last, as far as it is the same, since
  /// there may be very many of these.
  ///
  /// @param touched whether the guest made a system call or a fault since
  @SuppressWarnings("ReferenceEquality") // whether they are the very same files
  GuestImage difference(SystemCalls calls, boolean touched) {
    CpuState cpu = vm.vcpu().save();
    GuestState known = at.state();
    GuestState state =
        touched
            ? calls.save(known.stub(), known).sharing(known)
            : known.later(process.clockToSave(), process.cpuNanos());
    SavedFiles files =
        state.files() == known.files() ? at.savedFiles().retain() : new SavedFiles(state.files());
    return new GuestImage(image.setup(), residence.capture(), cpu, state, files);
  }

  /// @return the stub's address; 0 if the guest has something else there
  private static long putStub(LinuxProcess process, CpuState cpu) {
    AddressSpace space = process.space();
    Mapping there = space.find(STUB);
    if (there == null && space.isFree(STUB, STUB + RestoreStub.SIZE)) {
      space.map(
          Mapping.zeros(
              STUB, STUB + RestoreStub.SIZE, Mapping.PROT_READ | Mapping.PROT_EXEC, "[mote]"));
      there = space.find(STUB);
    }
    if (there == null
        || !there.name().equals("[mote]")
        || there.end() != STUB + RestoreStub.SIZE
        || !space.tables().isBound(STUB)
        || !space.tables().isBound(STUB + AddressSpace.PAGE)) {
      return 0;
    }
    writeStub(process, STUB, cpu);
    return STUB;
  }

  private static void writeStub(LinuxProcess process, long gva, CpuState cpu) {
    byte[] bytes = RestoreStub.bytes(cpu);
    PageTables tables = process.space().tables();
    GuestMemory memory = process.vm().memory();
    for (int at = 0; at < bytes.length; at += (int) AddressSpace.PAGE) {
      memory.write(tables.gpaToWrite(gva + at), bytes, at, (int) AddressSpace.PAGE);
    }
  }

  /// Makes a guest out of a snapshot, in an address space that is empty.
  ///
  /// @param calls with its files loaded
  static Home load(LinuxProcess process, SystemCalls calls, GuestImage image, List<OpenFile> open) {
    AddressSpace space = process.space();
    Frames frames = process.frames();
    Residence residence =
        Residence.load(process.vm().memory(), frames, space.tables(), image.pages());
    List<Mapping> mappings = mappings(process, calls, image.state(), open);
    space.load(mappings);
    var home = new Home(process, residence, image, mappings);
    calls.findSharedPages();
    home.loadSmall(calls, image.state());
    home.checkStub();
    process.vdsoClock().restart(image.state().monotonicNanos());
    process.loadTimers(image.state()); // which run by that clock
    home.loadProcessor(image.cpu());
    return home;
  }

  /// Puts the guest back.
  ///
  /// @param calls of the guest; their files are as the state has them
  /// @param open the open files, if they were made anew, as they are for a difference
  /// @param target this home's own image, or a difference to it
  /// @param touched whether the guest made a system call or a fault since
  void restore(
      SystemCalls calls, @Nullable List<OpenFile> open, GuestImage target, boolean touched) {
    AddressSpace space = process.space();
    GuestState state = target.state();
    boolean same = target.pages() == image.pages();
    at = target;
    if (open != null) {
      mappings = mappings(process, calls, state, open);
    }
    if (open != null || space.hasChanged()) {
      space.load(mappings);
    }
    space.forgetTouches();
    if (touched || open != null) {
      loadSmall(calls, state);
    } else {
      process.channel().load(state.channel(), process.scheduler());
      process.cpuTime().set(state.cpuNanos());
    }
    // What is kept for a later call must be in the mappings of the one as of the other.
    boolean sameMappings = same || state.mappings().equals(image.state().mappings());
    pagesCopied += sameMappings ? residence.restore(keeper) : residence.restoreExactly();
    if (!same) {
      residence.apply(target.pages());
    }
    if (open != null) {
      calls.findSharedPages();
    }
    process.frames().restored();
    if (!same || residence.hasMovedPages()) {
      findPages();
    }
    process.vdsoClock().continueFrom(state.monotonicNanos(), clockPage);
    if (touched || open != null) {
      process.loadTimers(state); // which run by that clock
    }
    if (!same || writesStub) {
      writeStubOf(target.cpu());
    }
    loadProcessor(target.cpu());
  }

  /// An image that was taken as a difference has the stub of what it was put to then, and one of a
  /// file may have anything.
  private void checkStub() {
    RestoreStub.Place known = stub;
    if (known != null && !RestoreStub.isAt(known, process.vm().memory(), image.cpu())) {
      writesStub = true;
      writeStubOf(image.cpu());
    }
  }

  private void writeStubOf(CpuState cpu) {
    if (stub != null) {
      writeStub(process, stub.gva(), cpu);
    }
  }

  private void loadProcessor(CpuState cpu) {
    vm.vcpu().load(cpu, process.space().tables().root(), stub);
  }

  private void loadSmall(SystemCalls calls, GuestState state) {
    process.running(RunningProgram.load(state.program(), state.breakStart()));
    calls.load(state);
    process.signals().actions().load(state.actions());
    process.signals().pending().load(state.pending());
    process.cpuTime().set(state.cpuNanos());
    process.loadThreads(state);
    process.channel().load(state.channel(), process.scheduler());
  }

  private static List<Mapping> mappings(
      LinuxProcess process, SystemCalls calls, GuestState state, List<OpenFile> open) {
    var mappings = new ArrayList<Mapping>();
    long end = AddressSpace.LOWEST;
    for (var m : state.mappings()) {
      GuestStateCheck.requireMapping(m, end);
      if (mappings.size() >= AddressSpace.MAX_MAPPINGS) {
        throw new IllegalArgumentException("too many mappings");
      }
      end = m.end();
      mappings.add(
          new Mapping(
              m.start(),
              m.end(),
              m.protection(),
              m.shared(),
              source(process, calls, m, open),
              m.offset(),
              m.name()));
    }
    return List.copyOf(mappings);
  }

  private static @Nullable PageSource source(
      LinuxProcess process,
      SystemCalls calls,
      GuestState.MappingState mapping,
      List<OpenFile> open) {
    return switch (mapping.kind()) {
      case ZEROS -> null;
      case VDSO_DATA -> Vdso.DATA_PAGE;
      case VDSO_CODE -> Vdso.CODE_PAGE;
      case PROGRAM -> {
        ProgramFile program = process.setup().program();
        if (program == null
            || mapping.source() < 0
            || mapping.source() > program.bytes().byteSize()) {
          throw new IllegalArgumentException("more of the program than there is");
        }
        yield new Loader.FilePages(program.bytes(), mapping.source());
      }
      case FILE -> {
        if (mapping.source() < 0 || mapping.source() >= open.size()) {
          throw new IllegalArgumentException("a mapping of file " + mapping.source());
        }
        yield calls.mapAgain(open.get((int) mapping.source()), mapping.shared());
      }
    };
  }

  /// Whether two images have the same pages as parent, so that the one can be put where the other
  /// is.
  static boolean isDifferenceTo(PageImage image, PageImage home) {
    return image == home || image.parent() == home;
  }
}
