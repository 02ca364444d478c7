package dev.mote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Parts of a snapshot that are not as they should be: each is refused with a reason, before a
/// guest is made.
class SnapshotPartsTest {
  private static StoredParts good =
      new StoredParts(new byte[0], new byte[0], new byte[0], List.of());

  @TempDir Path folder;

  @BeforeAll
  static void takeOne() throws Exception {
    good = StoredParts.of(StoredSnapshots.shell());
  }

  @Test
  void goodPartsAreASnapshot() throws Exception {
    var streams = Streams.capture("line\n");
    try (var sandbox = Sandbox.builder(good.read(folder)).build()) {
      assertThat(sandbox.run(streams)).isEqualTo(new Ending.Exited(0));
    }
    assertThat(streams.outputText()).isEqualTo("kept line\n");
    StoredParts again = StoredParts.of(good.read(folder));
    assertThat(again.description()).isEqualTo(good.description());
    assertThat(again.files()).isEqualTo(good.files());
    assertThat(again.pages().getFirst()).isEqualTo(good.pages().getFirst());
    assertThat(again.program()).isEqualTo(good.program());
  }

  private void assertRefused(StoredParts parts, String message) {
    assertThatThrownBy(() -> parts.read(folder))
        .isInstanceOf(SnapshotException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          0                                     | 4                    | version 4 of the format
          0                                     | 0                    | version 0 of the format
          0                                     | -                    | is there instead of an integer
          1                                     | copy                 | 3 elements
          1                                     | -                    | 1 elements
          1                                     | []                   | instead of a map
          1.functions                           | true                 | message limit is 0 bytes
          1.functions                           | -                    | functions
          1.more                                | 1                    | more
          1.announcement                        | x:82                 | announces functions and has none
          1.guest                               | null                 | guest
          1.guest.architecture                  | 'aarch64             | of a processor other than x86-64
          1.guest.path                          | 'busybox             | path is not absolute
          1.guest.path                          | '/bin/../busybox     | path is not normal
          1.guest.path                          | '/a\\0b              | path is not absolute
          1.guest.arguments.0                   | 'a\\0b               | an argument contains a NUL
          1.guest.arguments.0                   | 5                    | instead of a string
          1.guest.environment                   | 'A=B                 | instead of a list
          1.guest.workingDirectory              | 'tmp                 | working directory is not absolute
          1.guest.limits.memoryBytes            | 0                    | memory limit is 0 bytes
          1.guest.limits.memoryBytes            | -1                   | memory limit is -1 bytes
          1.guest.limits.memoryBytes            | 0x7fffffffffffffff   | memory limit is 9223372036854775807
          1.guest.limits.memoryBytes            | 0x100000             | more than the memory limit
          1.guest.limits.fileBytes              | -1                   | a limit is negative
          1.guest.limits.fileBytes              | 0                    | files larger than their limit
          1.guest.limits.files                  | -1                   | a limit is negative
          1.guest.limits.openFiles              | -1                   | openFiles is not within
          1.guest.limits.openFiles              | 1048577              | openFiles is not within
          1.guest.limits.openFiles              | 0                    | more descriptors than their limit
          1.guest.limits.pipeBytes              | -1                   | a limit is negative
          1.guest.limits.streamBytes            | -1                   | a limit is negative
          1.guest.limits.messageBytes           | 1024                 | message limit is 1024 bytes
          1.guest.limits.messageBytes           | 0x100000000          | out of the range of i32
          1.guest.cpuLevel                      | 1                    | no such level: 1
          1.guest.cpuLevel                      | -1                   | no such level: -1
          1.guest.cpu.features                  | []                   | 0 feature words
          1.guest.cpu.features.7                | -1                   | which this machine has not
          1.guest.cpu.digest                    | '00                  | another model of processor
          1.guest.cpu.xcr0                      | 0x40000              | state components 0x40000
          1.guest.cpu.xcr0                      | 0                    | the extended state has components
          1.guest.cpu.xsaveSize                 | 576                  | 576 bytes of extended state
          1.guest.general                       | []                   | not as many registers
          1.guest.general.16                    | 0x7fffffffffff0000   | rip is 0x7fffffffffff0000
          1.guest.general.16                    | -4096                | rip is 0xfffffffffffff000
          1.guest.segments.0                    | copy                 | not as many registers
          1.guest.segments.0                    | 0x10000              | a segment's selector is 65536
          1.guest.segments.1                    | -1                   | a segment's selector is -1
          1.guest.fsBase                        | 0x7fffffffffff0000   | base of a segment is not canonical
          1.guest.gsBase                        | 0x800000000000       | base of a segment is not canonical
          1.guest.extended                      | x:00                 | 1 bytes are no extended state
          1.guest.extended                      | x*5000               | 5000 bytes are no extended state
          1.guest.extended                      | x*580                | 580 bytes of extended state, not
          1.guest.pages                         | 7                    | pages, not 7
          1.guest.state.mappings                | []                   | is in no mapping
          1.guest.state.mappings.0              | copy                 | a mapping from 0x400000 to
          1.guest.state.mappings.0              | -                    | the page at 0x400000 is in no mapping
          1.guest.state.mappings.0.start        | 0x400001             | a mapping from 0x400001
          1.guest.state.mappings.0.start        | 0                    | a mapping from 0x0
          1.guest.state.mappings.0.start        | -4096                | a mapping from 0xfffffffffffff000
          1.guest.state.mappings.0.end          | 0x400000             | a mapping from 0x400000
          1.guest.state.mappings.0.end          | 0x7ffffffff000       | a mapping from 0x
          1.guest.state.mappings.0.protection   | 8                    | rights 8
          1.guest.state.mappings.0.offset       | 1                    | offset 0x1
          1.guest.state.mappings.0.offset       | -4096                | offset 0xfffffffffffff000
          1.guest.state.mappings.0.kind         | 'NOWHERE             | NOWHERE
          1.guest.state.mappings.0.kind         | 'FILE                | its source
          1.guest.state.mappings.0.source       | -1                   | its source
          1.guest.state.mappings.0.source       | 0x7fffffff           | its source
          1.guest.state.mappings.0.name         | a*5000               | its name
          1.guest.state.stub                    | 1                    | address of the stub
          1.guest.state.stub                    | 0x7ffffffff000       | address of the stub
          1.guest.state.program.arguments       | -4096                | where the arguments are
          1.guest.state.program.argumentsEnd    | 0                    | where the arguments are
          1.guest.state.program.argumentsEnd    | 0x7fffffffffff       | where the arguments are
          1.guest.state.program.room.table      | -8                   | the room for an environment
          1.guest.state.program.room.slots      | -1                   | the room for an environment
          1.guest.state.program.room.slots      | 0x7fffffff           | the room for an environment
          1.guest.state.program.room.vector     | -1                   | the room for an environment
          1.guest.state.program.room.vector     | 0x7fffffff           | the room for an environment
          1.guest.state.program.room.random     | -1                   | the room for an environment
          1.guest.state.program.room.base       | 0                    | the room for an environment
          1.guest.state.program.room.strings    | 0                    | the room for an environment
          1.guest.state.program.room.end        | 0x900000000000       | the room for an environment
          1.guest.state.breakStart              | -1                   | start of the heap
          1.guest.state.programBreak            | 1                    | end of the heap
          1.guest.state.programBreak            | 0x7fffffffffffffff   | end of the heap
          1.guest.state.tasks                   | []                   | 0 threads have the processor
          1.guest.state.tasks.0                 | {}                   | tasks
          1.guest.state.tasks.0.name            | a*16                 | name of the thread
          1.guest.state.tasks.0.waitDeadline    | -1                   | deadline of the call
          1.guest.state.tasks.0.progress        | -1                   | progress of the call
          1.guest.state.actions.0.signal        | 0                    | an action of number 0
          1.guest.state.actions.0.signal        | 65                   | an action of number 65
          1.guest.state.timers                  | []                   | not three timers
          1.guest.state.timers.0.due            | -1                   | a timer is negative
          1.guest.state.timers.0.interval       | -1                   | a timer is negative
          1.guest.state.monotonicNanos          | -1                   | CLOCK_MONOTONIC
          1.guest.state.monotonicNanos          | 0x7fffffffffffffff   | CLOCK_MONOTONIC
          1.guest.state.cpuNanos                | -1                   | time of the processor
          1.guest.state.credentials.user        | []                   | user and group ids
          1.guest.state.credentials.group.0     | copy                 | user and group ids
          1.guest.state.limits.0                | -                    | number of resource limits
          1.guest.state.channel.waiting         | x:00                 | message that waits is too long
          1.guest.state.channel.waitingFrom     | 9                    | was read of the message
          1.guest.state.channel.waitingFrom     | -1                   | was read of the message
          1.guest.state.tasks.0.blockedCall     | -2                   | call that waits
          1.guest.state.tasks.0.tid             | 1                    | number of a thread
          1.guest.state.tasks.0.tid             | 3                    | number of a thread
          1.guest.state.tasks.0.cpuNanos        | -1                   | time of a thread
          1.guest.state.lastTid                 | 1                    | number of a thread
          1.guest.state.leaderStatus            | 256                  | status
          1.guest.state.channel.receiving       | 7                    | thread 7
          1.guest.state.files                   | null                 | files
          """)
  void aSpoiledDescriptionIsRefused(String path, String value, String message) {
    assertRefused(
        good.withDescription(StoredParts.spoil(good.description(), path, value)), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          0                                | 4                  | version 4 of the format
          1.umask                          | 512                | the umask
          1.root                           | -1                 | the root has number -1
          1.workingDirectory               | 9999               | the working directory has number 9999
          1.nodes                          | []                 | has number
          1.nodes.0                        | 'Folder            | variant
          1.nodes.0.Folder.meta.mode       | 0x10000            | a file of mode 0200000
          1.nodes.0.Folder.meta.links      | -1                 | a file with negative links
          1.nodes.0.Folder.meta.created.nanos | 1000000000      | a time of a file
          1.nodes.0.Folder.meta.accessed.nanos | -1             | a time of a file
          1.nodes.0.Folder.meta            | null               | meta
          1.nodes.0.Folder.given           | '../x              | path of a file that a sandbox comes with
          1.nodes.0.Folder.lastCookie      | -1                 | its last cookie
          1.nodes.*.Link.target            | '                  | the text of a link
          1.nodes.*.Link.target            | a*4096             | the text of a link
          1.nodes.*.Memory.size           | -1                 | a file of negative size
          1.nodes.*.Memory.chunks.0       | copy               | not in order
          1.nodes.*.Memory.chunks.0.index | -1                 | not in order
          1.nodes.*.Memory.chunks.0.index | 0x7fffffffffffffff | lies too far
          1.nodes.*.Memory.chunks.0.bytes | x:00               | is not whole
          1.places.0.node                  | 9999               | its file has number 9999
          1.places.0.parent                | -2                 | its directory
          1.places.0.charge                | 2                  | its charge
          1.places.0.name                  | 'a/b               | a name that is none
          1.places.0.name                  | a*256              | a name that is none
          1.places.0.name                  | 'a\\0              | a name with a NUL
          1.open.0                         | {}                 | a map of one entry
          1.descriptors.0                  | copy               | descriptor 0 twice
          1.descriptors.0.number           | -1                 | descriptor -1
          1.descriptors.0.number           | 1048576            | descriptor 1048576
          1.descriptors.0.open             | 99                 | descriptor 0 has number 99
          1.volumes                        | null               | volumes
          """)
  void spoiledFilesAreRefused(String path, String value, String message) {
    assertRefused(good.withFiles(StoredParts.spoil(good.files(), path, value)), message);
  }

  /// A number of some bytes put somewhere in the file of pages.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
           0   | 8 | 0                  | not of pages
           8   | 4 | 2                  | version 2 of files of pages
           12  | 4 | -1                 | -1 pages are more
           12  | 4 | 0x7fffffff         | 2147483647 pages are more
           12  | 4 | 1                  | page 0 has content
           12  | 4 | 0                  | is not zero
           16  | 8 | 1                  | the byte at 16 is not zero
           24  | 8 | 1                  | the byte at 24 is not zero
           32  | 8 | 0x400001           | 0x400001 is no address of a page
           32  | 8 | -4096              | is no address of a page
           32  | 8 | 0x7ffffffff000     | is no address of a page
           32  | 8 | 0x3ff000           | the page at 0x3ff000 is in no mapping
           48  | 8 | 0x400000           | or not in order
           40  | 4 | -2                 | page 0 has content -2
           40  | 4 | 0                  | page 0 has content 0
           40  | 4 | 0x7fffffff         | page 0 has content 2147483647
           44  | 1 | 8                  | 8 are no rights
           44  | 1 | -2                 | page 0 has content
           44  | 1 | -1                 | page 0 has content
           45  | 1 | 1                  | the byte at 45 is not zero
          """)
  void spoiledPagesAreRefused(int offset, int size, String value, String message) {
    byte[] pages = good.pages().getFirst().clone();
    ByteBuffer number =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(Long.decode(value.strip()));
    System.arraycopy(number.array(), 0, pages, offset, size);
    assertRefused(good.withPages(pages), message);
  }

  @Test
  void aFileOfPagesHasWholePagesAndNoOthers() {
    byte[] pages = good.pages().getFirst();
    assertRefused(good.withPages(new byte[0]), "0 bytes are no file of pages");
    assertRefused(good.withPages(new byte[4095]), "4095 bytes are no file of pages");
    assertRefused(good.withPages(Arrays.copyOf(pages, pages.length + 1)), "are no file of pages");
    assertRefused(good.withPages(Arrays.copyOf(pages, pages.length + 4096)), "are named");
    assertRefused(good.withPages(Arrays.copyOf(pages, pages.length - 4096)), "are named");
  }

  @Test
  void aSnapshotHasLayersOfPages() {
    byte[] pages = good.pages().getFirst();
    assertRefused(good.withPages(), "no 0 layers of pages");
    byte[][] many = new byte[SnapshotParts.MOST_LAYERS + 1][];
    Arrays.fill(many, pages);
    assertRefused(good.withPages(many), "no 101 layers of pages");
  }

  /// A standard XSAVE image has nothing in most of its header; the processor faults otherwise.
  @ParameterizedTest
  @CsvSource({
    "26, 4, MXCSR is",
    "519, 128, the extended state has components",
    "527, 128, header of the extended state is not standard",
    "530, 1, header of the extended state is not standard",
    "575, 1, header of the extended state is not standard"
  })
  void aSpoiledExtendedStateIsRefused(int offset, int value, String message) {
    byte[] description = good.description().clone();
    int area = indexOf(description, "hextended".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    description[area + "hextended".length() + 3 + offset] = (byte) value;
    assertRefused(good.withDescription(description), message);
  }

  /// The room may be anywhere in the address space: what is not the guest's is not written to.
  @Test
  void roomThatTheGuestDoesNotHaveIsNoMoreThanAFailure() throws Exception {
    byte[] spoiled = StoredParts.spoil(good.description(), "1.guest.state.program.room.table", "0");
    Snapshot snapshot = good.withDescription(spoiled).read(folder);
    try (var sandbox = Sandbox.builder(snapshot).build()) {
      assertThatThrownBy(() -> sandbox.run(Streams.capture("line\n"), Map.of("A", "b")))
          .isInstanceOf(ProgramException.class)
          .hasMessageContaining("the memory of its environment: EFAULT");
    }
  }

  /// Only the processor knows: it takes bit 17 of MXCSR, or the guest ends.
  @ParameterizedTest
  @CsvSource({"0", "-1"})
  void whatTheProcessorRefusesIsNoMoreThanAnEnd(int stub) throws Exception {
    byte[] description =
        stub == 0
            ? StoredParts.spoil(good.description(), "1.guest.state.stub", "0")
            : good.description().clone();
    int area = indexOf(description, "hextended".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    description[area + "hextended".length() + 3 + 26] = 2;
    Snapshot snapshot = good.withDescription(description).read(folder);
    try (var sandbox = Sandbox.builder(snapshot).build()) {
      assertThat(sandbox.run(Streams.capture("line\n"))).isNotNull();
    } catch (SandboxException e) {
      assertThat(e.getMessage()).isNotEmpty();
    }
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int at = 0; at < bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    throw new AssertionError("not there");
  }

  @Test
  void anAnnouncementIsReadAgain() {
    byte[] talks = StoredParts.spoil(good.description(), "1.functions", "true");
    talks = StoredParts.spoil(talks, "1.guest.limits.messageBytes", "1024");
    for (String announcement :
        new String[] {"x:", "x:80", "x:8201a0", "x:8200a0", "x:8200", "x:ff"}) {
      byte[] spoiled = StoredParts.spoil(talks, "1.announcement", announcement);
      assertRefused(good.withDescription(spoiled), "the snapshot cannot be used");
    }
    byte[] small = StoredParts.spoil(talks, "1.guest.limits.messageBytes", "1");
    assertRefused(good.withDescription(small), "the snapshot cannot be used");
  }

  @Test
  void whatIsCutIsRefused() {
    byte[] description = good.description();
    for (int length = 0; length < description.length; length += 7) {
      assertRefused(good.withDescription(Arrays.copyOf(description, length)), "");
    }
    for (int length = 0; length < good.files().length; length += 61) {
      assertRefused(good.withFiles(Arrays.copyOf(good.files(), length)), "");
    }
    byte[] pages = good.pages().getFirst();
    for (int length = 0; length < pages.length; length += 77_777) {
      assertRefused(good.withPages(Arrays.copyOf(pages, length)), "");
    }
    assertRefused(good.withDescription(Arrays.copyOf(description, description.length + 1)), "");
  }

  /// What was shown a baseline goes on with every processor that has it.
  @Test
  void aBaselineTravels() throws Exception {
    SandboxBuilder builder =
        Sandbox.builder(Program.of(Path.of("/bin/busybox"), "cat")).cpu(CpuBaseline.X86_64_V2);
    StoredParts parts;
    try {
      parts = StoredParts.of(builder.snapshot(SnapshotPoint.INPUT));
    } catch (HostException e) {
      assertThat(e).hasMessageContaining("no other baseline than the host's own");
      assertThat(Path.of("/sys/module/kvm_pvm")).exists();
      return; // where CPUID cannot be kept from programs a baseline is refused
    }
    byte[] ofAnotherModel = StoredParts.spoil(parts.description(), "1.guest.cpu.digest", "'00");
    assertThat(parts.withDescription(ofAnotherModel).read(folder).offersFunctions()).isFalse();
    byte[] ofAnotherFeature = StoredParts.spoil(ofAnotherModel, "1.guest.cpu.features.2", "-1");
    assertRefused(parts.withDescription(ofAnotherFeature), "which this machine has not");
  }

  @Test
  void theProgramIsAProgram() {
    assertRefused(good.withProgram(new byte[0]), "the snapshot's program");
    assertRefused(good.withProgram(new byte[100]), "the snapshot's program");
    assertRefused(good.withProgram(Arrays.copyOf(good.program(), 100)), "the snapshot's program");
  }
}
