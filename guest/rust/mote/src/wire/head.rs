//! Heads of CBOR items.

/// Major types.
pub(crate) const UNSIGNED: u8 = 0;
pub(crate) const NEGATIVE: u8 = 1;
pub(crate) const BYTES: u8 = 2;
pub(crate) const TEXT: u8 = 3;
pub(crate) const LIST: u8 = 4;
pub(crate) const MAP: u8 = 5;

/// First bytes of simple values and floats.
pub(crate) const FALSE: u8 = 0xf4;
pub(crate) const TRUE: u8 = 0xf5;
pub(crate) const NULL: u8 = 0xf6;
pub(crate) const HALF: u8 = 0xf9;
pub(crate) const SINGLE: u8 = 0xfa;
pub(crate) const DOUBLE: u8 = 0xfb;

/// Writes a head in its shortest form.
pub(crate) fn put(out: &mut Vec<u8>, major: u8, argument: u64) {
    let initial = major << 5;
    let bytes = argument.to_be_bytes();
    match argument {
        0..24 => out.push(initial | bytes[7]),
        24..0x100 => out.extend_from_slice(&[initial | 24, bytes[7]]),
        0x100..0x1_0000 => {
            out.push(initial | 25);
            out.extend_from_slice(&bytes[6..]);
        }
        0x1_0000..0x1_0000_0000 => {
            out.push(initial | 26);
            out.extend_from_slice(&bytes[4..]);
        }
        _ => {
            out.push(initial | 27);
            out.extend_from_slice(&bytes);
        }
    }
}

/// What the major type of an item is called in errors.
pub(crate) fn describe(initial: u8) -> &'static str {
    match initial >> 5 {
        UNSIGNED | NEGATIVE => "an integer",
        BYTES => "bytes",
        TEXT => "a string",
        LIST => "a list",
        MAP => "a map",
        6 => "a tag",
        _ => match initial {
            FALSE | TRUE => "a bool",
            NULL => "null",
            HALF | SINGLE | DOUBLE => "a float",
            _ => "a simple value that messages do not have",
        },
    }
}
