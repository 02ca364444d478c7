package dev.mote.linux;

import static dev.mote.linux.ElfBuilder.R;
import static dev.mote.linux.ElfBuilder.RW;
import static dev.mote.linux.ElfBuilder.RX;
import static dev.mote.linux.ElfBuilder.fixed;
import static dev.mote.linux.ElfBuilder.relocatable;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mote.machine.Registers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Programs, dynamic loaders and scripts that nobody's linker made, out of a guest's own tree.
class ExecTest {
  private static final int EXECVE = 59;
  private static final long STRINGS = 0x7000_0000L;
  private static final byte[] CODE = {(byte) 0xf4};

  @TempDir Path directory;
  private Guest guest;
  private SystemCalls calls;

  private void start(Path program) throws IOException {
    var setup =
        new GuestSetup(
            ProgramFile.read(program),
            program,
            List.of(),
            List.of(),
            "/",
            null,
            GuestSetup.Ids.ROOT,
            List.of(new GuestSetup.Mount(directory, "/in")),
            new GuestLimits(8L << 20, FileLimits.defaults(), 0),
            0,
            null);
    guest = Guest.create(setup);
    calls = new SystemCalls(guest.process(), StandardStreams.none(), setup, 0x50_0000);
    int both = Mapping.PROT_READ | Mapping.PROT_WRITE;
    guest.process().space().map(Mapping.zeros(STRINGS, STRINGS + 0x1_0000, both, ""));
  }

  @AfterEach
  void close() {
    if (calls != null) {
      calls.close();
      guest.close();
    }
  }

  private void put(String name, ElfBuilder file) throws IOException {
    put(name, file.bytes());
  }

