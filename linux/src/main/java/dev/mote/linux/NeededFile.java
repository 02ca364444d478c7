package dev.mote.linux;

/// A file or directory that a stored snapshot needs of what its guest was shown of the host, as it
/// was when the snapshot was stored.
///
/// @param node its number in [FilesState#nodes]
/// @param size bytes of a file, names of a directory
/// @param sha256 of the bytes, or of the names in their order, each behind a NUL
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
public record NeededFile(int node, long size, byte[] sha256) {}
