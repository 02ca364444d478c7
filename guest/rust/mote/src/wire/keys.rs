//! The keys of a map: strings, bools and integers, each once.

use super::head::describe;
use super::{FALSE, Malformed, NEGATIVE, Reader, TEXT, TRUE, UNSIGNED};
use std::fmt;

/// A key as what it means: integers are equal however long they are written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key<'a> {
    Bool(bool),
    Unsigned(u64),
    Negative(u64),
    Text(&'a str),
}

impl<'a> Key<'a> {
    /// Looks at the next item, which stays to be read.
    pub fn peek(reader: &Reader<'a>) -> Result<Self, Malformed> {
        let mut reader = reader.clone();
        let initial = reader.peek()?;
        match (initial >> 5, initial) {
            (UNSIGNED, _) => Ok(Key::Unsigned(reader.argument()?)),
            (NEGATIVE, _) => Ok(Key::Negative(reader.argument()?)),
            (TEXT, _) => Ok(Key::Text(reader.text()?)),
            (_, FALSE | TRUE) => Ok(Key::Bool(initial == TRUE)),
            _ => Err(Malformed::new(format!(
                "a map's key is a string, a bool or an integer, and not {}",
                describe(initial)
            ))),
        }
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Bool(value) => write!(f, "{value}"),
            Key::Unsigned(value) => write!(f, "{value}"),
            Key::Negative(argument) => write!(f, "{}", -1 - i128::from(*argument)),
            Key::Text(text) => write!(f, "'{text}'"),
        }
    }
}

/// Refuses a map that has a key twice.
pub(crate) fn require_once(mut keys: Vec<Key<'_>>) -> Result<(), Malformed> {
    keys.sort_unstable();
    match keys.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Malformed::new(format!("a map has the key {} twice", pair[0]))),
        None => Ok(()),
    }
}