  private void put(String name, byte[] content) throws IOException {
    Path file = Files.write(directory.resolve(name), content);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  /// The result of `execve("/in/NAME", {"zero", "one"}, {})` out of a program that runs.
  private long exec(String name) throws IOException {
    if (calls == null) {
      put("first", ElfBuilder.smallest());
      start(directory.resolve("first"));
    }
    UserMemory memory = guest.process().memory();
    String text = "/in/" + name + "\0zero\0one\0";
    memory.write(STRINGS, text.getBytes(ISO_8859_1), 0, text.length());
    long zero = STRINGS + text.indexOf('\0') + 1;
    long table = STRINGS + 0x8000;
    memory.setLong(table, zero);
    memory.setLong(table + 8, zero + 5);
    memory.setLong(table + 16, 0);
    Registers r = guest.process().vm().registers();
    r.rdi(STRINGS);
    r.rsi(table);
    r.rdx(0);
    guest.process().task().begin();
    return calls.call(guest.process().task(), EXECVE);
  }

  /// It fails, and nothing of the guest has changed.
  private void assertFails(String name, Errno errno) throws IOException {
    long result = exec(name);
    assertThat(result).as(name).isEqualTo(-errno.value);
    assertThat(guest.process().space().find(0x40_0000)).isNotNull();
    assertThat(guest.process().space().find(STRINGS)).isNotNull();
    assertThat(guest.process().hasEnded()).isFalse();
  }

  private static ElfBuilder program() {
    return relocatable().load(RX, 0x1000, CODE).entry(0x1000);
  }

  @Test
  void aProgramWithItsLoader() throws IOException {
    put(
        "loader",
        relocatable().load(RX, 0, new byte[0x2000]).load(RW, 0x3000, CODE, 0x5000).entry(0x100));
    put("program", program().interpreter("/in/loader"));

    assertThat(exec("program")).isZero();

    long base = auxiliary(7);
    assertThat(guest.process().space().find(STRINGS)).isNull();
    assertThat(guest.process().vm().registers().rip()).isEqualTo(base + 0x100);
    assertThat(auxiliary(9)).isEqualTo(0x5555_5555_0000L + 0x1000 - 0x1000);
    assertThat(guest.process().memory().getByte(auxiliary(9))).isEqualTo(CODE[0]);
    Mapping loader = guest.process().space().find(base);
    assertThat(loader).isNotNull();
    assertThat(loader.name()).isEqualTo("/in/loader");
    assertThat(guest.process().memory().getByte(base + 0x3000 + 1)).isZero();
    assertThat(guest.process().memory().getByte(base + 0x7fff)).isZero();
    assertThat(guest.process().running().path()).isEqualTo("/in/program");
    assertThat(guest.process().task().name).isEqualTo("program");
    String commandLine =
        new String(
            new LinuxProcessFacts(
                    guest.process(), new ResourceLimits(9), new Credentials(GuestSetup.Ids.ROOT))
                .commandLine(),
            ISO_8859_1);
    assertThat(commandLine).isEqualTo("zero\0one\0");
  }

  @Test
  void whoWaitsAtThePortEndsWithTheProgram() throws IOException {
    put("first", ElfBuilder.smallest());
    start(directory.resolve("first"));
    Task other = guest.process().scheduler().fork();
    other.registers().rax(1);
    guest.process().channel().exchange(other, guest.process().memory());
    assertThat(guest.process().channel().isReceiving()).isTrue();
    put("program", program());
    assertThat(exec("program")).isZero();
    assertThat(guest.process().channel().isReceiving()).isFalse();
    assertThat(guest.process().scheduler().tasks()).containsExactly(guest.process().task());
  }

  private long auxiliary(int type) {
    UserMemory memory = guest.process().memory();
    long at = guest.process().vm().registers().rsp();
    at += 8 * (1 + memory.getLong(at) + 1 + 1); // no environment
    while (memory.getLong(at) != type) {
      assertThat(memory.getLong(at)).isNotZero();
      at += 16;
    }
    return memory.getLong(at + 8);
  }

  @Test
  void theTailBehindAFilePartIsClearedAndOthersShowTheFile() throws IOException {
    byte[] content = new byte[4096 * 2];
    Arrays.fill(content, (byte) 7);
    put(
        "program",
        fixed()
            .load(RX, 0x40_0000, content)
            .patchHeader(0, ElfLayout.P_FILESZ, 8, 100)
            .patchHeader(0, ElfLayout.P_MEMSZ, 8, 200)
            .load(R, 0x50_0000, content)
            .patchHeader(1, ElfLayout.P_FILESZ, 8, 100)
            .patchHeader(1, ElfLayout.P_MEMSZ, 8, 100)
            .entry(0x40_0000));

    assertThat(exec("program")).isZero();

    assertThat(guest.process().memory().getByte(0x40_0000 + 99)).isEqualTo((byte) 7);
    assertThat(guest.process().memory().getByte(0x40_0000 + 100)).isZero();
    assertThat(guest.process().memory().getByte(0x40_0fff)).isZero();
    assertThat(guest.process().memory().getByte(0x50_0000 + 100)).isEqualTo((byte) 7);
  }

  @Test
  void loadersThatAreNotThere() throws IOException {
    put("missing", program().interpreter("/in/no-loader"));
    assertFails("missing", Errno.ENOENT);
    put("below", program().interpreter("/in/first/x"));
    assertFails("below", Errno.ENOTDIR);
    Files.createDirectory(directory.resolve("folder"));
    put("folder-loader", program().interpreter("/in/folder"));
    assertFails("folder-loader", Errno.EACCES);
    Files.writeString(directory.resolve("plain"), "text");
    put("plain-loader", program().interpreter("/in/plain"));
    assertFails("plain-loader", Errno.EACCES);
    Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
    put("loop-loader", program().interpreter("/in/loop"));
    assertFails("loop-loader", Errno.ELOOP);
  }

  @Test
  void loadersThatAreNone() throws IOException {
    put("script", "#!/in/first\n".getBytes(ISO_8859_1));
    put("script-loader", program().interpreter("/in/script"));
    assertFails("script-loader", Errno.ELIBBAD);
    put("empty", new byte[0]);
    put("empty-loader", program().interpreter("/in/empty"));
    assertFails("empty-loader", Errno.ELIBBAD);
    put("other", ElfBuilder.smallest().patch(ElfLayout.E_MACHINE, 2, 40));
    put("other-loader", program().interpreter("/in/other"));
    assertFails("other-loader", Errno.ELIBBAD);
  }

  @Test
  void namesOfLoadersThatAreNone() throws IOException {
    put("unterminated", program().interpreter("/in/first".getBytes(ISO_8859_1)));
    assertFails("unterminated", Errno.ENOEXEC);
    put("huge", program().interpreter("/" + "x".repeat(5000)));
    assertFails("huge", Errno.ENOEXEC);
    put("empty", program().interpreter(""));
    assertFails("empty", Errno.ENOEXEC);
    put("outside", program().interpreter("/in/first").patchHeader(1, ElfLayout.P_OFFSET, 8, -1));
    assertFails("outside", Errno.ENOEXEC);
  }

  /// Linux does not look at the loader of a loader.
  @Test
  void aLoaderThatAsksForALoader() throws IOException {
    put("loader", program().interpreter("/in/nowhere"));
    put("program", program().interpreter("/in/loader"));
    assertThat(exec("program")).isZero();
  }

  @Test
  void aProgramThatIsItsOwnLoader() throws IOException {
    put("program", program().interpreter("/in/program"));
    assertThat(exec("program")).isZero();
    assertThat(auxiliary(7)).isNotEqualTo(0x5555_5555_0000L);
  }

  @Test
  void aLoaderAtTheProgramsAddresses() throws IOException {
    put("loader", fixed().load(RX, 0x40_0000, CODE).entry(0x40_0000));
    put("program", fixed().load(RX, 0x40_0000, CODE).entry(0x40_0000).interpreter("/in/loader"));
    assertFails("program", Errno.ELIBBAD);
    put("beside", fixed().load(RX, 0x40_1000, CODE).entry(0x40_1000).interpreter("/in/loader"));
    assertThat(exec("beside")).isZero();
    assertThat(guest.process().vm().registers().rip()).isEqualTo(0x40_0000);
  }

  @Test
  void moreThanTheMemoryLimit() throws IOException {
    put(
        "large",
        fixed().load(RW, 0x60_0000, CODE, 7 << 20).load(RX, 0x50_0000, CODE).entry(0x50_0000));
    put(
        "too-large",
        fixed().load(RW, 0x60_0000, CODE, 9 << 20).load(RX, 0x50_0000, CODE).entry(0x50_0000));
    put(
        "program",
        fixed()
            .load(RW, 0x160_0000, CODE, 7 << 20)
            .load(RX, 0x150_0000, CODE)
            .entry(0x150_0000)
            .interpreter("/in/large"));
    assertFails("too-large", Errno.ENOMEM);
    assertFails("program", Errno.ENOMEM);
  }

  @Test
  void attemptsThatFailKeepNothingOpen() throws IOException {
    put("program", program().interpreter("/in/script"));
    put("script", "#!/in/first\n".getBytes(ISO_8859_1));
    long before = openFiles();
    for (int i = 0; i < 300; i++) {
      assertFails("program", Errno.ELIBBAD);
    }
    assertThat(openFiles()).isLessThan(before + 100);
  }

  private static long openFiles() throws IOException {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  @Test
  void aDynamicProgramOfTheHostSaysWhatItNeeds() throws IOException {
    put("dynamic", program().interpreter("/lib64/ld-linux-x86-64.so.2"));
    Path file = directory.resolve("dynamic");
    var setup = FileGuest.setup(file, FileLimits.defaults());
    try (var alone = Guest.create(setup)) {
      assertThatThrownBy(() -> alone.run(StandardStreams.none(), Long.MAX_VALUE, Long.MAX_VALUE))
          .isInstanceOfSatisfying(
              GuestFailure.class,
              e -> assertThat(e.blame()).isEqualTo(GuestFailure.Blame.MISSING_INTERPRETER))
          .hasMessageStartingWith(
              file + ": is dynamically linked and needs /lib64/ld-linux-x86-64.so.2, which is not");
    }
  }
}
