package dev.mote.linux;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a guest is made from.
///
/// @param program what runs; null for a program that the file tree has
/// @param path where the program lies on the host, and so in the file tree (made absolute); of a
///   program that the file tree has, its path there, relative to the working directory, or a name
///   that is looked for in the PATH of the environment
/// @param arguments what it is called with, its own name not included
/// @param environment entries of the form `NAME=value`
/// @param workingDirectory an absolute path in the file tree
/// @param root a tree that the guest has as its root, on which it writes in memory; null for an
///   empty one
/// @param ids who the program is, which gives it no right and takes none away
/// @param mounts files and directories of the host that the guest may read
/// @param cpuLevel the processor's level in the x86-64 psABI that is shown, 2 to 4; 0 for all that
///   the host has
/// @param trace receives a line for each system call
public record GuestSetup(
    @Nullable ProgramFile program,
    Path path,
    List<String> arguments,
    List<String> environment,
    String workingDirectory,
    TreeNode.@Nullable Directory root,
    Ids ids,
    List<Mount> mounts,
    GuestLimits limits,
    int cpuLevel,
    @Nullable Consumer<String> trace) {
  /// User and group of a program.
  ///
  /// @param groups further ones
  public record Ids(int user, int group, List<Integer> groups) {
    public static final Ids ROOT = new Ids(0, 0, List.of(0));
  }

  /// The same with another receiver of system calls.
  GuestSetup traced(@Nullable Consumer<String> receiver) {
    return new GuestSetup(
        program,
        path,
        arguments,
        environment,
        workingDirectory,
        root,
        ids,
        mounts,
        limits,
        cpuLevel,
        receiver);
  }

  /// Whether the program can be loaded without the file tree: a file of the host that needs no
  /// dynamic loader.
  boolean isSelfContained() {
    return program != null && program.image().interpreter() == null;
  }

  /// A file or directory of the host in the file tree.
  ///
  /// @param host where it is
  /// @param target its absolute path in the guest
  public record Mount(Path host, String target) {}
}
