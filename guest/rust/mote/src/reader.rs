//! Heads of CBOR items, each read within the bounds of the message.

use crate::error::Malformed;
use crate::writer::TEXT;

/// Deeper values are refused, so that no message uses up the stack.
const DEEPEST: u32 = 256;

#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    depth: u32,
}

impl<'a> Reader<'a> {
    pub fn new(message: &'a [u8]) -> Self {
        Reader { rest: message, depth: 0 }
    }

    pub fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed::new("bytes follow the value")) }
    }

    pub fn peek(&self) -> Result<u8, Malformed> {
        self.rest.first().copied().ok_or_else(|| Malformed::new("the message ends in the middle"))
    }

    pub fn major(&self) -> Result<u8, Malformed> {
        Ok(self.peek()? >> 5)
    }

    /// The argument of the head that is next.
    pub fn argument(&mut self) -> Result<u64, Malformed> {
        let info = self.peek()? & 0x1f;
        self.rest = &self.rest[1..];
        let size = match info {
            0..24 => return Ok(u64::from(info)),
            24..28 => 1_usize << (info - 24),
            _ => return Err(Malformed::new("an item of indefinite or reserved length")),
        };
        Ok(self.take(size)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    pub fn take(&mut self, size: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self
            .rest
            .split_at_checked(size)
            .ok_or_else(|| Malformed::new("an item is longer than the message"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// How many elements or entries follow; each takes a byte at least.
    pub fn length(&mut self) -> Result<usize, Malformed> {
        let length = usize::try_from(self.argument()?).unwrap_or(usize::MAX);
        if length > self.rest.len() {
            return Err(Malformed::new("an item is longer than the message"));
        }
        Ok(length)
    }

    pub fn content(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.length()?;
        self.take(length)
    }

    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        if self.major()? != TEXT {
            return Err(Malformed::new("no string where one is expected"));
        }
        std::str::from_utf8(self.content()?).map_err(|_| Malformed::new("a string is not UTF-8"))
    }

    pub fn enter(&mut self) -> Result<(), Malformed> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(Malformed::new("values are nested too deeply")) } else { Ok(()) }
    }

    pub fn leave(&mut self) {
        self.depth -= 1;
    }
}
