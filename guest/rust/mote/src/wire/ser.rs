//! serde's data model as values of messages.

use super::head::{self, BYTES, DOUBLE, FALSE, LIST, MAP, NEGATIVE, NULL, SINGLE, TEXT, TRUE, UNSIGNED};
use super::ser_compound::Compound;
use super::{DEEPEST, Malformed};
use serde::ser::{self, Serialize};

/// A value as it is in a message.
#[doc(hidden)]
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Malformed> {
    let mut writer = Writer::new(Vec::new());
    writer.value(value)?;
    Ok(writer.out)
}

/// A message that is being written.
#[doc(hidden)]
#[allow(missing_docs)]
pub struct Writer {
    pub(super) out: Vec<u8>,
    depth: u32,
}

impl Writer {
    pub(crate) fn new(buffer: Vec<u8>) -> Self {
        Writer { out: buffer, depth: 0 }
    }

    /// Begins a message in place of what is there: an array whose first element is its kind.
    pub(crate) fn begin(&mut self, kind: u64, elements_behind: u64) {
        self.out.clear();
        self.depth = 0;
        self.head(LIST, 1 + elements_behind);
        self.head(UNSIGNED, kind);
    }

    pub(crate) fn head(&mut self, major: u8, argument: u64) {
        head::put(&mut self.out, major, argument);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.head(TEXT, text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn bool(&mut self, value: bool) {
        self.out.push(if value { TRUE } else { FALSE });
    }

    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Malformed> {
        value.serialize(Serializer { writer: self })
    }

    pub(crate) fn message(&self) -> &[u8] {
        &self.out
    }

    pub(crate) fn into_buffer(self) -> Vec<u8> {
        self.out
    }

    fn enter(&mut self) -> Result<(), Malformed> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Malformed::new(format!("values are nested more deeply than {DEEPEST}")));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }
}

pub(super) struct Serializer<'a> {
    pub writer: &'a mut Writer,
}

impl<'a> Serializer<'a> {
    fn begin(self, major: u8, length: Option<usize>) -> Result<Compound<'a>, Malformed> {
        self.writer.enter()?;
        Ok(Compound::begin(self.writer, major, length))
    }

    /// The map of one entry that a variant with fields is.
    fn variant(self, name: &str) -> Result<Self, Malformed> {
        self.writer.enter()?;
        self.writer.head(MAP, 1);
        self.writer.text(name);
        Ok(self)
    }
}

impl<'a> ser::Serializer for Serializer<'a> {
    type Ok = ();
    type Error = Malformed;
    type SerializeSeq = Compound<'a>;
    type SerializeTuple = Compound<'a>;
    type SerializeTupleStruct = Compound<'a>;
    type SerializeTupleVariant = Compound<'a>;
    type SerializeMap = Compound<'a>;
    type SerializeStruct = Compound<'a>;
    type SerializeStructVariant = Compound<'a>;

    fn serialize_bool(self, value: bool) -> Result<(), Malformed> {
        self.writer.bool(value);
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Malformed> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Malformed> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Malformed> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Malformed> {
        match u64::try_from(value) {
            Ok(natural) => self.writer.head(UNSIGNED, natural),
            Err(_) => self.writer.head(NEGATIVE, !value as u64),
        }
        Ok(())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Malformed> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Malformed> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Malformed> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Malformed> {
        self.writer.head(UNSIGNED, value);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Malformed> {
        self.writer.out.push(SINGLE);
        self.writer.out.extend_from_slice(&value.to_bits().to_be_bytes());
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Malformed> {
        self.writer.out.push(DOUBLE);
        self.writer.out.extend_from_slice(&value.to_bits().to_be_bytes());
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Malformed> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Malformed> {
        self.writer.text(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Malformed> {
        self.writer.head(BYTES, value.len() as u64);
        self.writer.out.extend_from_slice(value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Malformed> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Malformed> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Malformed> {
        self.writer.out.push(NULL);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Malformed> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Malformed> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Malformed> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Malformed> {
        let within = self.variant(variant)?;
        value.serialize(Serializer { writer: &mut *within.writer })?;
        within.writer.leave();
        Ok(())
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Compound<'a>, Malformed> {
        self.begin(LIST, length)
    }

    fn serialize_tuple(self, length: usize) -> Result<Compound<'a>, Malformed> {
        self.begin(LIST, Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Compound<'a>, Malformed> {
        self.begin(LIST, Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Compound<'a>, Malformed> {
        Ok(self.variant(variant)?.begin(LIST, Some(length))?.within_variant())
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Compound<'a>, Malformed> {
        self.begin(MAP, length)
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Compound<'a>, Malformed> {
        self.begin(MAP, Some(length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Compound<'a>, Malformed> {
        Ok(self.variant(variant)?.begin(MAP, Some(length))?.within_variant())
    }
}
