package dev.mote.linux;

import static dev.mote.linux.Errno.ECHILD;
import static dev.mote.linux.Errno.EINVAL;
import static dev.mote.linux.Errno.EPERM;
import static dev.mote.linux.Errno.ESRCH;

import dev.mote.machine.HostRandom;
import dev.mote.machine.PageTables;
import dev.mote.machine.VirtualMachine;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The system calls about a process itself: what it is, what it may, and what the machine tells it.
final class ProcessCalls {
  static final String KERNEL_RELEASE = "6.6.0-mote";
  static final String KERNEL_VERSION = "#1 Mote";
  static final String HOST_NAME = "mote";

  /// WSTOPPED, WEXITED, WCONTINUED.
  private static final int WAITID_EVENTS = 2 | 4 | 8;

  /// Those, WNOHANG, WNOWAIT, __WNOTHREAD, __WCLONE and __WALL.
  private static final int WAITID_ALL = WAITID_EVENTS | 1 | 0x0100_0000 | 0xe000_0000;

  private static final int ARCH_SET_GS = 0x1001;
  private static final int ARCH_SET_FS = 0x1002;
  private static final int ARCH_GET_FS = 0x1003;
  private static final int ARCH_GET_GS = 0x1004;

  private static final int PR_GET_DUMPABLE = 3;
  private static final int PR_SET_DUMPABLE = 4;
  private static final int PR_GET_KEEPCAPS = 7;
  private static final int PR_SET_KEEPCAPS = 8;
  private static final int PR_SET_NAME = 15;
  private static final int PR_GET_NAME = 16;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int PR_GET_NO_NEW_PRIVS = 39;
  private static final int NAME_SIZE = 16;

  private static final int CAPABILITY_VERSION_1 = 0x1998_0330;
  private static final int CAPABILITY_VERSION_2 = 0x2007_1026;
  private static final int CAPABILITY_VERSION_3 = 0x2008_0522;
  private static final long ALL_CAPABILITIES = (1L << 41) - 1;

  private static final int GRND_ALL = 7; // NONBLOCK, RANDOM, INSECURE

  /// The most random bytes that one call returns: asking for more is not an error, and gets this
  /// many.
  private static final int MAX_RANDOM = 1 << 20;

  private static final int RUSAGE_SELF = 0;
  private static final int RUSAGE_CHILDREN = -1;
  private static final int RUSAGE_THREAD = 1;

  private final LinuxProcess process;
  private final VirtualMachine vm;
  private final Credentials credentials;

  ProcessCalls(LinuxProcess process, VirtualMachine vm, Credentials credentials) {
    this.process = process;
    this.credentials = credentials;
    this.vm = vm;
  }

  long exitGroup(int status) {
    process.end(new GuestEnding.Exited(status & 0xff));
    return 0;
  }

  long archPrctl(Task task, int code, long address) {
    switch (code) {
      case ARCH_SET_FS, ARCH_SET_GS -> {
        if (address < 0 || address >= PageTables.USER_END - AddressSpace.PAGE) {
          throw EPERM.exception();
        }
        if (code == ARCH_SET_FS) {
          vm.vcpu().fsBase(address);
        } else {
          vm.vcpu().gsBase(address);
        }
      }
      case ARCH_GET_FS -> task.memory().setLong(address, vm.vcpu().fsBase());
      case ARCH_GET_GS -> task.memory().setLong(address, vm.vcpu().gsBase());
      default -> throw EINVAL.exception();
    }
    return 0;
  }

  long setTidAddress(Task task, long address) {
    task.clearChildTid = address;
    return task.tid;
  }

  long setRobustList(Task task, long head, long size) {
    if (size != 24) {
      throw EINVAL.exception();
    }
    task.robustList = head;
    return 0;
  }

  long getRobustList(Task task, int thread, long head, long size) {
    Task asked = thread == 0 ? task : process.scheduler().find(thread);
    if (asked == null) {
      throw ESRCH.exception();
    }
    task.memory().setLong(head, asked.robustList);
    task.memory().setLong(size, 24);
    return 0;
  }

  long getrandom(Task task, long target, long length, int flags) {
    if ((flags & ~GRND_ALL) != 0 || (flags & 6) == 6) {
      throw EINVAL.exception();
    }
    int count = (int) Math.min(length < 0 ? Integer.MAX_VALUE : length, MAX_RANDOM);
    byte[] bytes = new byte[Math.min(count, 4096)];
    int done = 0;
    while (done < count) {
      HostRandom.fill(bytes);
      int chunk = Math.min(bytes.length, count - done);
      task.memory().write(target + done, bytes, 0, chunk);
      done += chunk;
    }
    return count;
  }

  /// There are no children to wait for.
  ///
  /// @param idType P_ALL 0, P_PID 1, P_PGID 2, P_PIDFD 3
  static long waitid(int idType, int id, int options) {
    boolean known = (options & ~WAITID_ALL) == 0 && (options & WAITID_EVENTS) != 0;
    boolean named = idType == 0 || (idType == 1 && id > 0) || (idType == 2 && id >= 0);
    if (!known || (!named && idType != 3)) {
      throw Errno.EINVAL.exception();
    }
    throw (idType == 3 ? Errno.EBADF : Errno.ECHILD).exception(); // no descriptor is a process
  }

  /// The names are the sandbox's, as in a container that does not rule its machine.
  static long setName() {
    throw Errno.EPERM.exception();
  }

  long uname(Task task, long target) {
    byte[] bytes = new byte[6 * 65];
    String[] fields = {"Linux", HOST_NAME, KERNEL_RELEASE, KERNEL_VERSION, "x86_64", "(none)"};
    for (int i = 0; i < fields.length; i++) {
      byte[] field = fields[i].getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(field, 0, bytes, i * 65, field.length);
    }
    task.memory().write(target, bytes, 0, bytes.length);
    return 0;
  }

