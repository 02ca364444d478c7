package dev.mote.linux;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a guest is shown of the host, and a stored snapshot has not: whoever loads one gives it
/// again.
///
/// @param root the tree below its files; null for none
public record GuestSources(TreeNode.@Nullable Directory root, List<GuestSetup.Mount> mounts) {}
