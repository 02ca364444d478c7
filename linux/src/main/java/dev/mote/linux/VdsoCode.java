package dev.mote.linux;

/// The functions of the vDSO, and the data page that they read.
///
/// ```
/// offset  type  field
///      0  u64   generation: another number after each change
///      8  u64   multiplier: nanoseconds per tick of the TSC, times 2^32; 0: ask the host
///     16  u64   base: the TSC at the time of the next field
///     24  u64   CLOCK_MONOTONIC then, in nanoseconds
///     32  s64   what CLOCK_REALTIME is ahead of CLOCK_MONOTONIC, in nanoseconds
///     40  u64   restore identity: another number in every sandbox and after every restore; 0: the
///               page is not the host's any more
/// ```
///
/// The host writes the page only while the guest does not run. So a reader never sees half of a
/// change, but it may be interrupted between two fields: it compares the generations before and
/// after, and begins again if they differ.
///
/// The functions follow the System V ABI: they change only what a call may change.
final class VdsoCode {
  static final int GENERATION = 0;
  static final int MULTIPLIER = 8;
  static final int BASE = 16;
  static final int MONOTONIC = 24;
  static final int WALL = 32;
  static final int RESTORE_ID = 40;

  /// The functions that Linux has too, in the order of their addresses.
  static final String[] FUNCTIONS = {
    "clock_gettime", "gettimeofday", "time", "clock_getres", "getcpu"
  };

  /// The function that only Mote has, which follows them.
  static final String RESTORE_ID_FUNCTION = "__mote_restore_id";

  /// Follows the last function.
  static final String END = "end";

  /// The clocks that are told here, a bit for each id: MONOTONIC, MONOTONIC_RAW, MONOTONIC_COARSE
  /// and BOOTTIME; REALTIME, REALTIME_COARSE and TAI.
  private static final int MONOTONICS = 1 << 1 | 1 << 4 | 1 << 6 | 1 << 7;

  private static final int REALTIMES = 1 | 1 << 5 | 1 << 11;
  private static final int COARSE = 1 << 5 | 1 << 6;

  // Numbers of system calls, asm/unistd_64.h.
  private static final int GETTIMEOFDAY = 96;
  private static final int TIME = 201;
  private static final int CLOCK_GETTIME = 228;
  private static final int CLOCK_GETRES = 229;

  private final long data;
  private final MachineCode code;

  private VdsoCode(long data, long start) {
    this.data = data;
    code = new MachineCode(start);
  }

  /// @param data the address of the data page
  /// @param start the address of the code
  static MachineCode assemble(long data, long start) {
    var vdso = new VdsoCode(data, start);
    vdso.read();
    vdso.split();
    vdso.clockGettime();
    vdso.gettimeofday();
    vdso.time();
    vdso.clockGetres();
    vdso.getcpu();
    vdso.restoreId();
    return vdso.code.label(END);
  }

  /// Reads the clock: rax = CLOCK_MONOTONIC, r9 = what CLOCK_REALTIME is ahead of it; the carry
  /// flag says that the host must be asked. Keeps rdi and rsi.
  ///
  /// LFENCE keeps RDTSC from being executed early, as in Linux's `rdtsc_ordered`. A TSC before the
  /// base (processors differ by a few ticks) counts as the base.
  private void read() {
    code.label("read")
        .at("4c 8b 05", data + GENERATION) //    mov    r8, [generation]
        .at("48 8b 0d", data + MULTIPLIER) //    mov    rcx, [multiplier]
        .jump("e3", "cannot read") //            jrcxz  cannot read
        .put("0f ae e8") //                      lfence
        .put("0f 31") //                         rdtsc
        .put("48 c1 e2 20") //                   shl    rdx, 32
        .put("48 09 d0") //                      or     rax, rdx
        .put("31 d2") //                         xor    edx, edx
        .at("48 2b 05", data + BASE) //          sub    rax, [base]
        .put("48 0f 42 c2") //                   cmovb  rax, rdx
        .put("48 f7 e1") //                      mul    rcx
        .put("48 0f ac d0 20") //                shrd   rax, rdx, 32
        .at("48 03 05", data + MONOTONIC) //     add    rax, [monotonic]
        .at("4c 8b 0d", data + WALL) //          mov    r9, [wall]
        .at("4c 3b 05", data + GENERATION) //    cmp    r8, [generation]
        .jump("75", "read") //                   jne    read
        .put("f8") //                            clc
        .put("c3") //                            ret
        .label("cannot read")
        .put("f9") //                            stc
        .put("c3"); //                           ret
  }

  /// Splits the nanoseconds in rax: rax = seconds, r8 = the nanoseconds that remain. Keeps rdi and
  /// rsi.
  ///
  /// The division is a multiplication, as compilers do it: n / 10^9 = (n / 2^9 · 0x44b82fa09b5a53)
  /// / 2^75 for every n of 64 bits.
  private void split() {
    code.label("split")
        .put("49 89 c0") //                      mov    r8, rax
        .put("48 c1 e8 09") //                   shr    rax, 9
        .put("48 ba 53 5a 9b a0 2f b8 44 00") // mov    rdx, 0x44b82fa09b5a53
        .put("48 f7 e2") //                      mul    rdx
        .put("48 89 d0") //                      mov    rax, rdx
        .put("48 c1 e8 0b") //                   shr    rax, 11
        .put("48 69 d0", 1_000_000_000) //       imul   rdx, rax, 1000000000
        .put("49 29 d0") //                      sub    r8, rdx
        .put("c3"); //                           ret
  }

