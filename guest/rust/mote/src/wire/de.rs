//! Values of messages in serde's data model.

use super::float::{narrow, widen, widen_half};
use super::head::{
    BYTES, DOUBLE, FALSE, HALF, LIST, MAP, NEGATIVE, NULL, SINGLE, TEXT, TRUE, UNSIGNED, describe,
};
use super::keys::{Key, require_once};
use super::{Malformed, Reader};
use serde::de::{self, Deserialize, DeserializeSeed, IntoDeserializer, Visitor};

/// The value that a message part has, and nothing behind it.
#[doc(hidden)]
pub fn from_slice<'de, T: Deserialize<'de>>(message: &'de [u8]) -> Result<T, Malformed> {
    let mut reader = Reader::new(message);
    let value = read(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Reads the next value.
pub(crate) fn read<'de, T: Deserialize<'de>>(reader: &mut Reader<'de>) -> Result<T, Malformed> {
    T::deserialize(Deserializer { reader })
}

struct Deserializer<'a, 'de> {
    reader: &'a mut Reader<'de>,
}

impl<'de> Deserializer<'_, 'de> {
    /// The bits of a float of any width, as those of one of 64 bits.
    fn double(&mut self) -> Result<u64, Malformed> {
        let initial = self.reader.peek()?;
        if !matches!(initial, HALF | SINGLE | DOUBLE) {
            return Err(Malformed::new(format!("{} where a float is expected", describe(initial))));
        }
        let bits = self.reader.argument()?;
        Ok(match initial {
            HALF => widen(widen_half(bits as u16)),
            SINGLE => widen(bits as u32),
            _ => bits,
        })
    }

    fn single(&mut self) -> Result<f32, Malformed> {
        let bits = self.double()?;
        narrow(bits)
            .map(f32::from_bits)
            .ok_or_else(|| Malformed::new(format!("{} is no float of 32 bits", f64::from_bits(bits))))
    }

    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        let mut items = Items { left: self.reader.list()?, reader: self.reader, keys: None };
        items.reader.enter()?;
        let value = visitor.visit_seq(&mut items)?;
        items.end()?;
        Ok(value)
    }

    fn map<V: Visitor<'de>>(self, keys: Option<Vec<Key<'de>>>, visitor: V) -> Result<V::Value, Malformed> {
        let mut items = Items { left: self.reader.map()?, reader: self.reader, keys };
        items.reader.enter()?;
        let value = visitor.visit_map(&mut items)?;
        items.end()?;
        Ok(value)
    }
}

impl<'de> de::Deserializer<'de> for Deserializer<'_, 'de> {
    type Error = Malformed;

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Malformed> {
        let initial = self.reader.peek()?;
        match (initial >> 5, initial) {
            (UNSIGNED, _) => visitor.visit_u64(self.reader.argument()?),
            (NEGATIVE, _) => match i64::try_from(self.reader.argument()?) {
                Ok(argument) => visitor.visit_i64(!argument),
                Err(_) => Err(Malformed::new("an integer is below -2^63")),
            },
            (BYTES, _) => visitor.visit_borrowed_bytes(self.reader.content()?),
            (TEXT, _) => visitor.visit_borrowed_str(self.reader.text()?),
            (LIST, _) => self.list(visitor),
            (MAP, _) => self.map(Some(Vec::new()), visitor),
            (_, HALF | SINGLE) => visitor.visit_f32(self.single()?),
            (_, DOUBLE) => visitor.visit_f64(f64::from_bits(self.double()?)),
            (_, FALSE | TRUE) => {
                self.reader.argument()?;
                visitor.visit_bool(initial == TRUE)
            }
            (_, NULL) => {
                self.reader.argument()?;
                visitor.visit_unit()
            }
            _ => Err(Malformed::new(format!("messages do not have {}", describe(initial)))),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_f32(self.single()?)
    }

    fn deserialize_f64<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_f64(f64::from_bits(self.double()?))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        if self.reader.peek()? == NULL {
            self.reader.argument()?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        visitor.visit_newtype_struct(self)
    }

    /// What serde derives refuses a field that comes twice by itself.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        self.map(None, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        if self.reader.major()? == TEXT {
            return visitor.visit_enum(self.reader.text()?.into_deserializer());
        }
        if self.reader.map()? != 1 {
            return Err(Malformed::new("a variant is a string or a map of one entry"));
        }
        self.reader.enter()?;
        let value = visitor.visit_enum(Variant { reader: &mut *self.reader })?;
        self.reader.leave();
        Ok(value)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map identifier ignored_any
    }
}

/// The elements of a list, or the entries of a map.
struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    left: usize,
    /// Of a map, those that have been read.
    keys: Option<Vec<Key<'de>>>,
}

impl<'de> Items<'_, 'de> {
    fn next<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Malformed> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(Deserializer { reader: &mut *self.reader }).map(Some)
    }

    fn end(self) -> Result<(), Malformed> {
        if self.left > 0 {
            return Err(Malformed::new(format!("{} elements more than expected", self.left)));
        }
        self.reader.leave();
        self.keys.map_or(Ok(()), require_once)
    }
}

impl<'de> de::SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = Malformed;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Malformed> {
        self.next(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> de::MapAccess<'de> for &mut Items<'_, 'de> {
    type Error = Malformed;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Malformed> {
        if let (Some(keys), 1..) = (&mut self.keys, self.left) {
            keys.push(Key::peek(self.reader)?);
        }
        self.next(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Malformed> {
        seed.deserialize(Deserializer { reader: &mut *self.reader })
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// A variant with fields: its name, then its fields.
struct Variant<'a, 'de> {
    reader: &'a mut Reader<'de>,
}

impl<'de> de::EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Malformed;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Malformed> {
        let name = seed.deserialize(Deserializer { reader: &mut *self.reader })?;
        Ok((name, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Malformed;

    fn unit_variant(self) -> Result<(), Malformed> {
        Err(Malformed::new("a variant without fields is a string"))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Malformed> {
        seed.deserialize(Deserializer { reader: self.reader })
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Malformed> {
        Deserializer { reader: self.reader }.list(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        Deserializer { reader: self.reader }.map(None, visitor)
    }
}
