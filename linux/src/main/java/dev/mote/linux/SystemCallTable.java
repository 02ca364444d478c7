package dev.mote.linux;

final class SystemCallTable {
  private SystemCallTable() {}

  static String name(int number) {
    return "syscall_" + number;
  }
}
