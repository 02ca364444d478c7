package dev.mote.linux;

import static dev.mote.linux.Errno.EINVAL;
import static dev.mote.linux.Errno.EPERM;
import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.List;

/// The user and group ids of a process: data that it may change as root may. They give no right
/// over anything.
final class Credentials {
  private static final int REAL = 0;
  private static final int EFFECTIVE = 1;
  private static final int SAVED = 2;
  private static final int UNCHANGED = -1;
  static final int MAX_GROUPS = 65_536;

  private final int[] user = new int[3];
  private final int[] group = new int[3];
  private int[] groups;

  Credentials(GuestSetup.Ids ids) {
    Arrays.fill(user, ids.user());
    Arrays.fill(group, ids.group());
    groups = ids.groups().stream().mapToInt(Integer::intValue).toArray();
    sort(groups);
  }

  /// As Linux keeps them, by their unsigned numbers.
  private static void sort(int[] groups) {
    for (int i = 0; i < groups.length; i++) {
      groups[i] ^= Integer.MIN_VALUE;
    }
    Arrays.sort(groups);
    for (int i = 0; i < groups.length; i++) {
      groups[i] ^= Integer.MIN_VALUE;
    }
  }

  /// Whether no program that is executed may give it rights, for good.
  boolean noNewPrivileges;

  int uid() {
    return user[REAL];
  }

  /// Who the calling process is, to those that it sends something.
  Ancillary.Sender sender(Task task) {
    return new Ancillary.Sender(task.process().processId(), euid(), egid());
  }

  int euid() {
    return user[EFFECTIVE];
  }

  int gid() {
    return group[REAL];
  }

  int egid() {
    return group[EFFECTIVE];
  }

  long setuid(int id) {
    return setId(user, id);
  }

  long setgid(int id) {
    return setId(group, id);
  }

  private long setId(int[] ids, int id) {
    if (id == UNCHANGED) {
      throw EINVAL.exception();
    }
    if (euid() == 0) {
      ids[REAL] = id;
      ids[SAVED] = id;
    } else {
      require(ids, id);
    }
    ids[EFFECTIVE] = id;
    return 0;
  }

  long setresuid(int real, int effective, int saved) {
    return setAll(user, real, effective, saved);
  }

  long setresgid(int real, int effective, int saved) {
    return setAll(group, real, effective, saved);
  }

  long setreuid(int real, int effective) {
    return setAll(user, real, effective, real == UNCHANGED ? UNCHANGED : effective);
  }

  long setregid(int real, int effective) {
    return setAll(group, real, effective, real == UNCHANGED ? UNCHANGED : effective);
  }

  private long setAll(int[] ids, int... wanted) {
    if (euid() != 0) {
      for (int id : wanted) {
        require(ids, id);
      }
    }
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i] != UNCHANGED) {
        ids[i] = wanted[i];
      }
    }
    return 0;
  }

  private static void require(int[] ids, int id) {
    if (id != UNCHANGED && id != ids[REAL] && id != ids[EFFECTIVE] && id != ids[SAVED]) {
      throw EPERM.exception();
    }
  }

  /// As `/proc/self/status` shows them: real, effective, saved and that of the file system.
  String users() {
    return shown(user);
  }

  /// The same.
  String groups() {
    return shown(group);
  }

  private static String shown(int[] ids) {
    return unsigned(new int[] {ids[REAL], ids[EFFECTIVE], ids[SAVED], ids[EFFECTIVE]}, "\t");
  }

  /// The further groups, in the order of their numbers, as `/proc/self/status` shows them.
  String furtherGroups() {
    return unsigned(groups, " ");
  }

  private static String unsigned(int[] ids, String between) {
    return Arrays.stream(ids).mapToObj(Integer::toUnsignedString).collect(joining(between));
  }

  /// Another program takes the place of the one that ran.
  void exec() {
    user[SAVED] = user[EFFECTIVE];
    group[SAVED] = group[EFFECTIVE];
  }

  GuestState.CredentialsState save() {
    return new GuestState.CredentialsState(list(user), list(group), list(groups));
  }

  private static List<Integer> list(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }

  /// @throws IllegalArgumentException if there are other than three ids of a kind
  void load(GuestState.CredentialsState saved) {
    if (saved.user().size() != user.length
        || saved.group().size() != group.length
        || saved.groups().size() > MAX_GROUPS) {
      throw new IllegalArgumentException("user and group ids");
    }
    for (int i = 0; i < user.length; i++) {
      user[i] = saved.user().get(i);
      group[i] = saved.group().get(i);
    }
    groups = saved.groups().stream().mapToInt(Integer::intValue).toArray();
  }

  long getresuid(Task task, long real, long effective, long saved) {
    return get(task, user, real, effective, saved);
  }

  long getresgid(Task task, long real, long effective, long saved) {
    return get(task, group, real, effective, saved);
  }

  private static long get(Task task, int[] ids, long real, long effective, long saved) {
    task.memory().setInt(real, ids[REAL]);
    task.memory().setInt(effective, ids[EFFECTIVE]);
    task.memory().setInt(saved, ids[SAVED]);
    return 0;
  }

  long getgroups(Task task, int size, long list) {
    if (size < 0 || (size > 0 && size < groups.length)) {
      throw EINVAL.exception();
    }
    if (size > 0) {
      for (int i = 0; i < groups.length; i++) {
        task.memory().setInt(list + 4L * i, groups[i]);
      }
    }
    return groups.length;
  }

  long setgroups(Task task, long size, long list) {
    if (euid() != 0) {
      throw EPERM.exception();
    }
    if (size < 0 || size > MAX_GROUPS) {
      throw EINVAL.exception();
    }
    int[] set = new int[(int) size];
    for (int i = 0; i < set.length; i++) {
      set[i] = task.memory().getInt(list + 4L * i);
    }
    sort(set);
    groups = set;
    return 0;
  }
}
