package dev.mote.linux;

import dev.mote.linux.GuestFailure.Blame;
import dev.mote.machine.HostRandom;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Room on a program's stack ([InitialStack]) for an environment that comes after the program was
/// loaded, so that one start serves runs with different variables.
///
/// ```
/// table   → environment[0] …, NULL, auxiliary vector, whatever was there     `slots` words
///           auxiliary vector, where it was at first                          `vector` words
/// random  → the 16 bytes of AT_RANDOM
/// base    → strings of the environment that the program was loaded with
/// strings → strings of the environment that it is given
/// end     →
/// ```
///
/// The table begins where it always did, since the dynamic loader has told the C library so
/// (`environ`). Who walks on behind it, as the start code of static programs, of musl's and of Go's
/// does, finds a copy of the auxiliary vector there; who has found that earlier, as glibc's dynamic
/// loader has, finds it where it was. Until the table is filled its free words point to an empty
/// string, which is no variable.
///
/// The strings that the program was loaded with stay, for it may have kept pointers to them.
///
/// What is read here is the program's own and goes back to it, so nothing of it is trusted.
///
/// @param table address of the first pointer
/// @param slots words up to the auxiliary vector
/// @param vector words of that
/// @param random address of the bytes
/// @param base address of the first string
/// @param strings address behind the last of those
/// @param end address behind the room for strings
record EnvironmentRoom(
    long table, int slots, int vector, long random, long base, long strings, long end) {
  /// Variables that there is room for besides those that the program was loaded with.
  static final int VARIABLES = 500;

  /// The same of bytes, each variable with its NUL.
  static final int BYTES = 64 << 10;

  static final int RANDOM_BYTES = 16;

  static EnvironmentRoom load(GuestState.RoomState saved) {
    return new EnvironmentRoom(
        saved.table(),
        saved.slots(),
        saved.vector(),
        saved.random(),
        saved.base(),
        saved.strings(),
        saved.end());
  }

  GuestState.RoomState save() {
    return new GuestState.RoomState(table, slots, vector, random, base, strings, end);
  }

  /// Gives the program an environment: what it was loaded with and these variables, which take the
  /// place of those of the same name. It gets other random bytes too.
  ///
  /// @param variables of the form `NAME=value`, of different names
  /// @return the address behind the last string; the first one is at [#strings]
  /// @throws GuestFailure ENVIRONMENT if there is not so much room; nothing is changed then
  /// @throws ErrnoException EFAULT if the program has no such memory any more
  long fill(UserMemory memory, List<String> variables) {
    List<String> entries = entries(memory, variables);
    int words = entries.size() + 1 + vector;
    if (words > slots) {
      throw tooLarge(entries.size() + " variables", slots - 1 - vector + " variables");
    }
    var text = new ByteArrayOutputStream();
    var pointers = ByteBuffer.allocate(words * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (String entry : entries) {
      pointers.putLong(strings + text.size());
      text.writeBytes(FileTree.bytes(entry));
      text.write(0);
    }
    if (text.size() > end - strings) {
      throw tooLarge(text.size() + " bytes", end - strings + " bytes");
    }
    pointers.putLong(0);
    memory.read(table + slots * 8L, pointers.array(), pointers.position(), vector * Long.BYTES);

    byte[] fresh = new byte[RANDOM_BYTES];
    HostRandom.fill(fresh);
    memory.write(random, fresh, 0, fresh.length);
    memory.write(strings, text.toByteArray(), 0, text.size());
    memory.write(table, pointers.array(), 0, pointers.capacity());
    return strings + text.size();
  }

  private static GuestFailure tooLarge(String what, String room) {
    return GuestFailure.ofProgram(
        "an environment of %s is too large: there is room for %s".formatted(what, room),
        Blame.ENVIRONMENT);
  }

  /// Strings of one character per byte.
  private List<String> entries(UserMemory memory, List<String> variables) {
    byte[] before = new byte[(int) (strings - base)];
    memory.read(base, before, 0, before.length);
    List<String> own = variables.stream().map(FileTree::byteString).toList();
    Set<String> names = own.stream().map(EnvironmentRoom::name).collect(Collectors.toSet());
    var entries = new ArrayList<String>();
    for (String entry : FileTree.byteString(before).split("\0")) {
      if (!entry.isEmpty() && !names.contains(name(entry))) {
        entries.add(entry);
      }
    }
    entries.addAll(own);
    return entries;
  }

  private static String name(String entry) {
    int end = entry.indexOf('=');
    return end < 0 ? entry : entry.substring(0, end);
  }
}
