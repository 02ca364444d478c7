//! Messages: CBOR (RFC 8949) with what the protocol refuses left out.

mod de;
mod float;
mod head;
mod keys;
mod reader;
mod ser;
mod ser_compound;

pub use de::from_slice;
pub(crate) use de::read;
pub(crate) use head::{FALSE, LIST, MAP, NEGATIVE, TEXT, TRUE, UNSIGNED};
pub(crate) use reader::Reader;
pub use ser::Writer;
pub use ser::to_vec;

use std::fmt;

/// Values that are nested more deeply are neither read nor written, so that none uses up the stack. The host's
/// own limit is 64 unless it has chosen another.
pub(crate) const DEEPEST: u32 = 256;

/// Kinds of message.
pub(crate) const ANNOUNCE: u64 = 0;
pub(crate) const CALL: u64 = 1;
pub(crate) const RESULT: u64 = 2;
pub(crate) const ERROR: u64 = 3;
pub(crate) const LOG: u64 = 4;

/// Why a value cannot be written or read.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl Malformed {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Malformed(reason.into())
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}

impl serde::ser::Error for Malformed {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Malformed(message.to_string())
    }
}

impl serde::de::Error for Malformed {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Malformed(message.to_string())
    }
}
