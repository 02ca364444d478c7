package dev.mote;

import dev.mote.linux.GuestImage;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A sandbox at one moment, as data: its program's memory and registers, and all that the program
/// had set up, such as open files. What the host gave it is no part: host functions and streams are
/// given again where the snapshot is started.
///
/// Any number of sandboxes can be started from it ([#start], [Sandbox#builder(Snapshot)]) and put
/// back to it ([Sandbox#restore]). A sandbox that has been is in no way different from one that was
/// just started, however its last call went: what a call leaves behind, no later one finds.
///
/// **What is new in each.** The clocks go on, CLOCK_MONOTONIC from where it stood. What the program
/// asks the system for, such as random bytes, differs. What it has drawn before the snapshot and
/// keeps in its memory is the same in each sandbox; the guest libraries have a callback for it.
///
/// Immutable and thread-safe. Its memory is freed when nothing refers to it any more.
public final class Snapshot {
  private final GuestImage image;
  private final @Nullable GuestFunctions functions; // null: the program is to be run as a whole
  private final byte[] announcement;

  Snapshot(GuestImage image, @Nullable GuestFunctions functions, byte[] announcement) {
    this.image = image;
    this.functions = functions;
    this.announcement = announcement;
  }

  /// A new sandbox as the one was that the snapshot was taken of, without host functions. To give
  /// it some, or other limits of time: [Sandbox#builder(Snapshot)].
  ///
  /// @throws HostException if this host cannot run sandboxes; it says what to do
  /// @throws IllegalStateException if the program offers no functions
  public Sandbox start() {
    return Sandbox.builder(this).start();
  }

  /// What the guest offers; empty for a program that is to be run as a whole.
  public List<GuestFunction> functions() {
    return functions == null ? List.of() : functions.list();
  }

  /// Whether functions of it can be called; otherwise it is to be run.
  public boolean offersFunctions() {
    return functions != null;
  }

  /// Where the program was read from.
  public Path program() {
    return image.setup().path();
  }

  /// How much memory the guest had in use.
  public MemorySize memory() {
    return MemorySize.ofBytes(image.memoryBytes());
  }

  /// How much of that this snapshot keeps itself: the rest is zeros, or belongs to the snapshot
  /// that the sandbox had been restored to before.
  public MemorySize ownMemory() {
    return MemorySize.ofBytes(image.ownBytes());
  }

  GuestImage image() {
    return image;
  }

  @Nullable GuestFunctions guestFunctions() {
    return functions;
  }

  /// The message in which the guest said what it offers; nobody changes it.
  byte[] announcement() {
    return announcement;
  }
}
