package dev.mote.linux;

import org.jspecify.annotations.Nullable;

/// A program that was found in the file tree, checked and opened, and can take the place of the one
/// that runs.
///
/// @param entry its place in the tree
/// @param file the program; for a script, its interpreter
/// @param loader the dynamic loader that the program asks for
record Executable(
    Entry entry, Loadable file, @Nullable Loadable loader, ProcessArguments arguments) {}
