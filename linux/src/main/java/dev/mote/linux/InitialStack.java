package dev.mote.linux;

import dev.mote.machine.VirtualMachine;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a program finds on its stack when it starts (System V ABI for x86-64, figure 3.9):
///
/// ```
/// rsp → argc, argv[0] …, NULL, environment[0] …, NULL, auxiliary vector …, AT_NULL     (8 bytes each)
///       padding to 16
///       16 random bytes, the platform's name, the executable's path, the strings of argv and of the environment
/// ```
///
/// It may have an [EnvironmentRoom], whose words and strings follow those of the environment.
final class InitialStack {
  // Auxiliary vector, linux/auxvec.h.
  private static final int AT_NULL = 0;
  private static final int AT_PHDR = 3;
  private static final int AT_PHENT = 4;
  private static final int AT_PHNUM = 5;
  private static final int AT_PAGESZ = 6;
  private static final int AT_BASE = 7;
  private static final int AT_FLAGS = 8;
  private static final int AT_ENTRY = 9;
  private static final int AT_UID = 11;
  private static final int AT_EUID = 12;
  private static final int AT_GID = 13;
  private static final int AT_EGID = 14;
  private static final int AT_PLATFORM = 15;
  private static final int AT_HWCAP = 16;
  private static final int AT_CLKTCK = 17;
  private static final int AT_SECURE = 23;
  private static final int AT_RANDOM = 25;
  private static final int AT_HWCAP2 = 26;
  private static final int AT_EXECFN = 31;
  private static final int AT_SYSINFO_EHDR = 33;
  private static final int AT_MINSIGSTKSZ = 51;

  /// That the auxiliary vector has at most.
  static final int MOST_VECTOR_WORDS = 64;

  private static final long HWCAP2_FSGSBASE = 2;
  private static final int CLOCK_TICKS_PER_SECOND = 100;
  private static final byte[] PLATFORM = "x86_64\0".getBytes(StandardCharsets.US_ASCII);

  private final ElfImage image;
  private final long bias;
  private final long base;
  private final ProcessArguments arguments;
  private final byte[] random;
  private final Credentials credentials;
  private final VirtualMachine vm;
  private final boolean reserves;
  private final ByteArrayOutputStream strings = new ByteArrayOutputStream();
  private long stringsAt;

  /// @param bias what was added to the program's own addresses
  /// @param base the same of its dynamic loader; 0 without one
  /// @param reserves whether there is to be room for another environment
  InitialStack(
      ElfImage image,
      long bias,
      long base,
      ProcessArguments arguments,
      byte[] random,
      Credentials credentials,
      VirtualMachine vm,
      boolean reserves) {
    this.image = image;
    this.bias = bias;
    this.base = base;
    this.arguments = arguments;
    this.random = random;
    this.credentials = credentials;
    this.vm = vm;
    this.reserves = reserves;
  }

  /// Where things are on the stack.
  ///
  /// @param stackPointer a multiple of 16
  /// @param arguments the first string of argv
  /// @param environment behind the last string of argv: the first of the environment
  /// @param environmentEnd behind the last string of the environment
  /// @param room for another environment; null for none
  record Places(
      long stackPointer,
      long arguments,
      long environment,
      long environmentEnd,
      @Nullable EnvironmentRoom room) {}

  /// Writes the stack below an address.
  Places write(UserMemory memory, long top) {
    stringsAt = (top - 8 - stringBytes()) & -16;
    long randomAt = add(random);
    long platformAt = add(PLATFORM);
    long pathAt = addString(arguments.fileName());
    long argumentsAt = stringsAt + strings.size();
    long[] argv = addAll(arguments.arguments());
    long environmentAt = stringsAt + strings.size();
    long[] environment = addAll(environment());
    long[] vector = auxiliaryVector(randomAt, platformAt, pathAt);

    long stringsEnd = stringsAt + strings.size();

    int free = reserves ? EnvironmentRoom.VARIABLES + vector.length : 0;
    int slots = environment.length + free + 1;
    int words = 1 + argv.length + 1 + slots + vector.length;
    long sp = (stringsAt - words * 8L) & -16;
    var table = ByteBuffer.allocate(words * 8).order(ByteOrder.LITTLE_ENDIAN);
    table.putLong(argv.length);
    put(table, argv);
    table.putLong(0);
    long environmentTable = sp + table.position();
    put(table, environment);
    long emptyString = platformAt + PLATFORM.length - 1;
    for (int i = 0; i < free; i++) {
      table.putLong(emptyString);
    }
    table.putLong(0);
    put(table, vector);
    memory.write(sp, table.array(), 0, table.capacity());
    byte[] bytes = strings.toByteArray();
    memory.write(stringsAt, bytes, 0, bytes.length);

    EnvironmentRoom room =
        !reserves
            ? null
            : new EnvironmentRoom(
                environmentTable,
                slots,
                vector.length,
                randomAt,
                environmentAt,
                stringsEnd,
                stringsEnd + roomBytes());
    return new Places(sp, argumentsAt, environmentAt, stringsEnd, room);
  }

  /// The environment's strings once more, and those that may be added.
  private long roomBytes() {
    long given = environment().stream().mapToLong(string -> string.length + 1L).sum();
    return reserves ? given + EnvironmentRoom.BYTES : 0;
  }

  /// Free slots of a room are empty strings, which a program may have passed on by execve.
  private List<byte[]> environment() {
    return reserves
        ? arguments.environment().stream().filter(string -> string.length > 0).toList()
        : arguments.environment();
  }

  private long stringBytes() {
    return random.length + PLATFORM.length + arguments.size() + roomBytes();
  }

  private long add(byte[] bytes) {
    long at = stringsAt + strings.size();
    strings.writeBytes(bytes);
    return at;
  }

  private long addString(byte[] string) {
    long at = add(string);
    strings.write(0);
    return at;
  }

  private long[] addAll(List<byte[]> list) {
    return list.stream().mapToLong(this::addString).toArray();
  }

  private static void put(ByteBuffer table, long[] words) {
    for (long word : words) {
      table.putLong(word);
    }
  }

  private long[] auxiliaryVector(long randomAt, long platformAt, long pathAt) {
    long headers = image.programHeadersAddress();
    return new long[] {
      AT_HWCAP,
      vm.vcpu().features(),
      AT_PAGESZ,
      AddressSpace.PAGE,
      AT_CLKTCK,
      CLOCK_TICKS_PER_SECOND,
      AT_PHDR,
      headers == 0 ? 0 : bias + headers,
      AT_PHENT,
      ElfImage.PROGRAM_HEADER_SIZE,
      AT_PHNUM,
      image.programHeaderCount(),
      AT_BASE,
      base,
      AT_FLAGS,
      0,
      AT_ENTRY,
      bias + image.entry(),
      AT_UID,
      Integer.toUnsignedLong(credentials.uid()),
      AT_EUID,
      Integer.toUnsignedLong(credentials.euid()),
      AT_GID,
      Integer.toUnsignedLong(credentials.gid()),
      AT_EGID,
      Integer.toUnsignedLong(credentials.egid()),
      AT_SECURE,
      0,
      AT_RANDOM,
      randomAt,
      AT_HWCAP2,
      vm.vcpu().fsgsbase() ? HWCAP2_FSGSBASE : 0,
      AT_EXECFN,
      pathAt,
      AT_PLATFORM,
      platformAt,
      AT_SYSINFO_EHDR,
      Vdso.ADDRESS,
      AT_MINSIGSTKSZ,
      SignalFrame.minimumStack(vm),
      AT_NULL,
      0,
    };
  }
}
