//! Items of a message, each read within its bounds.

use super::head::{LIST, MAP, TEXT, UNSIGNED, describe};
use super::{DEEPEST, Malformed};

#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    depth: u32,
}

impl<'a> Reader<'a> {
    pub fn new(message: &'a [u8]) -> Self {
        Reader { rest: message, depth: 0 }
    }

    /// How many bytes have not been read.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    pub fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed::new("bytes follow the value")) }
    }

    /// The first byte of the next item.
    pub fn peek(&self) -> Result<u8, Malformed> {
        self.rest.first().copied().ok_or_else(|| Malformed::new("the message ends too early"))
    }

    pub fn major(&self) -> Result<u8, Malformed> {
        Ok(self.peek()? >> 5)
    }

    /// The argument of the head that is next.
    pub fn argument(&mut self) -> Result<u64, Malformed> {
        let info = self.peek()? & 0x1f;
        let size = match info {
            0..24 => 0,
            24..28 => 1_usize << (info - 24),
            _ => return Err(Malformed::new("an item of indefinite or reserved length")),
        };
        self.rest = &self.rest[1..];
        let bytes = self.take(size)?;
        Ok(if size == 0 {
            u64::from(info)
        } else {
            bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
        })
    }

    fn take(&mut self, size: usize) -> Result<&'a [u8], Malformed> {
        let Some((taken, rest)) = self.rest.split_at_checked(size) else {
            return Err(Malformed::new("an item is longer than the message"));
        };
        self.rest = rest;
        Ok(taken)
    }

    fn require(&self, major: u8, expected: &str) -> Result<(), Malformed> {
        let initial = self.peek()?;
        if initial >> 5 == major {
            return Ok(());
        }
        Err(Malformed::new(format!("{} where {expected} is expected", describe(initial))))
    }

    /// The number of elements or entries that follow. Each has a byte at least, so that no length leads to more
    /// memory than the message has.
    fn count(&mut self, bytes_of_each: usize) -> Result<usize, Malformed> {
        let count = self.argument()?;
        match usize::try_from(count) {
            Ok(count) if count <= self.rest.len() / bytes_of_each => Ok(count),
            _ => Err(Malformed::new("an item is longer than the message")),
        }
    }

    pub fn list(&mut self) -> Result<usize, Malformed> {
        self.require(LIST, "a list")?;
        self.count(1)
    }

    pub fn map(&mut self) -> Result<usize, Malformed> {
        self.require(MAP, "a map")?;
        self.count(2)
    }

    /// An integer that is not negative.
    pub fn unsigned(&mut self) -> Result<u64, Malformed> {
        self.require(UNSIGNED, "a number")?;
        self.argument()
    }

    /// What a byte string or a text has, behind its head.
    pub fn content(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.count(1)?;
        self.take(length)
    }

    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        self.require(TEXT, "a string")?;
        std::str::from_utf8(self.content()?).map_err(|_| Malformed::new("a string is not UTF-8"))
    }

    /// Goes into a list or a map.
    pub fn enter(&mut self) -> Result<(), Malformed> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Malformed::new(format!("values are nested more deeply than {DEEPEST}")));
        }
        Ok(())
    }

    pub fn leave(&mut self) {
        self.depth -= 1;
    }
}
