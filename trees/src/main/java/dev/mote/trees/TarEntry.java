package dev.mote.trees;

import dev.mote.linux.TreeNode.Meta;
import org.jspecify.annotations.Nullable;

/// A file as a tar archive has it.
///
/// @param name of any bytes: whoever uses it checks it
/// @param type one of those of [TarHeader]
/// @param link the other name or the text, of a hard or symbolic link
/// @param device of a device, as `st_rdev` has it
/// @param start where the content lies
/// @param size of the content; within the archive
/// @param sparse null if the content has no holes
record TarEntry(
    String name,
    char type,
    Meta meta,
    String link,
    long device,
    long start,
    long size,
    @Nullable SparseMap sparse) {}
