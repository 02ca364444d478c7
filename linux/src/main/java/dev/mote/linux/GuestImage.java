package dev.mote.linux;

import dev.mote.machine.CpuState;
import dev.mote.machine.PageImage;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A guest at rest, as data: what a snapshot holds. Immutable and thread-safe.
///
/// @param setup what it was made from; its host functions and streams are no part of it
/// @param pages its memory
/// @param cpu its registers
/// @param state what the system-call layer knows of it
/// @param savedFiles the memory of the state's files
public record GuestImage(
    GuestSetup setup, PageImage pages, CpuState cpu, GuestState state, SavedFiles savedFiles) {
  /// One that has its files for itself.
  GuestImage(GuestSetup setup, PageImage pages, CpuState cpu, GuestState state) {
    this(setup, pages, cpu, state, new SavedFiles(state.files()));
  }

  /// How many bytes of pages the guest had.
  public long memoryBytes() {
    return pages.totalPages() * AddressSpace.PAGE;
  }

  /// Whether it is the very same one.
  public boolean is(GuestImage other) {
    return pages == other.pages;
  }

  /// The same, whose system calls somebody is told of, or nobody.
  ///
  /// @param trace receives a line for each
  public GuestImage traced(@Nullable Consumer<String> trace) {
    return Objects.equals(setup.trace(), trace)
        ? this
        : new GuestImage(setup.traced(trace), pages, cpu, state, savedFiles);
  }

  /// Gives the memory of its own pages and files back before the garbage collector would. Neither
  /// it nor what differs from it may be used after that.
  public void free() {
    pages.free();
    savedFiles.release();
  }

  /// Its own pages are needed no more, and the host has their memory again at once; its files are
  /// another image's now, which has the same pages elsewhere.
  public void discard() {
    pages.discard();
  }

  /// How many bytes of pages it has that its parent has not.
  public long ownBytes() {
    return (long) pages.size() * AddressSpace.PAGE;
  }
}
