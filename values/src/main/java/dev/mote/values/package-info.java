/// Values that cross the wall between host and guest: their types, and how they are written.
///
/// [Type] and [Signature] are what a guest declares, [MessageWriter] and [MessageReader] the bytes
/// (a subset of CBOR, RFC 8949), [Encoder] and [Decoder] the way between Java objects and those
/// bytes, along a type. Everything that is read may come from a guest: it is checked before
/// anything is made of it.
package dev.mote.values;
