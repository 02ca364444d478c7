//! serde's data model as values of messages.

use crate::error::Malformed;
use crate::writer::*;
use serde::ser::{self, Serialize};

#[doc(hidden)]
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Malformed> {
    let mut out = Vec::new();
    write(&mut out, value)?;
    Ok(out)
}

/// Appends a value.
pub(crate) fn write<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<(), Malformed> {
    value.serialize(Serializer { out })
}

pub(crate) struct Serializer<'a> {
    out: &'a mut Vec<u8>,
}

/// A list, map or record that is being written.
pub(crate) struct Compound<'a> {
    out: &'a mut Vec<u8>,
    /// Of one whose length is not known before its end: where it begins, and its major type.
    unknown: Option<(usize, u8)>,
    items: u64,
}

impl<'a> Serializer<'a> {
    fn begin(self, major: u8, length: Option<usize>) -> Compound<'a> {
        let unknown = match length {
            Some(length) => {
                head(self.out, major, length as u64);
                None
            }
            None => Some((self.out.len(), major)),
        };
        Compound { out: self.out, unknown, items: 0 }
    }

    fn variant(self, name: &str) -> Self {
        head(self.out, MAP, 1);
        text(self.out, name);
        self
    }
}

impl Compound<'_> {
    fn finish(self) -> Result<(), Malformed> {
        if let Some((start, major)) = self.unknown {
            let mut begin = Vec::new();
            head(&mut begin, major, self.items);
            self.out.splice(start..start, begin);
        }
        Ok(())
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Malformed> {
        self.items += 1;
        write(self.out, value)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Malformed> {
        text(self.out, name);
        write(self.out, value)
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
        self.out.push(if value { TRUE } else { FALSE });
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
            Ok(natural) => head(self.out, UNSIGNED, natural),
            Err(_) => head(self.out, NEGATIVE, !value as u64),
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
        head(self.out, UNSIGNED, value);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Malformed> {
        self.out.push(SINGLE);
        self.out.extend_from_slice(&value.to_bits().to_be_bytes());
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Malformed> {
        self.out.push(DOUBLE);
        self.out.extend_from_slice(&value.to_bits().to_be_bytes());
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Malformed> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Malformed> {
        text(self.out, value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Malformed> {
        head(self.out, BYTES, value.len() as u64);
        self.out.extend_from_slice(value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Malformed> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Malformed> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Malformed> {
        self.out.push(NULL);
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Malformed> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Malformed> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Malformed> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Malformed> {
        value.serialize(self.variant(variant))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Compound<'a>, Malformed> {
        Ok(self.begin(LIST, length))
    }

    fn serialize_tuple(self, length: usize) -> Result<Compound<'a>, Malformed> {
        Ok(self.begin(LIST, Some(length)))
    }

    fn serialize_tuple_struct(self, _name: &'static str, length: usize) -> Result<Compound<'a>, Malformed> {
        Ok(self.begin(LIST, Some(length)))
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Compound<'a>, Malformed> {
        Ok(self.variant(variant).begin(LIST, Some(length)))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Compound<'a>, Malformed> {
        Ok(self.begin(MAP, length))
    }

    fn serialize_struct(self, _name: &'static str, length: usize) -> Result<Compound<'a>, Malformed> {
        Ok(self.begin(MAP, Some(length)))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Compound<'a>, Malformed> {
        Ok(self.variant(variant).begin(MAP, Some(length)))
    }
}

macro_rules! sequence {
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

sequence!(SerializeSeq serialize_element, SerializeTuple serialize_element);
sequence!(SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field);

impl ser::SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Malformed;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Malformed> {
        self.item(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Malformed> {
        write(self.out, value)
    }

    fn end(self) -> Result<(), Malformed> {
        self.finish()
    }
}

macro_rules! fields {
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

fields!(SerializeStruct, SerializeStructVariant);
