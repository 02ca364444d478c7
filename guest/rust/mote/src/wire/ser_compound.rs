//! Lists, maps and structs as values of messages.

use super::head;
use super::keys::{Key, require_once};
use super::ser::Writer;
use super::{Malformed, Reader};
use serde::ser::{self, Serialize};

/// A list, map or struct that is being written.
pub(super) struct Compound<'a> {
    writer: &'a mut Writer,
    major: u8,
    /// As its head says; None if the head is still to be written.
    announced: Option<usize>,
    items: usize,
    /// Where the content begins.
    start: usize,
    /// Where the keys of a map begin; those of structs are different from each other.
    keys: Vec<usize>,
    /// Whether it is what a variant has, and ends with it.
    in_variant: bool,
}

impl<'a> Compound<'a> {
    pub fn begin(writer: &'a mut Writer, major: u8, length: Option<usize>) -> Self {
        if let Some(length) = length {
            writer.head(major, length as u64);
        }
        let start = writer.out.len();
        Compound { writer, major, announced: length, items: 0, start, keys: Vec::new(), in_variant: false }
    }

    pub fn within_variant(mut self) -> Self {
        self.in_variant = true;
        self
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Malformed> {
        self.items += 1;
        self.writer.value(value)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Malformed> {
        self.items += 1;
        self.writer.text(name);
        self.writer.value(value)
    }

    fn require_keys_once(&self) -> Result<(), Malformed> {
        if self.keys.is_empty() {
            return Ok(());
        }
        let key = |at: &usize| Key::peek(&Reader::new(&self.writer.out[*at..]));
        require_once(self.keys.iter().map(key).collect::<Result<_, _>>()?)
    }

    fn finish(self) -> Result<(), Malformed> {
        self.require_keys_once()?;
        match self.announced {
            Some(length) if length != self.items => {
                return Err(Malformed::new(format!(
                    "a value said that it has {length} elements, and has {}",
                    self.items
                )));
            }
            Some(_) => (),
            None => {
                let mut begin = Vec::with_capacity(9);
                head::put(&mut begin, self.major, self.items as u64);
                self.writer.out.splice(self.start..self.start, begin);
            }
        }
        self.writer.leave();
        if self.in_variant {
            self.writer.leave();
        }
        Ok(())
    }
}

impl ser::SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Malformed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Malformed> {
        self.keys.push(self.writer.out.len());
        self.item(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Malformed> {
        self.writer.value(value)
    }

    fn end(self) -> Result<(), Malformed> {
        self.finish()
    }
}

macro_rules! lists {
    ($($kind:ident $method:ident),*) => {
        $(impl ser::$kind for Compound<'_> {
            type Ok = ();
            type Error = Malformed;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Malformed> {
                self.item(value)
            }

            fn end(self) -> Result<(), Malformed> {
                self.finish()
            }
        })*
    };
}

lists! {
    SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field
}

macro_rules! structs {
    ($($kind:ident),*) => {
        $(impl ser::$kind for Compound<'_> {
            type Ok = ();
            type Error = Malformed;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Malformed> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Malformed> {
                self.finish()
            }
        })*
    };
}

structs!(SerializeStruct, SerializeStructVariant);
