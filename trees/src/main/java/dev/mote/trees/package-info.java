/// Read-only file trees from archives and images, of which nothing is trusted.
///
/// [Archive] opens any of them; [Image] opens an image, and knows how its program is started. What
/// is not as it should be is a [TreeException]. The way of an entry: [TarReader] reads it out of a
/// mapped file, [TreeBuilder] gives it its place, [Layer] does so over other layers.
package dev.mote.trees;