  long sysinfo(Task task, long target) {
    long total = process.memoryLimit();
    long free = process.frames().available() * AddressSpace.PAGE;
    var info = ByteBuffer.allocate(112).order(ByteOrder.LITTLE_ENDIAN);
    info.putLong(0, process.clock().monotonicNanos() / Clock.SECOND);
    info.putLong(32, total);
    info.putLong(40, free);
    info.putShort(80, (short) 1);
    info.putInt(104, 1);
    task.memory().write(target, info.array(), 0, info.capacity());
    return 0;
  }

  long getrusage(Task task, int who, long target) {
    if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD) {
      throw EINVAL.exception();
    }
    var usage = ByteBuffer.allocate(144).order(ByteOrder.LITTLE_ENDIAN);
    if (who != RUSAGE_CHILDREN) {
      long cpu = who == RUSAGE_THREAD ? process.scheduler().cpuNanos(task) : process.cpuNanos();
      usage.putLong(0, cpu / Clock.SECOND);
      usage.putLong(8, cpu % Clock.SECOND / 1000);
      usage.putLong(32, process.frames().lastPeak() * (AddressSpace.PAGE / 1024));
    }
    task.memory().write(target, usage.array(), 0, usage.capacity());
    return 0;
  }

  long prctl(Task task, int option, long argument) {
    switch (option) {
      case PR_SET_NAME -> {
        byte[] name = new byte[NAME_SIZE - 1];
        int length = 0;
        while (length < name.length) {
          byte next = task.memory().getByte(argument + length);
          if (next == 0) {
            break;
          }
          name[length++] = next;
        }
        task.name = new String(name, 0, length, StandardCharsets.ISO_8859_1);
      }
      case PR_GET_NAME -> {
        byte[] name = new byte[NAME_SIZE];
        byte[] bytes = task.name.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, name, 0, Math.min(bytes.length, NAME_SIZE - 1));
        task.memory().write(argument, name, 0, NAME_SIZE);
      }
      case PR_GET_DUMPABLE -> {
        return 1;
      }
      case PR_SET_DUMPABLE -> {
        if (argument != 0 && argument != 1) {
          throw EINVAL.exception();
        }
      }
      case PR_SET_NO_NEW_PRIVS -> {
        if (argument != 1) {
          throw EINVAL.exception();
        }
        credentials.noNewPrivileges = true;
      }
      case PR_GET_NO_NEW_PRIVS -> {
        return credentials.noNewPrivileges ? 1 : 0;
      }
      case PR_SET_KEEPCAPS -> {
        if (argument != 0 && argument != 1) {
          throw EINVAL.exception();
        }
        task.keepsCapabilities = argument == 1;
      }
      case PR_GET_KEEPCAPS -> {
        return task.keepsCapabilities ? 1 : 0;
      }
      default -> throw EINVAL.exception();
    }
    return 0;
  }

  long getcpu(Task task, long cpu, long node) {
    if (cpu != 0) {
      task.memory().setInt(cpu, 0);
    }
    if (node != 0) {
      task.memory().setInt(node, 0);
    }
    return 0;
  }

  long wait4(int options) {
    int known = 1 | 2 | 8 | 0x2000_0000 | 0x4000_0000 | 0x8000_0000; // WNOHANG … __WALL, __WCLONE
    if ((options & ~known) != 0) {
      throw EINVAL.exception();
    }
    throw ECHILD.exception();
  }

  long getpgid(Task task, int pid) {
    requireSelf(task, pid);
    return process.processId();
  }

  long setpgid(Task task, int pid, int group) {
    if (group < 0 || (group == 0 && pid < 0)) {
      throw EINVAL.exception();
    }
    requireSelf(task, pid);
    if (group != 0 && group != process.processId()) {
      throw EPERM.exception();
    }
    return 0;
  }

  /// A process is the leader of its session already.
  long setsid() {
    throw EPERM.exception();
  }

  /// @param id of a thread; 0 for the caller
  void requireThread(int id) {
    if (id < 0) {
      throw EINVAL.exception();
    }
    if (id != 0 && process.scheduler().find(id) == null) {
      throw ESRCH.exception();
    }
  }

  /// What the program may do by its capabilities: everything, as `/proc/self/status` says too.
  long capget(Task task, long header, long data) {
    UserMemory memory = task.memory();
    int words =
        switch (memory.getInt(header)) {
          case CAPABILITY_VERSION_1 -> 1;
          case CAPABILITY_VERSION_2, CAPABILITY_VERSION_3 -> 2;
          default -> {
            memory.setInt(header, CAPABILITY_VERSION_3);
            yield 0;
          }
        };
    if (words == 0 && data != 0) {
      throw EINVAL.exception();
    }
    if (words == 0 || data == 0) {
      return 0;
    }
    requireThread(memory.getInt(header + 4));
    for (int word = 0; word < words; word++) {
      int all = (int) (ALL_CAPABILITIES >>> (32 * word));
      memory.setInt(data + 12L * word, all); // effective
      memory.setInt(data + 12L * word + 4, all); // permitted
      memory.setInt(data + 12L * word + 8, 0); // inheritable
    }
    return 0;
  }

  /// There is one personality, Linux's own.
  static long personality(int wanted) {
    if (wanted != 0 && wanted != -1) {
      throw EINVAL.exception();
    }
    return 0;
  }

  /// @throws ErrnoException ESRCH for any other process, and for a number that none can have
  void requireSelf(Task task, int id) {
    if (id != 0 && id != task.tid && id != process.processId()) {
      throw ESRCH.exception();
    }
  }
}