  /// `int clock_gettime(clockid_t edi, struct timespec *rsi)`
  private void clockGettime() {
    code.label("clock_gettime");
    onlyKnownClocks("clock_gettime asks");
    code.call("read") //                         call   read
        .jump("72", "clock_gettime asks") //     jc     clock_gettime asks
        .put("ba", REALTIMES) //                 mov    edx, REALTIMES
        .put("0f a3 fa") //                      bt     edx, edi
        .jump("73", "monotonic") //              jnc    monotonic
        .put("4c 01 c8") //                      add    rax, r9
        .label("monotonic")
        .call("split") //                        call   split
        .put("48 89 06") //                      mov    [rsi], rax
        .put("4c 89 46 08") //                   mov    [rsi + 8], r8
        .put("31 c0") //                         xor    eax, eax
        .put("c3"); //                           ret
    ask("clock_gettime asks", CLOCK_GETTIME);
  }

  /// Goes to a label with a clock id in edi that is not told here. Changes eax.
  private void onlyKnownClocks(String otherwise) {
    code.put("83 ff 0b") //                      cmp    edi, 11
        .jump("77", otherwise) //                ja     otherwise
        .put("b8", MONOTONICS | REALTIMES) //    mov    eax, MONOTONICS | REALTIMES
        .put("0f a3 f8") //                      bt     eax, edi
        .jump("73", otherwise); //               jnc    otherwise
  }

  /// The real system call, with the arguments as they came.
  private void ask(String label, int systemCall) {
    code.label(label)
        .put("b8", systemCall) //                mov    eax, systemCall
        .put("0f 05") //                         syscall
        .put("c3"); //                           ret
  }

  /// `int gettimeofday(struct timeval *rdi, struct timezone *rsi)`
  ///
  /// n / 1000 = n · 274877907 / 2^38 for every n below 10^9.
  private void gettimeofday() {
    code.label("gettimeofday")
        .put("48 85 ff") //                      test   rdi, rdi
        .jump("74", "zone") //                   jz     zone
        .call("read") //                         call   read
        .jump("72", "gettimeofday asks") //      jc     gettimeofday asks
        .put("4c 01 c8") //                      add    rax, r9
        .call("split") //                        call   split
        .put("48 89 07") //                      mov    [rdi], rax
        .put("49 69 c0", 274_877_907) //         imul   rax, r8, 274877907
        .put("48 c1 e8 26") //                   shr    rax, 38
        .put("48 89 47 08") //                   mov    [rdi + 8], rax
        .label("zone")
        .put("48 85 f6") //                      test   rsi, rsi
        .jump("74", "no zone") //                jz     no zone
        .put("48 c7 06", 0) //                   mov    qword [rsi], 0
        .label("no zone")
        .put("31 c0") //                         xor    eax, eax
        .put("c3"); //                           ret
    ask("gettimeofday asks", GETTIMEOFDAY);
  }

  /// `time_t time(time_t *rdi)`
  private void time() {
    code.label("time")
        .call("read") //                         call   read
        .jump("72", "time asks") //              jc     time asks
        .put("4c 01 c8") //                      add    rax, r9
        .call("split") //                        call   split
        .put("48 85 ff") //                      test   rdi, rdi
        .jump("74", "only returned") //          jz     only returned
        .put("48 89 07") //                      mov    [rdi], rax
        .label("only returned")
        .put("c3"); //                           ret
    ask("time asks", TIME);
  }

  /// `int clock_getres(clockid_t edi, struct timespec *rsi)`
  private void clockGetres() {
    code.label("clock_getres");
    onlyKnownClocks("clock_getres asks");
    code.put("b8", 1) //                         mov    eax, 1
        .put("b9", TimeCalls.TICK) //            mov    ecx, TICK
        .put("ba", COARSE) //                    mov    edx, COARSE
        .put("0f a3 fa") //                      bt     edx, edi
        .put("0f 42 c1") //                      cmovc  eax, ecx
        .put("48 85 f6") //                      test   rsi, rsi
        .jump("74", "not stored") //             jz     not stored
        .put("48 c7 06", 0) //                   mov    qword [rsi], 0
        .put("48 89 46 08") //                   mov    [rsi + 8], rax
        .label("not stored")
        .put("31 c0") //                         xor    eax, eax
        .put("c3"); //                           ret
    ask("clock_getres asks", CLOCK_GETRES);
  }

  /// `int getcpu(unsigned *rdi, unsigned *rsi, void *)`: there is one processor on one node.
  private void getcpu() {
    code.label("getcpu")
        .put("31 c0") //                         xor    eax, eax
        .put("48 85 ff") //                      test   rdi, rdi
        .jump("74", "node") //                   jz     node
        .put("89 07") //                         mov    [rdi], eax
        .label("node")
        .put("48 85 f6") //                      test   rsi, rsi
        .jump("74", "no node") //                jz     no node
        .put("89 06") //                         mov    [rsi], eax
        .label("no node")
        .put("c3"); //                           ret
  }

  /// `uint64_t __mote_restore_id(void)`
  private void restoreId() {
    code.label(RESTORE_ID_FUNCTION)
        .at("48 8b 05", data + RESTORE_ID) //    mov    rax, [restore identity]
        .put("c3"); //                           ret
  }
}
