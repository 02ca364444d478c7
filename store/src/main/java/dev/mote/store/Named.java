package dev.mote.store;

/// A name that a layout has, and what it means.
///
/// @param reference such as `latest`; of any characters if another tool wrote it
/// @param manifest of the image, or of an index of images
public record Named(String reference, Descriptor manifest) {}
