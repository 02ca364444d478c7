//! Heads of CBOR items, in their shortest form.

pub(crate) const UNSIGNED: u8 = 0;
pub(crate) const NEGATIVE: u8 = 1;
pub(crate) const BYTES: u8 = 2;
pub(crate) const TEXT: u8 = 3;
pub(crate) const LIST: u8 = 4;
pub(crate) const MAP: u8 = 5;

pub(crate) const FALSE: u8 = 0xf4;
pub(crate) const TRUE: u8 = 0xf5;
pub(crate) const NULL: u8 = 0xf6;
pub(crate) const HALF: u8 = 0xf9;
pub(crate) const SINGLE: u8 = 0xfa;
pub(crate) const DOUBLE: u8 = 0xfb;

pub(crate) fn head(out: &mut Vec<u8>, major: u8, argument: u64) {
    let initial = major << 5;
    let bytes = argument.to_be_bytes();
    match argument {
        0..24 => out.push(initial | argument as u8),
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

pub(crate) fn text(out: &mut Vec<u8>, text: &str) {
    head(out, TEXT, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Begins a message: an array of so many elements, the first of which is its kind.
pub(crate) fn message(out: &mut Vec<u8>, elements: u64, kind: u64) {
    out.clear();
    head(out, LIST, elements);
    head(out, UNSIGNED, kind);
}
