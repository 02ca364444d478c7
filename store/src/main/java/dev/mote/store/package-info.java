/// Images on disk, as the OCI image layout has them (image-spec 1.1, `image-layout.md`,
/// `manifest.md`, `image-index.md`), so that ordinary tools read them too.
///
/// [SnapshotStore] keeps snapshots in one. [ImageLayout] is the directory, [Image] what a reference
/// in it means, [Blob] what is written. Nothing that is read is trusted: a file that is not as it
/// should be is a [LayoutException], and content is compared with its digest before anybody gets
/// it.
package dev.mote.store;
